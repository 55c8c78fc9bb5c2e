package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkStoppedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class OneNameIsOneSinkTest {

    private static final String HTTP = "http https://billing.example/events";

    @Test
    void anotherTargetUnderTheSameNameIsRefusedUnlessItIsAdopted() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            SinkService first = cluster.start(sink(cluster, "billing", HTTP));
            assertThatThrownBy(() -> sink(cluster, "billing", "log").start())
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage(
                            "Sink billing is http https://billing.example/events on this cluster, but this instance is"
                                    + " log. Instances of one name share the queues, so some events would reach only one of the two."
                                    + " Give this sink another name; or, if it replaces the other, stop all instances of that and start"
                                    + " this one with --adopt (in code, adopt(true)).");
            first.close();

            cluster.start(sink(cluster, "billing", "log").adopt(true)).close();
            cluster.start(sink(cluster, "billing", "log")).close();
            assertThatThrownBy(() -> sink(cluster, "billing", HTTP).start())
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessageStartingWith("Sink billing is log on this cluster");
            cluster.start(sink(cluster, "billing", HTTP).adopt(true)).close();
            cluster.start(sink(cluster, "billing", HTTP)).close();
        }
    }

    @Test
    void instancesOfTheSameSinkRunSideBySide() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            cluster.start(sink(cluster, "twins", HTTP));
            cluster.start(sink(cluster, "twins", HTTP).stateDirectory(cluster.state("two")));
        }
    }

    @Test
    void ofSeveralFirstStartsAtOnceOneDecidesWhatTheSinkIs() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (SinkTestCluster cluster = new SinkTestCluster(2)) {
            CyclicBarrier together = new CyclicBarrier(4);
            List<Callable<SinkService>> starts = List.of(
                    start(cluster, together, "a", "1"),
                    start(cluster, together, "b", "2"),
                    start(cluster, together, "a", "3"),
                    start(cluster, together, "b", "4"));
            List<Future<SinkService>> started = threads.invokeAll(starts);
            boolean a = succeeded(started.get(0));
            assertThat(succeeded(started.get(2))).isEqualTo(a);
            assertThat(succeeded(started.get(1))).isEqualTo(!a);
            assertThat(succeeded(started.get(3))).isEqualTo(!a);
        } finally {
            threads.shutdownNow();
        }
    }

    /** An instance that ended between its two steps has left its record behind the first one. */
    @Test
    void aRecordBehindTheFirstChangesNothing() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.start(sink(cluster, "decided", HTTP)).close();
            cluster.producer
                    .send(new ProducerRecord<>(
                            TopicNames.identity("decided"), 0, "log".getBytes(StandardCharsets.UTF_8), new byte[] {
                                '{', '}'
                            }))
                    .get();
            cluster.start(sink(cluster, "decided", HTTP)).close();
            assertThatThrownBy(() -> sink(cluster, "decided", "log").start()).isInstanceOf(SinkStoppedException.class);
        }
    }

    @Test
    void theClassIsTheFingerprintUnlessAnotherIsSet() {
        assertThat(fingerprint(new Billing())).isEqualTo(Billing.class.getName());
        assertThat(fingerprint((event, effects) -> {})).isEqualTo(OneNameIsOneSinkTest.class.getName());
        assertThat(fingerprint(new ReplicationSink<>() {
                    @Override
                    public void apply(ReplicationEvent<String> event, Effects effects) {}
                }))
                .isEqualTo(OneNameIsOneSinkTest.class.getName());
    }

    private static final class Billing implements ReplicationSink<String> {
        @Override
        public void apply(ReplicationEvent<String> event, Effects effects) {}
    }

    private static String fingerprint(ReplicationSink<String> sink) {
        return SinkService.builder("s", sink, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                .settings()
                .application()
                .fingerprint();
    }

    private static SinkService.Builder<String> sink(SinkTestCluster cluster, String name, String fingerprint) {
        return cluster.sink(name, cluster.calling(Duration.ZERO)).fingerprint(fingerprint);
    }

    private static Callable<SinkService> start(
            SinkTestCluster cluster, CyclicBarrier together, String fingerprint, String directory) {
        return () -> {
            together.await();
            return cluster.start(sink(cluster, "raced", fingerprint).stateDirectory(cluster.state(directory)));
        };
    }

    private static boolean succeeded(Future<SinkService> started) throws InterruptedException {
        try {
            return started.get() != null;
        } catch (ExecutionException refused) {
            assertThat(refused)
                    .cause()
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessageStartingWith("Sink raced is ");
            return false;
        }
    }
}
