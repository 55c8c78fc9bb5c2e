package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.ReplicationSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HaltingRerunsNothingTest {

    @Test
    void effectsThatRunWhileAGapHaltsTheSinkAreRecordedAndNotRunAgain() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 100);
            source.skip(2);
            source.tasks(100, 110);
            for (int start = 0; start < 3; start++) {
                SinkService halting = cluster.start(cluster.sink("halted", cluster.calling(Duration.ofMillis(20)))
                        .onGap(OnGap.HALT));
                assertThat(Failure.of(halting)).startsWith("Sink halted stopped before event 1/303 of queue orders");
            }
            assertThat(cluster.ledger.keys()).isLessThanOrEqualTo(300);

            SinkService continuing = cluster.start(cluster.sink("halted", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("halted", continuing);
            assertThat(cluster.ledger.keys()).isEqualTo(330);
            assertThat(continuing.status().queues().get(0).counts().gaps()).isEqualTo(1);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInvalidRecordWaitsBehindTheGapAndIsDeadLetteredOnce(boolean headers) throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 10);
            source.skip(1);
            if (!headers) {
                source.next(EventKind.ENQUEUED, 40);
            }
            source.undecodable(
                    headers,
                    "orders".getBytes(StandardCharsets.UTF_8)); // with headers, this record itself halts the sink
            source.next(EventKind.ENQUEUED, 41);
            String name = "unreadable-" + headers;
            for (int start = 0; start < 2; start++) {
                SinkService halting = cluster.start(cluster.sink(name, cluster.calling(Duration.ofMillis(200)))
                        .concurrency(64)
                        .onGap(OnGap.HALT));
                assertThat(Failure.of(halting)).contains("stopped before event 1/32 of queue orders");
                assertThat(halting.status().undecodable()).isZero();
            }
            SinkService continuing = cluster.start(cluster.sink(name, cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp(name, continuing);
            assertThat(cluster.ledger.repeated()).isEmpty();
            assertThat(cluster.ledger.keys()).isEqualTo(headers ? 31 : 32);
            assertThat(continuing.status().undecodable()).isEqualTo(1);
            continuing.close(); // the offsets of what was held are committed before its dead letter is
            List<ConsumerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
            SinkTestCluster.readCommitted(name + ".dead", deadLetters::add);
            assertThat(deadLetters).hasSize(1);
            assertThat(deadLetters.get(0).value())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("{\"broken");
            assertThat(deadLetters.get(0).key())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("orders");
            assertThat(EventHeaders.read(deadLetters.get(0).headers()).isPresent())
                    .isEqualTo(headers);
        }
    }

    @Test
    void anEventThatStopsTheSinkRerunsNothingOfAnotherPartition() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            EventTopicWriter poisoned = cluster.source("a", 1).open();
            EventTopicWriter well = cluster.source("b", 2).open();
            well.tasks(0, 200);
            poisoned.tasks(0, 1);
            ReplicationSink<String> calling = cluster.calling(Duration.ofMillis(10));
            CountDownLatch running = new CountDownLatch(1);
            ReplicationSink<String> sink = (event, effects) -> {
                if (event.queueName().equals("a")) {
                    running.await();
                    throw new IOException("no such account");
                }
                running.countDown();
                calling.apply(event, effects);
            };
            for (int start = 0; start < 3; start++) {
                SinkService stopping =
                        cluster.start(cluster.sink("poisoned", sink).onExhausted(OnExhausted.STOP));
                assertThat(Failure.of(stopping)).startsWith("Sink poisoned stopped at ");
            }
            assertThat(cluster.ledger.keys()).isBetween(1, 600);

            SinkService next = cluster.start(cluster.sink("poisoned", calling));
            cluster.awaitCaughtUp("poisoned", next);
            assertThat(cluster.ledger.keys()).isEqualTo(603);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }
}
