package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.ReplicationSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExhaustedRetriesStopTheSinkTest {

    @Test
    void onlyTheNamedEventIsAppliedAgainAtTheNextStart() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            AtomicBoolean broken = new AtomicBoolean(true);
            AtomicInteger attempts = new AtomicInteger();
            ReplicationSink<String> sink = (event, effects) -> {
                effects.run("call", key -> cluster.ledger.called(key.toString()));
                effects.run("second", key -> {
                    if (event.taskId().sequenceId() == 51 && event.kind() == EventKind.LEASE_GRANTED && broken.get()) {
                        attempts.incrementAndGet();
                        // a type of Kafka's own: if it reached Kafka Streams, that would consider the state corrupted
                        // at every start
                        throw new TimeoutException("the target is unavailable");
                    }
                    cluster.ledger.called(key.toString());
                });
            };
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 100);
            SinkService service = cluster.start(cluster.sink("stuck", sink).onExhausted(OnExhausted.STOP));

            String failure = Failure.of(service);

            assertThat(failure)
                    .isEqualTo(
                            "Sink stuck stopped at event 1/151 of queue orders (LeaseGranted #151 of task orders/1/51, "
                                    + "attempt 1) at offset 151 of partition 0: it could not be applied in 3 attempts, the last of "
                                    + "which ended with org.apache.kafka.common.errors.TimeoutException: the target is unavailable. It is "
                                    + "applied again at the next start; effects that have a recorded result do not run again. "
                                    + "Fix the cause, or allow more attempts, and start the sink again.");
            assertThat(attempts).hasValue(3);

            SinkService stillBroken = cluster.start(cluster.sink("stuck", sink).onExhausted(OnExhausted.STOP));
            assertThat(Failure.of(stillBroken)).contains("event 1/151 of queue orders");
            assertThat(attempts).hasValue(6);

            broken.set(false);
            SinkService fixed = cluster.start(cluster.sink("stuck", sink).onExhausted(OnExhausted.STOP));
            cluster.awaitCaughtUp("stuck", fixed);
            assertThat(cluster.ledger.keys()).isEqualTo(600);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(fixed.status().queues().get(0).positions().lag()).isZero();
        }
    }

    @Test
    void aSinkThatMisusesEffectsIsNotRetried() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.source("orders", 1).open().tasks(0, 1);
            SinkService service = cluster.start(cluster.sink("misusing", (event, effects) -> {
                effects.run("same", key -> cluster.ledger.called(key.toString()));
                effects.run("same", key -> {});
            }));

            assertThat(Failure.of(service))
                    .contains("event 1/1 of queue orders")
                    .contains("in 1 attempt")
                    .contains("Effect 'same' was requested twice");
            assertThat(cluster.ledger.calls()).hasSize(1);
        }
    }

    @Test
    void aCauseThatEndsWithAFullStopIsFollowedByNoSecondOne(@TempDir Path directory) {
        try (SinkDriver sink = new SinkDriver(
                directory,
                (event, effects) -> {
                    throw new IOException("The target refuses.");
                },
                builder -> builder.onExhausted(OnExhausted.STOP))) {
            sink.event(1);
            assertThatThrownBy(sink::settle)
                    .hasStackTraceContaining(
                            "the last of which ended with java.io.IOException: The target refuses. It is "
                                    + "applied again at the next start");
        }
    }
}
