package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.status.QueueStatus;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sink that is idle, or only waits, commits nothing and uses hardly any processor time. */
class IdleSinksCostNothingTest {

    private static final Duration WATCHED = Duration.ofSeconds(3);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** The commits and processor time that a sink has used. */
    private record Cost(double commits, Duration processor) {
        Cost since(Cost before) {
            return new Cost(commits - before.commits, processor.minus(before.processor));
        }
    }

    @Test
    void aSinkThatHasAppliedEverythingCommitsNothing() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(3)) {
            SinkService service = cluster.start(cluster.sink("idle", cluster.calling(Duration.ZERO))
                    .kafka(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()))
                    .metrics(meters)
                    .kafkaMetrics(true));
            for (String queue : new String[] {"a", "b", "c"}) {
                cluster.source(queue, 1).open().tasks(0, 10);
            }
            cluster.awaitCaughtUp("idle", service);

            Cost cost = costOf("idle");
            assertThat(cost.commits()).isZero();
            assertThat(cost.processor()).isLessThan(WATCHED.dividedBy(25));
        }
    }

    /** Where the log does not hold the waiting events any more, results are deleted only once the events are applied. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSinkThatWaitsForAnUnavailableTargetCommitsOncePerAttempt(boolean logStartIsBehindThem) throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(3)) {
            String name = logStartIsBehindThem ? "resting-behind" : "resting";
            AtomicBoolean unavailable = new AtomicBoolean(true);
            SinkService service = cluster.start(cluster.sink(
                            name,
                            (event, effects) -> effects.run("call", key -> {
                                if (unavailable.get()) {
                                    throw new IOException("the target is unavailable");
                                }
                                cluster.ledger.called(key.toString());
                            }))
                    .kafka(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()))
                    .retry(new RetryPolicy(9, Duration.ofMillis(100), Duration.ofMillis(100), 0))
                    .breaker(new BreakerPolicy(6, 3, Duration.ofSeconds(2), Duration.ofSeconds(2)))
                    .topicCheckInterval(Duration.ofMillis(200))
                    .metrics(meters)
                    .kafkaMetrics(true));
            for (String queue : new String[] {"a", "b", "c"}) {
                cluster.source(queue, 1).open().tasks(0, 10);
            }
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> service.status().waiting().isPresent());
            if (logStartIsBehindThem) {
                Awaitility.await()
                        .atMost(SinkTestCluster.PATIENCE)
                        .until(() -> service.status().queues().stream()
                                        .mapToInt(QueueStatus::inFlight)
                                        .sum()
                                == 90);
                cluster.deleteRecords();
            }

            Cost cost = costOf(name);
            // an attempt every other second wakes the partitions
            assertThat(cost.commits()).isLessThan(9);
            assertThat(cost.processor()).isLessThan(WATCHED.dividedBy(25));

            unavailable.set(false);
            cluster.awaitCaughtUp(name, service);
            assertThat(cluster.ledger.keys()).isEqualTo(90);
            assertThat(cluster.ledger.repeated()).isEmpty();
        }
    }

    /** What the sink uses while it is observed, after its last commit. */
    private Cost costOf(String sink) {
        awaitQuiet(sink);
        Cost before = now(sink);
        Awaitility.await().pollDelay(WATCHED).atMost(SinkTestCluster.PATIENCE).until(() -> true);
        return now(sink).since(before);
    }

    /** Waits until nothing was committed for half a second, which is five times the interval. */
    private void awaitQuiet(String sink) {
        AtomicReference<Double> before = new AtomicReference<>(-1.0);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(500))
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> {
                    Double commits = now(sink).commits();
                    return before.getAndSet(commits).equals(commits);
                });
    }

    private Cost now(String sink) {
        double commits = meters.get("taskqueue.kafka.stream.thread.commit.total")
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long nanos = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith(sink + "-"))
                .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getThreadId())))
                .sum();
        return new Cost(commits, Duration.ofNanos(nanos));
    }
}
