package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Priority;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.QueueSnapshot.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random calls against a simple model: every answer, every state and every event must agree with it. */
class QueueModelTest {

    enum Call {
        ENQUEUE,
        ENQUEUE_WITH_A_DELAY,
        ENQUEUE_WITH_A_PRIORITY,
        LEASE,
        HEARTBEAT,
        COMPLETE,
        FAIL,
        FAIL_WITHOUT_REQUEUE,
        ADVANCE_TIME
    }

    private static final List<Priority> PRIORITIES = List.of(Priority.values());

    record HeldLease(Lease<String> lease, QueueModel.ModelTask task, int number) {}

    @Property(tries = 400)
    void queueAgreesWithTheModelAfterEveryCall(
            @ForAll @Size(max = 120) List<Call> calls,
            @ForAll @IntRange(min = 1, max = 6) int capacity,
            @ForAll @IntRange(min = 1, max = 3) int maxAttempts,
            @ForAll @IntRange(max = 3) int requeueDelaySteps,
            @ForAll @IntRange(max = 1_000) int salt) {
        Duration requeueDelay = Duration.ofMillis(250L * requeueDelaySteps);
        ManualTime time = new ManualTime();
        TaskLifecycleOracle<String> lifecycle = new TaskLifecycleOracle<>();
        SnapshotFold<String> fold = new SnapshotFold<>("model");
        QueueModel model = new QueueModel(capacity, maxAttempts, requeueDelay.toMillis());
        List<HeldLease> leases = new ArrayList<>();
        try (TaskQueue<String> queue = TaskQueue.<String>builder("model")
                .capacity(capacity)
                .maxAttempts(maxAttempts)
                .leaseDuration(Duration.ofMillis(QueueModel.LEASE))
                .heartbeatInterval(Duration.ofMillis(QueueModel.HEARTBEAT_INTERVAL))
                .requeueDelay(requeueDelay)
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(lifecycle::accept)
                .listener(fold::apply)
                .build()) {
            int turn = salt;
            for (Call call : calls) {
                turn = turn * 31 + 7;
                perform(call, Math.abs(turn), queue, model, leases, time);
                compare(queue, model, fold);
            }
            List<String> left = queue.drain(Duration.ZERO).stream()
                    .map(drained -> drained.task().id().sequenceId() + "#"
                            + drained.task().attempt())
                    .toList();
            assertThat(left).containsExactlyElementsOf(expectedDrain(model));
            assertThat(lifecycle.unfinished()).isZero();
            assertThat(queue.snapshot()).isEqualTo(fold.snapshot());
        }
    }

    private static void perform(
            Call call, int random, TaskQueue<String> queue, QueueModel model, List<HeldLease> leases, ManualTime time) {
        switch (call) {
            case ENQUEUE -> assertThat(queue.tryEnqueue("payload " + random).map(id -> id.sequenceId()))
                    .isEqualTo(model.enqueue());
            case ENQUEUE_WITH_A_DELAY -> {
                Duration delay = Duration.ofMillis(random % 8 * 250L);
                assertThat(queue.tryEnqueue("payload " + random, EnqueueOptions.withDelay(delay))
                                .map(id -> id.sequenceId()))
                        .isEqualTo(model.enqueue(delay.toMillis()));
            }
            case ENQUEUE_WITH_A_PRIORITY -> {
                Priority priority = PRIORITIES.get(random % PRIORITIES.size());
                assertThat(queue.tryEnqueue("payload " + random, EnqueueOptions.withPriority(priority))
                                .map(id -> id.sequenceId()))
                        .isEqualTo(model.enqueue(0, priority));
            }
            case LEASE -> {
                Optional<Lease<String>> lease = queue.tryLease();
                Optional<QueueModel.ModelTask> expected = model.lease();
                assertThat(lease.map(l -> l.task().id().sequenceId())).isEqualTo(expected.map(task -> task.id));
                lease.ifPresent(
                        l -> leases.add(new HeldLease(l, expected.orElseThrow(), expected.orElseThrow().leases)));
            }
            case ADVANCE_TIME -> {
                time.advance(Duration.ofMillis(random % 700));
                model.advance(random % 700);
            }
            case HEARTBEAT, COMPLETE, FAIL, FAIL_WITHOUT_REQUEUE -> {
                if (!leases.isEmpty()) {
                    // the newest ones most often; older ones have mostly ended, and must be refused
                    HeldLease held = leases.get(leases.size() - 1 - random % Math.min(leases.size(), 4));
                    if (model.holds(held.task, held.number)) {
                        end(call, held, model);
                    } else {
                        assertThatThrownBy(() -> callOn(held.lease, call)).isInstanceOf(IllegalStateException.class);
                    }
                }
            }
        }
    }

    private static void end(Call call, HeldLease held, QueueModel model) {
        callOn(held.lease, call);
        switch (call) {
            case HEARTBEAT -> model.heartbeat(held.task);
            case COMPLETE -> model.complete(held.task);
            case FAIL -> model.fail(held.task, true);
            default -> model.fail(held.task, false);
        }
    }

    private static void callOn(Lease<String> lease, Call call) {
        switch (call) {
            case HEARTBEAT -> lease.heartbeat();
            case COMPLETE -> lease.complete();
            case FAIL -> lease.fail(TaskError.of("again"));
            default -> lease.fail(TaskError.of("never again"), false);
        }
    }

    private static void compare(TaskQueue<String> queue, QueueModel model, SnapshotFold<String> fold) {
        QueueSnapshot<String> snapshot = queue.snapshot();
        assertThat(SnapshotFold.ordered(snapshot.tasks()))
                .isEqualTo(SnapshotFold.ordered(fold.snapshot().tasks()));
        assertThat(snapshot.name()).isEqualTo(fold.snapshot().name());
        assertThat(snapshot.lastEvent()).isEqualTo(fold.snapshot().lastEvent());
        assertThat(snapshot.counts()).isEqualTo(fold.snapshot().counts());
        for (State state : List.of(State.LEASED, State.DELAYED, State.PENDING)) {
            assertThat(show(snapshot, state)).as("%s", state).isEqualTo(model.show(state));
        }
        assertThat(snapshot.counts().totals().completed()).isEqualTo(model.completed);
        assertThat(snapshot.counts().totals().deadLettered()).isEqualTo(model.dead);
    }

    private static List<String> show(QueueSnapshot<String> snapshot, State state) {
        return snapshot.tasks().stream()
                .filter(entry -> entry.state() == state)
                .map(entry ->
                        entry.task().id().sequenceId() + "#" + entry.task().attempt())
                .toList();
    }

    private static List<String> expectedDrain(QueueModel model) {
        Stream<String> revoked = model.in(State.LEASED).stream().map(task -> task.id + "#" + (task.attempt + 1));
        Stream<String> delayed = model.byDeadline(State.DELAYED).stream().map(task -> task.id + "#" + task.attempt);
        return Stream.of(model.show(State.PENDING).stream(), delayed, revoked)
                .flatMap(tasks -> tasks)
                .toList();
    }
}
