package io.taskqueue.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever the events are, the view of a queue agrees with {@link QueueFold} after each of them. */
class FoldMatchesQueueFoldTest {

    private static final int ENDED = 3;
    private static final int TASKS = 6;

    @Property(tries = 150)
    void theViewAgreesWithTheFoldOfTheRecovery(@ForAll long seed, @ForAll @IntRange(min = 1, max = 150) int events) {
        Random random = new Random(seed);
        QueueFold<String> reference = new QueueFold<>("orders", ENDED);
        MemoryViewStore store = new MemoryViewStore();
        FoldBounds bounds = new FoldBounds(ENDED, 1_000, 1_000, 10, 5);
        EventTopicState topic = new EventTopicState("topic", 1, Map.of());
        PartitionFold fold = fold(store, topic, bounds);
        Script script = new Script(random);
        Map<TaskId, List<Long>> offsets = new HashMap<>();

        for (int offset = 0; offset < events; offset++) {
            ReplicationEvent<String> event = script.next();
            QueueFold.Step step = reference.apply(event);

            assertThat(fold.apply(event, offset)).isEqualTo(step);
            if (step == QueueFold.Step.APPLIED || step == QueueFold.Step.GAP) {
                long at = offset;
                event.change().ifPresent(change -> offsets.computeIfAbsent(
                                change.task().id(), id -> new ArrayList<>())
                        .add(at));
            }
            if (random.nextInt(20) == 0) {
                fold = fold(store, topic, bounds); // a restart
            }
            compare(reference.state(), fold, offsets);
        }
    }

    private static PartitionFold fold(MemoryViewStore store, EventTopicState topic, FoldBounds bounds) {
        return new PartitionFold(0, store, topic, bounds, new QueueActivities(10), Clock.systemUTC());
    }

    private static void compare(FoldedQueue<String> expected, PartitionFold fold, Map<TaskId, List<Long>> offsets) {
        for (TaskPhase phase : TaskPhase.values()) {
            ViewPhase shown = ViewPhase.valueOf(phase.name());
            Map<TaskId, IndexedTask> found =
                    fold.tasks(new TaskQuery("orders", shown.text(), null, 1_000, null)).items().stream()
                            .map(view -> EventViews.taskId(view.taskId()).orElseThrow())
                            .collect(Collectors.toMap(
                                    id -> id, id -> fold.find(id).get(0)));
            assertThat(found.keySet())
                    .as("tasks that are %s", shown.text())
                    .isEqualTo(expected.in(phase).stream()
                            .map(task -> task.task().id())
                            .collect(Collectors.toSet()));
            expected.in(phase)
                    .forEach(task -> compare(task, found.get(task.task().id()), offsets));
        }
    }

    private static void compare(FoldedTask<String> expected, IndexedTask found, Map<TaskId, List<Long>> offsets) {
        assertThat(found.progress().attempt()).isEqualTo(expected.task().attempt());
        assertThat(found.priority()).isEqualTo(expected.task().priority());
        assertThat(found.progress().leaseExpiration()).isEqualTo(expected.leaseExpiration());
        assertThat(found.progress().availableAt()).isEqualTo(expected.availableAt());
        assertThat(found.progress().lastError())
                .isEqualTo(expected.lastError() == null ? null : EventViews.text(expected.lastError()));
        assertThat(found.place().epoch()).isEqualTo(expected.latest().epoch());
        List<Long> all = offsets.getOrDefault(found.id(), List.of());
        assertThat(all).endsWith(found.events().kept().get(found.events().kept().size() - 1));
        assertThat(all).containsAll(found.events().kept());
    }

    /** Events of a few tasks in any order, with what happens to a log: duplicates, gaps, former owners, new owners. */
    private static final class Script {

        private final Random random;
        private final List<ReplicationEvent<String>> before = new ArrayList<>();
        private final ViewEvents events = new ViewEvents("orders", 1);
        private long epoch = 1;

        private Script(Random random) {
            this.random = random;
        }

        private ReplicationEvent<String> next() {
            int choice = random.nextInt(100);
            if (choice < 6 && !before.isEmpty()) {
                return before.get(random.nextInt(before.size())); // a duplicate, or one of a former owner
            }
            if (choice < 10) {
                events.skip(1 + random.nextInt(3));
            }
            ReplicationEvent<String> event = choice < 14 ? events.started(++epoch) : change();
            before.add(event);
            return event;
        }

        private ReplicationEvent<String> change() {
            long task = 1L + random.nextInt(TASKS);
            int attempt = 2 + random.nextInt(3);
            return switch (random.nextInt(16)) {
                case 0, 1 -> events.enqueued(task);
                case 2, 3 -> events.leased(task, attempt);
                case 4 -> events.heartbeat(task, attempt);
                case 5 -> events.completed(task, attempt);
                case 6 -> events.failed(task, attempt, "error " + task);
                case 7 -> events.expired(task, attempt);
                case 8 -> events.requeued(task, attempt);
                case 9 -> events.died(task, attempt, "refused");
                case 10 -> events.drained(task, attempt);
                case 11 -> events.handedOver(task, attempt);
                case 12 -> events.restored(task, attempt);
                case 13 -> events.delayed(task);
                case 14 -> events.available(task);
                default -> random.nextBoolean() ? events.snapshot(task, attempt) : events.snapshotLeased(task, attempt);
            };
        }
    }
}
