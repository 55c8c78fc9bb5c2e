package io.taskqueue.streams;

import static io.taskqueue.streams.AmbiguousSink.Policy.ASSUME_DONE;
import static io.taskqueue.streams.AmbiguousSink.Policy.PARK;
import static io.taskqueue.streams.AmbiguousSink.Policy.PROBE;
import static io.taskqueue.streams.AmbiguousSink.Policy.RERUN;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.streams.AmbiguousSink.Policy;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.ParkedTask;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A kill -9 at each step of an effect, under each policy: exactly the calls that the policy allows. */
class AmbiguousWindowTest {

    /** The calls of an effect, and whether its event was parked. */
    private record PolicyOutcome(int calls, boolean parked) {

        @Override
        public String toString() {
            return calls + (calls == 1 ? " call" : " calls") + (parked ? ", parked" : "");
        }
    }

    private static final PolicyOutcome NEVER = new PolicyOutcome(0, false);
    private static final PolicyOutcome ONCE = new PolicyOutcome(1, false);
    private static final PolicyOutcome TWICE = new PolicyOutcome(2, false);
    private static final PolicyOutcome PARKED_NOT_DONE = new PolicyOutcome(0, true);
    private static final PolicyOutcome PARKED_DONE = new PolicyOutcome(1, true);

    private static final Map<KillPoint, Map<Policy, PolicyOutcome>> EXPECTED = new EnumMap<>(Map.of(
            KillPoint.BEFORE_INTENT, Map.of(RERUN, ONCE, PROBE, ONCE, PARK, ONCE, ASSUME_DONE, ONCE),
            KillPoint.INTENT_COMMITTED, Map.of(RERUN, ONCE, PROBE, ONCE, PARK, PARKED_NOT_DONE, ASSUME_DONE, NEVER),
            KillPoint.ACTION_DONE, Map.of(RERUN, TWICE, PROBE, ONCE, PARK, PARKED_DONE, ASSUME_DONE, ONCE),
            KillPoint.RESULT_HANDED_OVER, Map.of(RERUN, TWICE, PROBE, ONCE, PARK, PARKED_DONE, ASSUME_DONE, ONCE),
            KillPoint.BEFORE_COMMIT, Map.of(RERUN, TWICE, PROBE, ONCE, PARK, PARKED_DONE, ASSUME_DONE, ONCE),
            KillPoint.AFTER_COMMIT, Map.of(RERUN, ONCE, PROBE, ONCE, PARK, ONCE, ASSUME_DONE, ONCE)));

    @Test
    void afterAKillAtAnyPointEachEffectIsCalledAsItsPolicyAllowsAndTheOthersAreCounted() throws Exception {
        ExecutorService sideBySide = Executors.newFixedThreadPool(3);
        try {
            Map<KillPoint, Future<Map<Policy, PolicyOutcome>>> found = new EnumMap<>(KillPoint.class);
            for (KillPoint point : KillPoint.values()) {
                found.put(point, sideBySide.submit(() -> killedAt(point)));
            }
            Map<KillPoint, Map<Policy, PolicyOutcome>> outcomes = new EnumMap<>(KillPoint.class);
            for (KillPoint point : KillPoint.values()) {
                outcomes.put(point, found.get(point).get(120, TimeUnit.SECONDS));
            }
            assertThat(outcomes).isEqualTo(EXPECTED);
        } finally {
            sideBySide.shutdownNow();
        }
    }

    private static Map<Policy, PolicyOutcome> killedAt(KillPoint point) throws Exception {
        String sink = "killed-" + point.name().toLowerCase(Locale.ROOT);
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            for (Policy policy : Policy.values()) {
                source.next(EventKind.ENQUEUED, policy.task);
            }
            kill(child(cluster, sink, point));
            cluster.endSessions(sink);

            SinkService next = cluster.start(cluster.sink(sink, new AmbiguousSink(cluster.ledger.url())));
            cluster.awaitCaughtUp(sink, next);
            boolean doubtful = point != KillPoint.BEFORE_INTENT && point != KillPoint.AFTER_COMMIT;
            assertThat(next.status().effects().ambiguous())
                    .as("effects with an unknown outcome, killed at %s", point)
                    .isEqualTo(doubtful ? 3 : 0);
            Map<Policy, PolicyOutcome> outcomes = new EnumMap<>(Policy.class);
            for (Policy policy : Policy.values()) {
                outcomes.put(
                        policy,
                        new PolicyOutcome(
                                cluster.ledger.times(source.key(sink, policy.task + 1)),
                                policy == PARK
                                        && next.status()
                                                        .queues()
                                                        .get(0)
                                                        .parked()
                                                        .events()
                                                == 1));
            }
            assertRedriveRunsTheParkedEffect(cluster, sink, source, next, outcomes);
            return outcomes;
        }
    }

    private static void assertRedriveRunsTheParkedEffect(
            SinkTestCluster cluster,
            String sink,
            EventTopicWriter source,
            SinkService service,
            Map<Policy, PolicyOutcome> outcomes)
            throws Exception {
        ParkedEvents parked = new ParkedEvents(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), sink);
        PolicyOutcome before = outcomes.get(PARK);
        if (before.parked()) {
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> !parked.read().isEmpty()); // it is committed
            parked.redrive(ParkedTask.of(parked.read()).get(0), "an operator");
        }
        int calls = before.calls() + (before.parked() ? 1 : 0);
        String key = source.key(sink, PARK.task + 1);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.times(key) >= calls);
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> service.status().queues().get(0).parked().events() == 0
                        && service.status().settled());
        assertThat(cluster.ledger.times(key))
                .as("calls after a redrive, killed at %s", sink)
                .isEqualTo(calls);
    }

    private static void kill(Process child) throws Exception {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            while (line != null && !line.equals("at the kill point")) {
                line = output.readLine();
            }
            assertThat(line).as("the child reached its point").isEqualTo("at the kill point");
        } finally {
            ChildProcess.kill(child);
        }
    }

    private static Process child(SinkTestCluster cluster, String sink, KillPoint point) throws Exception {
        return ChildProcess.of(
                        ChildAtKillPoint.class, cluster, sink, cluster.state("one"), cluster.ledger.url(), point.name())
                .start();
    }
}
