package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.taskqueue.console.fold.ViewEvents;
import io.taskqueue.console.fold.ViewPhase;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A view that is killed while events are written has each of them once, with its state and without it. */
class KilledViewLosesNothingTest {

    private static final int PARTITIONS = 2;
    private static final int QUEUES = 12;

    /** More than are written. */
    private static final int TASKS = 1_000;

    /** By how many events the writer is ahead of the view at most: so it has not ended when the view is killed. */
    private static final int AHEAD = 500;

    private static final Map<String, String> SOON_ABORTED =
            Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200");

    @Test
    void afterAKillTheViewIsTheFoldOfItsTopicAndAlsoWhereItsStateIsLost(@TempDir Path directory) throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0, SOON_ABORTED);
                ViewCluster cluster = new ViewCluster(kafka.bootstrapServers(), directory.resolve("views"));
                Writer writer = new Writer(cluster)) {
            cluster.createTopic(PARTITIONS);

            writer.start();
            killAfter(cluster, writer, 300);
            try (ViewService view =
                    cluster.view("one", ViewChild.SHORT_TRANSACTIONS).start()) {
                ViewCluster.await().until(() -> !view.queues().isEmpty());
                writer.stop();
                assertIsTheFold(view, cluster);
            }

            writer.start();
            killAfter(cluster, writer, 300);
            ViewCluster.delete(cluster.state("one"));
            try (ViewService view =
                    cluster.view("one", ViewChild.SHORT_TRANSACTIONS).start()) {
                writer.stop();
                assertIsTheFold(view, cluster);
            }
        }
    }

    /** Kills a view in a process of its own when it has taken some events, and others are being written. */
    private static void killAfter(ViewCluster cluster, Writer writer, int events) throws Exception {
        try (ViewChild child = ViewChild.start(cluster, "one", writer.permits::release)) {
            ViewCluster.await().until(() -> {
                assertThat(child.running()).isTrue();
                return child.taken() >= events;
            });
            assertThat(writer.writing()).isTrue();
        }
        cluster.endSessions();
    }

    private static void assertIsTheFold(ViewService view, ViewCluster cluster) throws Exception {
        Expected expected = Expected.of(cluster);
        ViewCluster.awaitCurrent(view);
        assertThat(view.progress().notes()).isEmpty();
        ViewCluster.await().untilAsserted(() -> assertThat(view.queues())
                .extracting(QueueView::name, QueueView::sequence)
                .containsExactlyElementsOf(expected.positions()));
        for (FoldedQueue<String> queue : expected.queues()) {
            QueueView shown = view.queue(queue.queueName()).orElseThrow();
            assertThat(shown.depth())
                    .as("%s", queue.queueName())
                    .isEqualTo(new QueueView.Depth(
                            queue.in(TaskPhase.PENDING).size(),
                            queue.in(TaskPhase.DELAYED).size(),
                            queue.in(TaskPhase.LEASED).size(),
                            queue.in(TaskPhase.DEAD).size()));
            assertThat(shown.totals().enqueued()).isEqualTo(queue.counts().enqueued());
            assertThat(shown.totals().completed()).isEqualTo(queue.counts().completed());
            assertThat(shown.totals().deadLettered()).isEqualTo(queue.counts().deadLettered());
            assertThat(shown.staleEvents()).isZero();
            for (ViewPhase phase : ViewPhase.values()) {
                assertThat(tasks(view, queue.queueName(), phase))
                        .as("%s tasks of %s", phase, queue.queueName())
                        .containsExactlyInAnyOrderElementsOf(expected.tasks(queue, phase));
            }
        }
        for (TaskId task : expected.someTasks()) {
            assertThat(view.life(task.toString(), false).orElseThrow())
                    .as("the life of %s", task)
                    .satisfies(life -> {
                        assertThat(life.missing()).isZero();
                        assertThat(life.events())
                                .extracting(EventView::offset)
                                .containsExactlyElementsOf(expected.offsets(task));
                    });
        }
    }

    private static List<String> tasks(ViewService view, String queue, ViewPhase phase) {
        Page<TaskView> page = view.tasks(new TaskQuery(queue, phase.text(), null, 1_000, null));
        assertThat(page.next()).isNull();
        return page.items().stream().map(TaskView::taskId).toList();
    }

    /** What the view has to show, by the events that the topic holds. */
    private static final class Expected {

        private final Map<String, QueueFold<String>> folds = new TreeMap<>();
        private final Map<String, Set<String>> completed = new HashMap<>();
        private final Map<TaskId, List<Long>> offsets = new HashMap<>();

        static Expected of(ViewCluster cluster) {
            Expected expected = new Expected();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                cluster.events(partition).forEach(expected::add);
            }
            return expected;
        }

        private void add(long offset, ReplicationEvent<String> event) {
            QueueFold.Step step = folds.computeIfAbsent(event.queueName(), name -> new QueueFold<>(name, TASKS))
                    .apply(event);
            assertThat(step).isEqualTo(QueueFold.Step.APPLIED);
            event.change().ifPresent(change -> {
                TaskId task = change.task().id();
                offsets.computeIfAbsent(task, id -> new ArrayList<>()).add(offset);
                if (change.kind() == EventKind.COMPLETED) {
                    completed
                            .computeIfAbsent(event.queueName(), queue -> new HashSet<>())
                            .add(task.toString());
                }
            });
        }

        List<FoldedQueue<String>> queues() {
            return folds.values().stream().map(QueueFold::state).toList();
        }

        List<Tuple> positions() {
            return queues().stream()
                    .map(queue -> tuple(
                            queue.queueName(),
                            Objects.requireNonNull(queue.last()).sequence()))
                    .toList();
        }

        Set<String> tasks(FoldedQueue<String> queue, ViewPhase phase) {
            Set<String> tasks = new HashSet<>();
            if (phase == ViewPhase.COMPLETED) {
                tasks.addAll(completed.getOrDefault(queue.queueName(), Set.of()));
            } else {
                queue.in(TaskPhase.valueOf(phase.name()))
                        .forEach(task -> tasks.add(task.task().id().toString()));
            }
            return tasks;
        }

        /** Of each queue the first, the middle and the last of its tasks. */
        List<TaskId> someTasks() {
            List<TaskId> some = new ArrayList<>();
            folds.keySet().forEach(queue -> {
                List<TaskId> all = offsets.keySet().stream()
                        .filter(task -> task.queueName().equals(queue))
                        .sorted(Comparator.comparingLong(TaskId::sequenceId))
                        .toList();
                some.addAll(List.of(all.get(0), all.get(all.size() / 2), all.get(all.size() - 1)));
            });
            return some;
        }

        List<Long> offsets(TaskId task) {
            return offsets.getOrDefault(task, List.of());
        }
    }

    /** Writes the events of tasks of several queues in turn, until it is stopped; then it can be started again. */
    private static final class Writer implements AutoCloseable {

        private final ViewCluster cluster;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Semaphore permits = new Semaphore(0);
        private final List<ViewEvents> queues = new ArrayList<>();
        private Future<?> writing = CompletableFuture.completedFuture(null);
        private volatile boolean stopped;
        private int task;

        Writer(ViewCluster cluster) {
            this.cluster = cluster;
            for (int queue = 0; queue < QUEUES; queue++) {
                queues.add(new ViewEvents("queue-" + queue, 1));
            }
        }

        void start() {
            stopped = false;
            permits.drainPermits();
            permits.release(AHEAD);
            writing = thread.submit(() -> {
                while (!stopped) {
                    task++;
                    for (int queue = 0; queue < QUEUES; queue++) {
                        write(queue % PARTITIONS, queues.get(queue));
                    }
                }
                return null;
            });
        }

        private void write(int partition, ViewEvents events) throws Exception {
            send(partition, events.enqueued(task));
            if (task % 3 != 0) {
                send(partition, events.leased(task, 1));
            }
            switch (task % 6) {
                case 1 -> send(partition, events.completed(task, 1));
                case 2 -> send(partition, events.failed(task, 1, "503"));
                case 4 -> {
                    send(partition, events.failed(task, 1, "503"));
                    send(partition, events.died(task, 1, "refused"));
                }
                default -> {} // stays pending, or leased
            }
        }

        private void send(int partition, ReplicationEvent<String> event) throws Exception {
            permits.acquire();
            cluster.send(partition, event);
        }

        boolean writing() {
            return !writing.isDone();
        }

        void stop() throws Exception {
            stopped = true;
            permits.release(AHEAD); // for the round that it has begun
            writing.get(60, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            stopped = true;
            thread.shutdownNow();
        }
    }
}
