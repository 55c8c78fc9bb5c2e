package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadyMadeSinkConfigurationTest {

    private static final String URL = "http://localhost:8080/events";

    private final HttpSinkFactory http = new HttpSinkFactory();

    private void refused(String key, String value, String message) {
        Map<String, String> configuration = new HashMap<>(Map.of("url", URL));
        configuration.put(key, value);
        assertThatThrownBy(() -> http.create(configuration))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void retriesAndBackoffConfigureTheRetryPolicy() {
        assertThat(http.retry(Map.of("url", URL))).isEqualTo(RetryPolicy.DEFAULT);
        assertThat(http.retry(Map.of("url", URL, "retries", "0", "backoff", "2s")))
                .isEqualTo(new RetryPolicy(1, Duration.ofSeconds(2), Duration.ofSeconds(30), 0.2));
        assertThat(http.retry(Map.of("retries", " 4 ", "backoff", "5m")))
                .isEqualTo(new RetryPolicy(5, Duration.ofMinutes(5), Duration.ofMinutes(5), 0.2));
        assertThat(new LogSinkFactory().retry(Map.of())).isEqualTo(RetryPolicy.DEFAULT);
    }

    @Test
    void breakerIsOnUnlessConfiguredOff() {
        assertThat(http.breaker(Map.of("url", URL))).isEqualTo(BreakerPolicy.DEFAULT);
        assertThat(http.breaker(Map.of("breaker", "on"))).isEqualTo(BreakerPolicy.DEFAULT);
        assertThat(http.breaker(Map.of("breaker", "off", "breaker.failures", "7")))
                .isEqualTo(BreakerPolicy.OFF);
        assertThat(http.breaker(Map.of("breaker.failures", "3", "breaker.wait", "1m")))
                .isEqualTo(new BreakerPolicy(3, 3, Duration.ofMinutes(1), Duration.ofMinutes(1)));
        assertThat(new LogSinkFactory().breaker(Map.of())).isEqualTo(BreakerPolicy.DEFAULT);
    }

    @Test
    void unknownSettingsAreRefusedWithTheKnownOnes() {
        refused(
                "ulr",
                "x",
                "The sink http does not have the setting 'ulr'. Its settings are backoff, basic.password, "
                        + "basic.password.env, basic.password.file, basic.user, bearer, bearer.env, bearer.file, breaker, "
                        + "breaker.failures, breaker.wait, header.*, keystore, keystore.password, keystore.password.env, "
                        + "keystore.password.file, keystore.type, kinds, permanent-statuses, retries, timeout, truststore, "
                        + "truststore.password, truststore.password.env, truststore.password.file, truststore.type, url.");
        assertThatThrownBy(() -> new LogSinkFactory().create(Map.of("url", URL)))
                .hasMessage("The sink log does not have the setting 'url'. Its settings are kinds.");
    }

    @Test
    void urlIsRequired() {
        assertThatThrownBy(() -> http.create(Map.of()))
                .hasMessage(
                        "The sink http requires the setting 'url'. Set it, as in url=http://localhost:8080/events.");
    }

    @Test
    void invalidValuesAreRefusedWithTheirRemedy() {
        refused(
                "timeout",
                "6",
                "The setting 'timeout' of the sink http is invalid: '6' is not a duration. Use a whole number and a "
                        + "unit, as in 500ms, 6s, 5m or 2h.");
        refused(
                "timeout",
                "0s",
                "The sink http cannot be created: The timeout of a request must be positive, but is 0s. Use a longer "
                        + "one, such as 10s.");
        refused(
                "retries",
                "-1",
                "The setting 'retries' of the sink http is invalid: '-1' is not a whole number from 0 to 999999. Use "
                        + "one.");
        refused(
                "backoff",
                "soon",
                "The setting 'backoff' of the sink http is invalid: 'soon' is not a duration. Use a whole number and "
                        + "a unit, as in 500ms, 6s, 5m or 2h.");
        refused(
                "breaker",
                "yes",
                "The setting 'breaker' of the sink http is invalid: 'yes' is neither on nor off. Use one of them.");
        refused(
                "breaker.failures",
                "0",
                "The setting 'breaker.failures' of the sink http is invalid: it is 0. Use at least 1, or breaker=off.");
        refused(
                "breaker.wait",
                "0s",
                "The setting 'breaker.wait' of the sink http is invalid: it is 0. Use at least 1ms, or breaker=off.");
        refused(
                "kinds",
                "Completed,SourceStarted",
                "The setting 'kinds' of the sink http is invalid: 'SourceStarted' is not a kind of event that sinks "
                        + "get. Use some of Enqueued, Available, LeaseGranted, Heartbeat, Completed, Failed, Requeued, "
                        + "DeadLettered, LeaseExpired, "
                        + "Drained, Restored, separated by commas.");
        refused(
                "timeout",
                "999999999999h",
                "The sink http cannot be created: The timeout of a request must be at most 1h, but is 999999999999h. Use "
                        + "a shorter one, such as 10s.");
        refused(
                "backoff",
                "999999999999h",
                "The setting 'backoff' of the sink http is invalid: it is 999999999999h. Use at most 24h.");
        refused(
                "breaker.wait",
                "25h",
                "The setting 'breaker.wait' of the sink http is invalid: it is 25h. Use at most 24h.");
    }

    @Test
    void invalidStatusesAreRefusedWithTheirForm() {
        for (String invalid : new String[] {"2xx", "200", "600", "40", "400;401", "", "400-", "-3"}) {
            refused(
                    "permanent-statuses",
                    invalid,
                    "The setting 'permanent-statuses' of the sink http is invalid: '" + invalid
                            + "' is not a status or range of statuses from 300 to 599. Use some separated by commas, as in "
                            + "400,409-410, or none.");
        }
        refused(
                "permanent-statuses",
                "404, 422-400",
                "The setting 'permanent-statuses' of the sink http is invalid: '422-400' ends before it begins. Use some "
                        + "separated by commas, as in 400,409-410, or none.");
        assertThat(HttpStatuses.parse("400, 409 - 411,400")).containsExactly(400, 409, 410, 411);
        assertThat(HttpStatuses.parse("none")).isEmpty();
        assertThatThrownBy(() -> HttpSink.builder(URI.create(URL), PayloadCodec.utf8())
                        .permanentStatuses(Set.of(204))
                        .build())
                .hasMessage(
                        "A permanent status must be from 300 to 599, but one is 204. Omit it; 2xx always means that the "
                                + "event was accepted.");
    }

    @Test
    void sinkWithoutKindsActsOnNone() throws Exception {
        var store = new MemoryEffectStore();
        LocalSinkRunner.builder("log", new LogSink<String>(Set.of()))
                .effects(store)
                .build()
                .run(Events.sequence("orders", 2));
        LocalSinkRunner.builder(
                        "http",
                        HttpSink.builder(URI.create(URL), PayloadCodec.utf8())
                                .kinds(Set.of())
                                .build())
                .effects(store)
                .build()
                .run(Events.sequence("orders", 2));
        assertThat(store.size()).isZero();
    }
}
