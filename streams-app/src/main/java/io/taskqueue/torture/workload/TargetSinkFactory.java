package io.taskqueue.torture.workload;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.NotDoneException;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.torture.history.AmbiguityPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * The sink of a run, unless the user brings another one: one effect for each event, at the target of the run. Which policy the effect
 * declares depends on the event's sequence, so that each of the four has a quarter of the events.
 */
public final class TargetSinkFactory implements SinkFactory<String> {

    /** The setting with the target's address. */
    public static final String URL = "url";

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    // attempts are not what ends an outage here: an effect whose outcome is unknown is what must be parked
    private static final RetryPolicy RETRY =
            new RetryPolicy(10_000, Duration.ofMillis(100), Duration.ofSeconds(1), 0.2);
    private static final BreakerPolicy BREAKER =
            new BreakerPolicy(20, 5, Duration.ofMillis(500), Duration.ofSeconds(1));

    @Override
    public PayloadCodec<String> codec() {
        return PayloadCodec.jsonText();
    }

    @Override
    public RetryPolicy retry(Map<String, String> configuration) {
        return RETRY;
    }

    @Override
    public BreakerPolicy breaker(Map<String, String> configuration) {
        return BREAKER;
    }

    @Override
    public ReplicationSink<String> create(Map<String, String> configuration) {
        String url = configuration.get(URL);
        if (url == null) {
            throw new IllegalArgumentException("The setting url, the address of the target, is missing. Pass it.");
        }
        return new TargetSink(URI.create(url));
    }

    /** Calls the target. Thread-safe. */
    private static final class TargetSink implements ReplicationSink<String> {

        private final URI apply;
        private final URI probe;
        private final HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build();

        TargetSink(URI target) {
            this.apply = target.resolve("/apply");
            this.probe = target.resolve("/probe");
        }

        @Override
        public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
            AmbiguityPolicy[] policies = AmbiguityPolicy.values();
            AmbiguityPolicy policy = policies[(int) (event.position().sequence() % policies.length)];
            String name = policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
            var unused = effects.capture(name, String.class, onAmbiguity(policy), key -> call(key, policy));
        }

        private OnAmbiguity<String> onAmbiguity(AmbiguityPolicy policy) {
            return switch (policy) {
                case RERUN -> OnAmbiguity.rerun();
                case PROBE -> OnAmbiguity.probe(this::ask);
                case PARK -> OnAmbiguity.park();
                case ASSUME_DONE -> OnAmbiguity.assumeDone("assumed");
            };
        }

        private String call(EffectKey key, AmbiguityPolicy policy) throws Exception {
            HttpResponse<String> answer = send(apply, new TargetCall(key, policy));
            return switch (answer.statusCode()) {
                case 200 -> answer.body();
                case 503 -> throw new NotDoneException("The target refused the call.");
                default -> throw new IOException("The target answered " + answer.statusCode() + ".");
            };
        }

        private EffectProbe.Answer<String> ask(EffectKey key) throws Exception {
            int status = send(probe, new TargetCall(key, AmbiguityPolicy.PROBE)).statusCode();
            return switch (status) {
                case 200 -> EffectProbe.Answer.done("probed");
                case 404 -> EffectProbe.Answer.notDone();
                default -> throw new IOException("The target answered " + status + " to a probe.");
            };
        }

        private HttpResponse<String> send(URI uri, TargetCall call) throws IOException, InterruptedException {
            return client.send(
                    HttpRequest.newBuilder(uri)
                            .timeout(TIMEOUT)
                            .header("Idempotency-Key", call.key().toString())
                            .POST(HttpRequest.BodyPublishers.ofByteArray(call.json()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
