package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The fold of a queue's events is the queue's own snapshot: after each call, with duplicates, and from any event on. */
class QueueFoldPropertyTest {

    private static final String QUEUE = "folded";
    private static final int EVERY_ENDED_TASK = 1_000;

    enum Call {
        ENQUEUE,
        LEASE,
        HEARTBEAT,
        COMPLETE,
        FAIL,
        FAIL_WITHOUT_REQUEUE,
        ADVANCE_TIME,
    }

    /** A queue that records its events, and the snapshot after each call beside the number of events until then. */
    private static final class RecordedRun implements AutoCloseable {

        final List<ReplicationEvent<String>> events = new ArrayList<>();
        final List<QueueSnapshot<String>> snapshots = new ArrayList<>();
        final ManualTime time = new ManualTime();
        final List<Lease<String>> leases = new ArrayList<>();
        final TaskQueue<String> queue;

        RecordedRun(int maxAttempts, Duration requeueDelay) {
            queue = TaskQueue.<String>builder(QUEUE)
                    .capacity(8)
                    .maxAttempts(maxAttempts)
                    .leaseDuration(Duration.ofSeconds(1))
                    .requeueDelay(requeueDelay)
                    .closeGrace(Duration.ZERO)
                    .clock(time)
                    .ticker(time)
                    .listener(event -> events.add(replicated(event)))
                    .build();
        }

        void perform(Call call, int number) {
            switch (call) {
                case ENQUEUE -> queue.tryEnqueue("payload " + number);
                case LEASE -> queue.tryLease().ifPresent(leases::add);
                case ADVANCE_TIME -> time.advance(Duration.ofMillis(number % 700));
                default -> endNewest(call);
            }
            snapshots.add(queue.snapshot());
        }

        private void endNewest(Call call) {
            if (leases.isEmpty()) {
                return;
            }
            Lease<String> lease = leases.get(leases.size() - 1);
            if (call != Call.HEARTBEAT) {
                leases.remove(lease);
            }
            try {
                switch (call) {
                    case HEARTBEAT -> lease.heartbeat();
                    case COMPLETE -> lease.complete();
                    case FAIL -> lease.fail(TaskError.of("again"));
                    default -> lease.fail(TaskError.of("never again"), false);
                }
            } catch (LeaseLostException e) {
                leases.remove(lease); // it has expired: the events contain it
            }
        }

        @Override
        public void close() {
            queue.close();
        }
    }

    @Property(tries = 300)
    void foldEqualsTheSnapshotAfterEachCall(
            @ForAll @Size(max = 100) List<Call> calls,
            @ForAll @IntRange(min = 1, max = 3) int maxAttempts,
            @ForAll @IntRange(max = 2) int requeueDelaySteps) {
        try (RecordedRun run = run(calls, maxAttempts, requeueDelaySteps)) {
            QueueFold<String> fold = new QueueFold<>(QUEUE, EVERY_ENDED_TASK);
            int taken = 0;
            for (QueueSnapshot<String> snapshot : run.snapshots) {
                while (taken < snapshot.lastEvent()) {
                    assertThat(fold.apply(run.events.get(taken++))).isEqualTo(QueueFold.Step.APPLIED);
                }
                assertThat(entries(fold.state())).isEqualTo(snapshot.tasks());
                assertThat(totals(fold.state())).isEqualTo(snapshot.counts().totals());
            }

            List<DrainedTask<String>> drained = run.queue.drain(Duration.ZERO);
            run.events.subList(taken, run.events.size()).forEach(fold::apply);
            assertThat(drained(fold.state())).isEqualTo(drained);
            assertThat(entries(fold.state())).isEqualTo(run.queue.snapshot().tasks());
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
            QueueFold<String> once = new QueueFold<>(QUEUE, EVERY_ENDED_TASK);
            QueueFold<String> repeated = new QueueFold<>(QUEUE, EVERY_ENDED_TASK);
            for (int i = 0; i < run.events.size(); i++) {
                once.apply(run.events.get(i));
                // as a producer that sends again: from any earlier event up to this one
                int from = random.nextInt(4) == 0 ? random.nextInt(i + 1) : i;
                run.events.subList(from, i + 1).forEach(repeated::apply);
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
            QueueFold<String> whole = new QueueFold<>(QUEUE, EVERY_ENDED_TASK);
            run.events.forEach(whole::apply);
            int start = run.events.isEmpty() ? 0 : new Random(seed).nextInt(run.events.size());
            QueueFold<String> part = new QueueFold<>(QUEUE, EVERY_ENDED_TASK);
            run.events.subList(start, run.events.size()).forEach(part::apply);

            assertThat(comparable(part.state()))
                    .isEqualTo(comparable(whole.state()).stream()
                            .filter(task -> task.latest().sequence() > start)
                            .toList());
        }
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

    /** Without what a leased task's latest event does not carry: its last error. */
    private static List<FoldedTask<String>> comparable(FoldedQueue<String> state) {
        return tasks(state).stream()
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

    /** Leased, delayed, pending, dead: the order of a snapshot. */
    private static List<FoldedTask<String>> tasks(FoldedQueue<String> state) {
        List<FoldedTask<String>> tasks = new ArrayList<>(state.in(TaskPhase.LEASED));
        tasks.addAll(state.in(TaskPhase.DELAYED));
        tasks.addAll(state.in(TaskPhase.PENDING));
        tasks.addAll(state.in(TaskPhase.DEAD));
        return tasks;
    }

    private static List<Entry<String>> entries(FoldedQueue<String> state) {
        return tasks(state).stream()
                .map(task -> new Entry<>(
                        task.task(),
                        State.valueOf(task.phase().name()),
                        task.lastError(),
                        task.token(),
                        task.leaseExpiration()))
                .toList();
    }

    private static List<DrainedTask<String>> drained(FoldedQueue<String> state) {
        return state.in(TaskPhase.DRAINED).stream()
                .map(task -> new DrainedTask<>(task.task(), task.lastError(), task.token()))
                .toList();
    }

    private static QueueCounts.Totals totals(FoldedQueue<String> state) {
        FoldedQueue.Counts counts = state.counts();
        return new QueueCounts.Totals(
                counts.enqueued(),
                counts.restored(),
                counts.completed(),
                counts.deadLettered(),
                counts.drained(),
                counts.leasesExpired());
    }

    private static ReplicationEvent<String> replicated(TaskEvent<String> event) {
        return ReplicationEvent.of(
                QUEUE,
                new SourceMetadata(new Position(1, event.number()), "dispatcher-a", null, event.occurredAt()),
                event);
    }
}
