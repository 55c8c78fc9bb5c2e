package io.taskqueue.cli.demo;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The sinks of the traffic that continues after the demo: one that is slow, and begins with the oldest event, so that it lags until it has
 * caught up, and again after each burst; and one whose target declines some payments, whose events are parked until they are redriven.
 */
final class TrafficSinks implements AutoCloseable {

    private static final RetryPolicy THREE_ATTEMPTS =
            new RetryPolicy(3, Duration.ofMillis(200), Duration.ofSeconds(1), 0);

    /** How long the slow sink takes for an event, of which it applies two side by side. */
    private static final Duration SLOW = Duration.ofMillis(20);

    private static final int DECLINED = 40;
    private static final int REMEMBERED = 10_000;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<SinkService> services;

    private TrafficSinks(Map<String, Object> kafka, Path stateDirectory) {
        SinkService search = SinkService.builder("search-index", this::index, PayloadCodec.jsonText())
                .kafka(kafka)
                .stateDirectory(stateDirectory)
                .concurrency(2)
                .start();
        SinkService billing = SinkService.builder("billing", new Billing(), PayloadCodec.jsonText())
                .kafka(kafka)
                .stateDirectory(stateDirectory)
                .queues("payments")
                .retry(THREE_ATTEMPTS)
                .start();
        this.services = List.of(search, billing);
    }

    static TrafficSinks start(Map<String, Object> kafka, Path stateDirectory) {
        return new TrafficSinks(kafka, stateDirectory);
    }

    private void index(ReplicationEvent<String> event, Effects effects) throws Exception {
        effects.run("index", key -> {
            // at the end of the demo it does not take long: a failure would be a warning for nothing
            boolean unused = stopped.await(SLOW.toNanos(), TimeUnit.NANOSECONDS);
        });
    }

    /**
     * Charges each completed payment once. The target declines one of forty, as often as an event is attempted before it is parked, so that it
     * succeeds after a redrive.
     */
    private static final class Billing implements ReplicationSink<String> {

        private final Map<String, Integer> attempts = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
                return size() > REMEMBERED;
            }
        };

        @Override
        public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
            if (event.kind() == EventKind.COMPLETED) {
                effects.run("charge", key -> charge(event));
            }
        }

        private void charge(ReplicationEvent<String> event) throws IOException {
            if (event.taskId().sequenceId() % DECLINED == DECLINED / 2
                    && isDeclined(event.taskId().toString())) {
                throw new IOException(
                        "POST https://cards.example/charges: 402 Payment Required, the limit of the card is "
                                + "exceeded until the customer raises it");
            }
        }

        private synchronized boolean isDeclined(String task) {
            return attempts.merge(task, 1, Integer::sum) <= THREE_ATTEMPTS.attempts();
        }
    }

    @Override
    public void close() {
        stopped.countDown();
        ConcurrentClose.all(services);
    }
}
