package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryLaterException;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.local.FakePause;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(TestedTransport.class)
class HttpSinkTest {

    @Parameter
    private TestedTransport transport;

    private record Request(String method, String path, String key, String contentType, String body) {}

    private interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<Answer> answer = new AtomicReference<>(exchange -> status(exchange, 204));
    private final MemoryEffectStore store = new MemoryEffectStore();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void startTarget() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                requests.add(new Request(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                        exchange.getRequestHeaders().getFirst("Content-Type"),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                answer.get().to(exchange);
            } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stopTarget() {
        stopped.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/events?token=secret";
    }

    private ReplicationSink<String> sink(String... settings) {
        var configuration = new java.util.HashMap<>(Map.of("url", url(), "timeout", "30s"));
        for (int i = 0; i < settings.length; i += 2) {
            configuration.put(settings[i], settings[i + 1]);
        }
        return new HttpSinkFactory(transport).create(configuration);
    }

    private ApplyOutcome apply(ReplicationSink<String> sink, ReplicationEvent<String> event) {
        return ApplyOutcome.of(
                sink, event, new RecordedEffects("billing", 0, event, store, EffectMode.RUN, EffectRules.DEFAULT));
    }

    /** The payload of these events, which the sink takes as JSON, is a JSON number of 21 digits. */
    private static ReplicationEvent<String> event(String queue) {
        byte[] json = new ReplicationEventCodec<>(PayloadCodec.utf8()).encode(Events.enqueued(queue, 3, 7));
        String text = new String(json, StandardCharsets.UTF_8).replace("\"payload-7\"", "1.00000000000000000000");
        return new ReplicationEventCodec<>(PayloadCodec.jsonText()).decode(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eventIsPostedAsItsReplicatedJsonWithItsEffectKey() {
        assertThat(apply(sink(), event("orders")))
                .isEqualTo(new ApplyOutcome.Applied(new RecordedEffects.Counts(1, 0, 0, 0, 0)));

        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/events?token=secret");
            assertThat(request.contentType()).isEqualTo("application/json");
            assertThat(request.key()).isEqualTo("billing/0/orders/3/7/post");
            assertThat(request.body()).contains("\"queueName\":\"orders\"", "\"value\":1.00000000000000000000");
            assertThat(new ReplicationEventCodec<>(PayloadCodec.jsonText())
                            .decode(request.body().getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(event("orders"));
        });
        assertThat(store.find(
                        new EffectKey("billing", 0, "orders", event("orders").position(), "post")))
                .contains(new EffectResult.Done("int", "204"));
    }

    @Test
    void anEventWithoutItsPayloadIsPostedWithoutAValue() {
        ReplicationEvent<String> with = event("orders");
        ReplicationEvent<String> without = ReplicationEvent.of(
                "orders",
                with.metadata(),
                TaskEvent.builder(
                                EventKind.AVAILABLE, 7, Events.NOON, with.task().withoutPayload())
                        .build());

        apply(sink(), without);

        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.body()).contains("\"kind\":\"Available\"").doesNotContain("\"value\"");
            assertThat(new ReplicationEventCodec<>(PayloadCodec.jsonText())
                            .decode(request.body().getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(without);
        });
    }

    @Test
    void eventIsPostedOnceAndThenReadFromTheRecord() {
        apply(sink(), event("orders"));
        apply(sink(), event("orders"));
        assertThat(requests).hasSize(1);
    }

    @Test
    void hostileQueueNameFitsTheHeader() {
        String queue = "a/b c\"\r\nX-Evil: 1\u0000 \u00e9\u4efb\ud83d\ude00%2F";
        apply(sink(), event(queue));
        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.key()).isEqualTo("billing/0/" + PercentEncoding.encode(queue) + "/3/7/post");
            assertThat(request.key()).matches("[A-Za-z0-9%/._~-]+");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 204, 299})
    void status2xxIsRecorded(int status) {
        answer.set(exchange -> status(exchange, status));
        assertThat(apply(sink(), event("orders"))).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(store.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {402, 406, 408, 412, 417, 421, 425, 426, 429, 431, 499, 500, 501, 502, 503, 504, 505, 599})
    void statusThatIsNotAboutTheEventIsNotRecorded(int status) {
        answer.set(exchange -> status(exchange, status));
        assertThat(apply(sink(), event("orders")))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .isInstanceOf(IOException.class)
                        .hasMessage("POST of event 3/7 of queue orders (Enqueued #7 of task orders/3/7, attempt 1) to "
                                + url().replace("?token=secret", "") + " was answered " + status));
        assertThat(store.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 407})
    void refusedCredentialsCostNoEvent(int status) {
        answer.set(exchange -> status(exchange, status));
        assertTransient(" was answered " + status
                + ", which refuses the sink and not the event. Check the credentials that the sink sends");
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405})
    void urlThatTheTargetDoesNotServeCostsNoEvent(int status) {
        answer.set(exchange -> status(exchange, status));
        assertTransient(" was answered " + status
                + ", which refuses the url and not the event. Check the url, and that the target is deployed there");
    }

    private void assertTransient(String messageEnd) {
        assertThat(apply(sink(), event("orders")))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .hasMessage("POST of event 3/7 of queue orders (Enqueued #7 of task orders/3/7, attempt 1) to "
                                + url().replace("?token=secret", "") + messageEnd));
        assertThat(store.size()).isZero();
    }

    @Test
    void permanentStatusesAreASetting() {
        answer.set(exchange -> status(exchange, 404));
        assertThat(apply(sink("permanent-statuses", "400-404,422"), event("orders")))
                .isEqualTo(new ApplyOutcome.Applied(new RecordedEffects.Counts(0, 0, 1, 0, 0)));
        answer.set(exchange -> status(exchange, 400));
        assertThat(apply(sink("permanent-statuses", "none"), event("parcels")))
                .isInstanceOf(ApplyOutcome.Transient.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 404, 408, 429, 500, 503})
    void retryableResponseMayRequestAWait(int status) {
        answer.set(exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "7");
            status(exchange, status);
        });
        assertThat(apply(sink(), event("orders"))).isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> {
            assertThat(failure.cause())
                    .isInstanceOf(RetryLaterException.class)
                    .hasMessageEndingWith(" was answered " + status + ", with a retry not before 7 s");
            assertThat(RetryLaterException.askedBy(failure.cause())).isEqualTo(Duration.ofSeconds(7));
        });
        assertThat(store.size()).isZero();
    }

    @Test
    void dateInRetryAfterIsComparedWithTheClock() {
        answer.set(exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "Sun, 01 Nov 2026 10:00:30 GMT");
            status(exchange, 503);
        });
        Clock clock = Clock.fixed(Instant.parse("2026-11-01T10:00:00Z"), ZoneOffset.UTC);
        var sink = HttpSink.builder(URI.create(url()), PayloadCodec.jsonText())
                .transport(transport)
                .clock(clock)
                .build();
        assertThat(asked(sink)).isEqualTo(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-3", "", "Sun, 01 Nov 1998 10:00:30 GMT"})
    void invalidRetryAfterIsIgnored(String header) {
        answer.set(exchange -> {
            exchange.getResponseHeaders().add("Retry-After", header);
            status(exchange, 503);
        });
        assertThat(asked(sink())).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3601",
                "9999999999",
                "99999999999",
                "99999999999999999999999999999999999999",
                "Fri, 31 Dec 9999 23:59:59 GMT"
            })
    void longRetryAfterIsReducedToAnHour(String header) {
        answer.set(exchange -> {
            exchange.getResponseHeaders().add("Retry-After", header);
            status(exchange, 503);
        });
        assertThat(asked(sink())).isEqualTo(Duration.ofHours(1));
    }

    private Duration asked(ReplicationSink<String> sink) {
        ApplyOutcome outcome = apply(sink, event("orders"));
        return RetryLaterException.askedBy(((ApplyOutcome.Transient) outcome).cause());
    }

    @Test
    void runnerWaitsAsLongAsTheTargetRequests() throws Exception {
        answer.set(exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "3");
            status(exchange, requests.size() < 3 ? 429 : 204);
        });
        List<Duration> waits = new ArrayList<>();
        var builder = LocalSinkRunner.builder("billing", sink())
                .retry(new RetryPolicy(3, Duration.ofSeconds(2), Duration.ofSeconds(9), 0));
        FakePause.in(builder, waits::add).build().run(List.of(event("orders")));
        assertThat(waits).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 409, 410, 413, 414, 415, 422, 451})
    void refusalIsRecordedAsAPermanentFailure(int status) {
        answer.set(exchange -> status(exchange, status));
        assertThat(apply(sink(), event("orders")))
                .isEqualTo(new ApplyOutcome.Applied(new RecordedEffects.Counts(0, 0, 1, 0, 0)));
        assertThat(apply(sink(), event("orders")))
                .isEqualTo(new ApplyOutcome.Applied(new RecordedEffects.Counts(0, 1, 0, 0, 0)));
        assertThat(requests).hasSize(1);
        assertThat(failure())
                .isEqualTo("POST of event 3/7 of queue orders (Enqueued #7 of task orders/3/7, attempt 1) to "
                        + url().replace("?token=secret", "") + " was answered " + status
                        + ". The target refuses the event; its log may contain the reason");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectIsNotFollowedAndReportsTheRemedy(int status) {
        answer.set(exchange -> {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            status(exchange, status);
        });
        assertThat(apply(sink(), event("orders")))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .hasMessageEndingWith(" was answered " + status
                                + ", a redirect, which is not followed. Set url to the target of the redirect"));
        assertThat(requests).hasSize(1);
        assertThat(store.size()).isZero();
    }

    private String failure() {
        EffectResult result = store.find(
                        new EffectKey("billing", 0, "orders", event("orders").position(), "post"))
                .orElseThrow();
        return ((EffectResult.Failed) result).error().message();
    }

    @Test
    void targetThatDoesNotRespondInTimeIsATransientFailure() {
        answer.set(exchange -> stopped.await());
        assertThat(apply(sink("timeout", "200ms"), event("orders")))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .hasMessage("POST to " + url().replace("?token=secret", "")
                                + " had no complete response in 200 ms"));
    }

    @Test
    void targetThatNeverCompletesItsResponseIsATransientFailure() {
        answer.set(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            stopped.await();
        });
        assertThat(apply(sink("timeout", "500ms"), event("orders"))).isInstanceOf(ApplyOutcome.Transient.class);
        assertThat(store.size()).isZero();
    }

    @Test
    void unreachableTargetIsATransientFailure() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        var sink = HttpSink.builder(URI.create("http://127.0.0.1:" + free + "/"), PayloadCodec.jsonText())
                .transport(transport)
                .build();
        assertThat(apply(sink, event("orders")))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .hasMessageStartingWith("POST to http://127.0.0.1:" + free + "/ failed: "));
    }

    @Test
    void interruptionEndsARequestAndNothingIsRecorded() throws Exception {
        var asked = new CountDownLatch(1);
        answer.set(exchange -> {
            asked.countDown();
            stopped.await();
        });
        var outcome = new AtomicReference<ApplyOutcome>();
        var thread = new Thread(() -> outcome.set(apply(sink(), event("orders"))));
        thread.start();
        asked.await();
        thread.interrupt();
        thread.join(20_000);
        assertThat(outcome.get()).isEqualTo(new ApplyOutcome.Interrupted());
        assertThat(store.size()).isZero();
    }

    @Test
    void onlyTheNamedKindsArePosted() {
        assertThat(apply(sink("kinds", "Completed"), event("orders"))).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(requests).isEmpty();
        apply(sink("kinds", "Completed,Enqueued"), event("orders"));
        assertThat(requests).hasSize(1);
    }

    @Test
    void eachAttemptHasTheSameKey() {
        answer.set(exchange -> status(exchange, 503));
        assertThatThrownBy(() -> LocalSinkRunner.builder("billing", sink())
                        .retry(new RetryPolicy(3, Duration.ZERO, Duration.ZERO, 0))
                        .build()
                        .run(List.of(event("orders"))))
                .isInstanceOf(SinkFailedException.class)
                .hasMessageContaining("all 3 attempts failed")
                .hasMessageContaining("was answered 503");
        assertThat(requests.stream().map(Request::key)).hasSize(3).containsOnly("billing/0/orders/3/7/post");
    }

    @Test
    void largeResponseIsReadAndDiscarded() {
        answer.set(exchange -> {
            exchange.sendResponseHeaders(200, 5_000_000);
            try {
                exchange.getResponseBody().write(new byte[5_000_000]);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        });
        assertThat(apply(sink(), event("orders"))).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(apply(sink(), event("parcels"))).isInstanceOf(ApplyOutcome.Applied.class);
    }
}
