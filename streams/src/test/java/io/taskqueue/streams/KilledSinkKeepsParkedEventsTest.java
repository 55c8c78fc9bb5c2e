package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KilledSinkKeepsParkedEventsTest {

    private static final String SINK = "parker";
    private static final int TASKS = 30;
    private static final int PARKED_TASKS = 10;

    @Test
    void killsWhileEventsAreParkedOrRedrivenLoseNothingAndRepeatNoFinishedEffect() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, TASKS);
            cluster.ledger.refuse(key -> failing(source, key));
            ParkedEvents parked = new ParkedEvents(Map.of("bootstrap.servers", SinkTestCluster.bootstrap()), SINK);

            killOnce(cluster, () -> !read(parked).isEmpty());
            killOnce(cluster, () -> read(parked).size() == 3 * PARKED_TASKS);

            List<ParkedTask> tasks = ParkedTask.of(parked.read());
            assertThat(tasks).hasSize(PARKED_TASKS).allSatisfy(task -> {
                assertThat(task.events()).hasSize(3);
                assertThat(task.first().state()).isInstanceOfSatisfying(ParkedState.Failed.class, failed -> {
                    assertThat(failed.attempts()).isEqualTo(2);
                    assertThat(failed.error().message()).isEqualTo("the target answered 503");
                });
            });
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> cluster.ledger.keys() == keysWithoutParked());
            cluster.ledger.refuse(key -> false);
            for (ParkedTask task : tasks) {
                parked.redrive(task, "test");
            }
            cluster.ledger.blockAfter(
                    keysWithoutParked() + 30); // it is killed before it has finished, however late this thread looks
            killOnce(cluster, () -> cluster.ledger.keys() >= keysWithoutParked() + 12);
            cluster.ledger.release();
            assertThat(cluster.ledger.keys()).isLessThan(6 * TASKS);

            Process last = ParkingChild.start(cluster, SINK);
            try {
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> cluster.ledger.keys() == 6 * TASKS);
                Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> read(parked)
                        .isEmpty());
            } finally {
                ChildProcess.kill(last);
            }
            List<String> calls = cluster.ledger.calls();
            for (int task = 0; task < PARKED_TASKS; task++) {
                assertThat(cluster.ledger.times(key(source, task + 1, "before")))
                        .as("the finished effect of the first event of task %d", task)
                        .isEqualTo(1);
                for (long position = task + 1L; position <= 2 * TASKS; position += TASKS) {
                    assertThat(calls.indexOf(key(source, position, "call")))
                            .as("event %d before event %d", position, position + TASKS)
                            .isLessThan(calls.indexOf(key(source, position + TASKS, "before")));
                }
            }
        }
    }

    private static int keysWithoutParked() {
        return 6 * (TASKS - PARKED_TASKS) + PARKED_TASKS;
    }

    /** The second effect of the first event of each of the first tasks. */
    private static boolean failing(EventTopicWriter source, String key) {
        for (long position = 1; position <= PARKED_TASKS; position++) {
            if (key.equals(key(source, position, "call"))) {
                return true;
            }
        }
        return false;
    }

    private static String key(EventTopicWriter source, long position, String effect) {
        return source.key(SINK, position).replaceFirst("call$", effect);
    }

    private static void killOnce(SinkTestCluster cluster, Callable<Boolean> condition) throws Exception {
        Process child = ParkingChild.start(cluster, SINK);
        try {
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(condition);
        } finally {
            ChildProcess.kill(child);
        }
        cluster.endSessions(SINK);
    }

    /** The parked events; none before the sink has created its topics. */
    private static List<ParkedEvent> read(ParkedEvents parked) {
        try {
            return parked.read();
        } catch (IllegalStateException notYet) {
            return List.of();
        }
    }
}
