package io.taskqueue.streams;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.status.QueueStatus;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process that is suspended while another one takes its queue over, as by SIGSTOP or a long garbage collection. */
@DisabledOnOs(OS.WINDOWS)
class SuspendedOwnerIsFencedTest {

    private static final String SINK = "observer";
    private static final Duration LIMIT = Duration.ofSeconds(2);

    @Test
    void whatItSendsWhenItContinuesIsDroppedByTheSinkAndItsWorkersAreRefused() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            Map<String, Set<Position>> applied = new ConcurrentHashMap<>();
            SinkService sink = cluster.start(cluster.sink(SINK, (event, effects) -> applied.computeIfAbsent(
                            event.queueName(), queue -> ConcurrentHashMap.newKeySet())
                    .add(event.position())));
            Process lenient = SuspendedOwner.start(cluster, "lenient", Optional.empty());
            Process strict = SuspendedOwner.start(cluster, "strict", Optional.of(LIMIT));
            try (BufferedReader ofLenient = lenient.inputReader(StandardCharsets.UTF_8);
                    BufferedReader ofStrict = strict.inputReader(StandardCharsets.UTF_8)) {
                assertThat(SuspendedOwner.next(ofLenient)).isEqualTo("running");
                assertThat(SuspendedOwner.next(ofStrict)).isEqualTo("running");
                await().atMost(SinkTestCluster.PATIENCE)
                        .until(() -> applied.getOrDefault("lenient", Set.of()).size() > 100
                                && applied.getOrDefault("strict", Set.of()).size() > 100);
                signal("STOP", lenient, strict);
                takeOver(cluster, "lenient");
                takeOver(cluster, "strict");
                await().pollDelay(LIMIT).until(() -> true);
                signal("CONT", lenient, strict);

                assertRefused(ofLenient, "lenient");
                assertRefused(ofStrict, "strict");
                assertThat(Integer.parseInt(SuspendedOwner.next(ofLenient))).isNotNegative();
                assertThat(SuspendedOwner.next(ofStrict))
                        .as("leases after the suspension")
                        .isEqualTo("0");
                assertThat(lenient.waitFor(30, SECONDS) && strict.waitFor(30, SECONDS))
                        .isTrue();
            } finally {
                ChildProcess.kill(lenient);
                ChildProcess.kill(strict);
            }
            cluster.awaitCaughtUp(SINK, sink);

            for (String queue : List.of("lenient", "strict")) {
                List<Position> before = new ArrayList<>();
                List<Position> behind = new ArrayList<>();
                divideByFence(cluster, queue, before, behind);
                assertThat(behind).as("events of %s behind the fence", queue).isNotEmpty();
                assertThat(new TreeSet<>(applied.get(queue))).isEqualTo(new TreeSet<>(before));
                assertThat(fenced(sink, queue)).isEqualTo(behind.size());
            }
        }
    }

    private static void signal(String signal, Process... processes) throws Exception {
        for (Process process : processes) {
            Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .inheritIO()
                    .start();
            assertThat(kill.waitFor()).isZero();
        }
    }

    /** Claims the queue, and has one task enqueued and completed by its new owner. */
    private static void takeOver(SinkTestCluster cluster, String name) throws Exception {
        try (var queue = TaskQueue.<String>builder(name).build();
                var source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()))
                        .topic(cluster.topic)
                        .registryTopic(cluster.topic + "-registry")
                        .sourcePeer("successor")
                        .start()) {
            queue.enqueue("of the new owner");
            queue.lease().complete();
            source.replicated().get(30, SECONDS);
        }
    }

    private static void assertRefused(BufferedReader owner, String queue) throws Exception {
        assertThat(SuspendedOwner.next(owner))
                .startsWith("Queue " + queue + " was stopped")
                .contains("is fenced: peer successor claimed the queue at ");
        assertThat(SuspendedOwner.next(owner))
                .startsWith("Queue " + queue + " was stopped, so complete() was refused: The source of queue " + queue)
                .contains("is fenced: peer successor claimed the queue at ");
    }

    /** Divides the events of a queue on the topic into those that belong to its history, and those that a fence precedes. */
    private static void divideByFence(
            SinkTestCluster cluster, String queue, List<Position> before, List<Position> behind) {
        long[] fence = {0};
        SinkTestCluster.readCommitted(cluster.topic, record -> {
            if (!new String(record.key(), StandardCharsets.UTF_8).equals(queue)) {
                return;
            }
            Position position =
                    EventHeaders.read(record.headers()).orElseThrow().position();
            if (position.epoch() < fence[0]) {
                behind.add(position);
            } else if (position.sequence() > 0) {
                before.add(position);
            }
            fence[0] = Math.max(fence[0], position.epoch());
        });
    }

    private static long fenced(SinkService sink, String queue) {
        return sink.status().queues().stream()
                .filter(status -> status.queueName().equals(queue))
                .map(QueueStatus::counts)
                .findFirst()
                .orElseThrow()
                .fenced();
    }
}
