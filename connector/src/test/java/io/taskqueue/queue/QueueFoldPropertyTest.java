package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import io.taskqueue.queue.RecordedRun.Call;
import io.taskqueue.queue.RecordedRun.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * The fold of a queue's events is the queue's own snapshot: after each call, with duplicates, and from any event on; also where the queue
 * is recovered or handed over in between, and where Snapshots are written.
 */
class QueueFoldPropertyTest {

    private static final int EVERY_ENDED_TASK = 1_000;

    @Property(tries = 300)
    void foldEqualsTheSnapshotAfterEachCall(
            @ForAll @Size(max = 120) List<Call> calls,
            @ForAll @IntRange(min = 1, max = 3) int maxAttempts,
            @ForAll @IntRange(max = 2) int requeueDelaySteps) {
        try (RecordedRun run = run(calls, maxAttempts, requeueDelaySteps)) {
            QueueFold<String> fold = newFold();
            int taken = 0;
            for (Moment moment : run.moments()) {
                while (taken < moment.events()) {
                    ReplicationEvent<String> event = run.events().get(taken++);
                    requireAllowed(event, fold);
                    assertThat(fold.apply(event)).as("%s", event).isEqualTo(QueueFold.Step.APPLIED);
                }
                assertThat(ofEpoch(fold.state())).isEqualTo(SnapshotFold.ordered(moment.tasks()));
                assertThat(SnapshotFold.totals(fold.state())).isEqualTo(moment.totals());
                assertThat(fold.state().abandoned()).isEmpty();
            }

            List<DrainedTask<String>> drained = run.queue().drain(Duration.ZERO);
            run.events().subList(taken, run.events().size()).forEach(fold::apply);
            assertThat(fold.state().in(TaskPhase.DRAINED).stream()
                            .map(task -> new DrainedTask<>(task.task(), task.lastError(), task.token())))
                    .containsExactlyElementsOf(drained.stream()
                            .map(task -> new DrainedTask<>(task.task(), task.lastError(), task.lastToken()))
                            .toList());
            assertThat(ofEpoch(fold.state())).isEqualTo(run.queue().snapshot().tasks());
        }
    }

    @Property(tries = 200)
    void duplicatesDoNotChangeTheFold(
            @ForAll @Size(max = 100) List<Call> calls,
            @ForAll @IntRange(min = 1, max = 3) int maxAttempts,
            @ForAll @IntRange(max = 2) int requeueDelaySteps,
            @ForAll long seed) {
        try (RecordedRun run = run(calls, maxAttempts, requeueDelaySteps)) {
            Random random = new Random(seed);
            QueueFold<String> once = newFold();
            QueueFold<String> repeated = newFold();
            for (int i = 0; i < run.events().size(); i++) {
                once.apply(run.events().get(i));
                // as a producer that sends again: from any earlier event up to this one
                int from = random.nextInt(4) == 0 ? random.nextInt(i + 1) : i;
                run.events().subList(from, i + 1).forEach(repeated::apply);
                assertThat(repeated.state()).isEqualTo(once.state());
            }
        }
    }

    @Property(tries = 200)
    void foldFromAnyEventKnowsEachTaskWhoseLatestEventFollows(
            @ForAll @Size(max = 100) List<Call> calls,
            @ForAll @IntRange(min = 1, max = 3) int maxAttempts,
            @ForAll @IntRange(max = 2) int requeueDelaySteps,
            @ForAll long seed) {
        try (RecordedRun run = run(calls, maxAttempts, requeueDelaySteps)) {
            QueueFold<String> whole = newFold();
            run.events().forEach(whole::apply);
            int start = run.events().isEmpty()
                    ? 0
                    : new Random(seed).nextInt(run.events().size());
            QueueFold<String> part = newFold();
            run.events().subList(start, run.events().size()).forEach(part::apply);

            assertThat(comparable(part.state()))
                    .containsExactlyInAnyOrderElementsOf(comparable(whole.state()).stream()
                            .filter(task -> task.latest()
                                            .compareTo(run.events().get(start).position())
                                    >= 0)
                            .toList());
        }
    }

    @Property(tries = 200)
    void eventsWithoutPayloadsHaveTheFoldOfThoseWithPayloads(
            @ForAll @Size(max = 100) List<Call> calls,
            @ForAll @IntRange(min = 1, max = 3) int maxAttempts,
            @ForAll @IntRange(max = 2) int requeueDelaySteps,
            @ForAll long seed) {
        try (RecordedRun run = run(calls, maxAttempts, requeueDelaySteps)) {
            QueueFold<String> whole = newFold();
            QueueFold<String> reduced = newFold();
            for (ReplicationEvent<String> event : run.events()) {
                whole.apply(event);
                // each owner has a setting of its own
                boolean isFirstEventOnly = (event.position().epoch() + seed) % 2 == 0;
                reduced.apply(isFirstEventOnly ? asPublished(event, PayloadInclusion.FIRST_EVENT) : event);
                assertThat(reduced.state()).as("%s", event).isEqualTo(whole.state());
            }
        }
    }

    private static ReplicationEvent<String> asPublished(ReplicationEvent<String> event, PayloadInclusion inclusion) {
        return event.change()
                .filter(change -> !inclusion.includes(change.kind()))
                .map(change -> ReplicationEvent.of(event.queueName(), event.metadata(), change.withoutPayload()))
                .orElse(event);
    }

    @Property(tries = 200)
    void latestEventOfEachLiveTaskIsEnoughForARecovery(
            @ForAll @Size(max = 100) List<Call> calls,
            @ForAll @IntRange(min = 1, max = 3) int maxAttempts,
            @ForAll @IntRange(max = 2) int requeueDelaySteps) {
        try (RecordedRun run = run(calls, maxAttempts, requeueDelaySteps)) {
            QueueFold<String> whole = newFold();
            Map<TaskId, ReplicationEvent<String>> latest = new LinkedHashMap<>();
            for (ReplicationEvent<String> event : run.events()) {
                whole.apply(event);
                event.change().map(change -> change.task().id()).ifPresent(id -> {
                    latest.remove(id);
                    latest.put(id, event);
                });
            }
            QueueFold<String> cheap = newFold();
            latest.values().forEach(cheap::apply);

            for (TaskPhase phase : List.of(TaskPhase.PENDING, TaskPhase.HANDED_OVER)) {
                assertThat(cheap.state().in(phase))
                        .as("%s, in their order", phase)
                        .isEqualTo(whole.state().in(phase));
            }
            assertThat(comparable(cheap.state()).stream()
                            .filter(task -> task.phase().live()))
                    .containsExactlyInAnyOrderElementsOf(comparable(whole.state()).stream()
                            .filter(task -> task.phase().live())
                            .toList());
        }
    }

    /** No lease is granted and no attempt begins before what the events promised to the earlier holder of the task. */
    private static void requireAllowed(ReplicationEvent<String> event, QueueFold<String> before) {
        if (event.change().isEmpty()) {
            return;
        }
        FoldedTask<String> task = before.task(event.taskId()).orElse(null);
        switch (event.kind()) {
            case ENQUEUED -> assertThat(task).as("%s", event).isNull();
            case LEASE_GRANTED -> assertThat(task.phase()).as("%s", event).isEqualTo(TaskPhase.PENDING);
            case AVAILABLE, REQUEUED -> assertThat(event.occurredAt())
                    .as("%s", event)
                    .isAfterOrEqualTo(task.availableAt());
            case LEASE_EXPIRED -> assertThat(task.token())
                    .as("%s", event)
                    .isEqualTo(event.ownershipToken().orElseThrow());
            case SNAPSHOT -> assertThat(task.phase().live()).as("%s", event).isTrue();
            default -> {}
        }
    }

    private static QueueFold<String> newFold() {
        return new QueueFold<>(RecordedRun.QUEUE, EVERY_ENDED_TASK);
    }

    private static RecordedRun run(List<Call> calls, int maxAttempts, int requeueDelaySteps) {
        RecordedRun run = new RecordedRun(maxAttempts, Duration.ofMillis(250L * requeueDelaySteps));
        int number = 0;
        for (Call call : calls) {
            number = Math.abs(number * 31 + 7);
            run.perform(call, number);
        }
        return run;
    }

    /** The entries as the snapshot of the current queue shows them: without the dead tasks of its predecessors. */
    private static List<Entry<String>> ofEpoch(FoldedQueue<String> state) {
        List<Entry<String>> entries = new ArrayList<>(SnapshotFold.entries(state));
        List<TaskId> dead = state.in(TaskPhase.DEAD).stream()
                .filter(task -> state.last() != null
                        && task.latest().epoch() == state.last().epoch())
                .map(task -> task.task().id())
                .toList();
        entries.removeIf(entry ->
                entry.state() == State.DEAD && !dead.contains(entry.task().id()));
        return SnapshotFold.ordered(entries);
    }

    /** Without what a leased task's latest event does not carry: its last error. */
    private static List<FoldedTask<String>> comparable(FoldedQueue<String> state) {
        List<FoldedTask<String>> tasks =
                new ArrayList<>(SnapshotFold.tasks(state).toList());
        tasks.addAll(state.in(TaskPhase.HANDED_OVER));
        return tasks.stream()
                .map(task -> new FoldedTask<>(
                        task.task(),
                        task.phase(),
                        task.phase() == TaskPhase.LEASED ? null : task.lastError(),
                        task.token(),
                        task.leaseExpiration(),
                        task.availableAt(),
                        task.latest()))
                .toList();
    }
}
