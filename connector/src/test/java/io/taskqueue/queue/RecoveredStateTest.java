package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.DEAD_LETTERED;
import static io.taskqueue.event.EventKind.LEASE_EXPIRED;
import static io.taskqueue.event.EventKind.LEASE_GRANTED;
import static io.taskqueue.event.EventKind.REQUEUED;
import static io.taskqueue.event.EventKind.RESTORED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.QueueSnapshot.Entry;
import io.taskqueue.queue.QueueSnapshot.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A recovered task continues in the state that it was in, whatever queue it was in before. */
@Timeout(60)
class RecoveredStateTest {

    private static final Instant NOW = ManualTime.START;
    private static final TaskError ERROR = TaskError.of("no route");

    private final ManualTime time = new ManualTime();
    private final EventLog<String> log = new EventLog<>();
    private final TaskQueue<String> queue = builder().build();

    private TaskQueue.Builder<String> builder() {
        return TaskQueue.<String>builder("orders")
                .capacity(2)
                .maxAttempts(3)
                .leaseDuration(Duration.ofSeconds(30))
                .requeueDelay(Duration.ofSeconds(10))
                .sweepInterval(Duration.ofHours(1))
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(log);
    }

    @AfterEach
    void close() {
        queue.close();
    }

    private static TaskId id(long task) {
        return new TaskId("orders", 4, task);
    }

    private static Task<String> task(long task, int attempt) {
        return new Task<>(id(task), attempt, NOW.minusSeconds(3_600), "payload " + task, "line " + task);
    }

    private static OwnershipToken token(long task, int attempt) {
        return new OwnershipToken(task, attempt, new UUID(task, attempt));
    }

    private static RecoveredTask<String> pending(long task) {
        return new RecoveredTask<>(task(task, 1), null, null, null, null);
    }

    private static RecoveredTask<String> delayed(long task, int attempt, Instant availableAt) {
        return new RecoveredTask<>(task(task, attempt), ERROR, token(task, attempt - 1), null, availableAt);
    }

    private static RecoveredTask<String> leased(long task, int attempt, Instant expires) {
        return new RecoveredTask<>(task(task, attempt), null, token(task, attempt), expires, null);
    }

    private Entry<String> entry(long task) {
        return queue.snapshot().tasks().stream()
                .filter(entry -> entry.task().id().equals(id(task)))
                .findFirst()
                .orElseThrow();
    }

    private void advance(long seconds) {
        time.advance(Duration.ofSeconds(seconds));
        queue.counts();
    }

    private List<String> newEvents() {
        List<String> events = log.events.stream()
                .map(event -> event.kind().wireName() + " " + event.task().id().sequenceId() + "#"
                        + event.task().attempt())
                .toList();
        log.events.clear();
        return events;
    }

    @Test
    void eachTaskIsRestoredInItsStateAndCapacityDoesNotLimitThem() {
        queue.recover(List.of(
                leased(1, 2, NOW.plusSeconds(20)),
                delayed(2, 2, NOW.plusSeconds(5)),
                pending(3),
                pending(4),
                new RecoveredTask<>(task(5, 3), ERROR, token(5, 1), null, null)));

        assertThat(log.kinds()).containsOnly(RESTORED);
        assertThat(log.events)
                .extracting(event -> event.task().id().sequenceId())
                .containsExactly(3L, 4L, 5L, 2L, 1L);
        TaskEvent<String> delayed = log.events.get(3);
        assertThat(delayed.availableAt()).contains(NOW.plusSeconds(5));
        assertThat(delayed.token()).contains(token(2, 1));
        assertThat(delayed.error()).contains(ERROR);
        TaskEvent<String> leased = log.events.get(4);
        assertThat(leased.leaseExpiration()).contains(NOW.plusSeconds(20));
        assertThat(leased.token()).contains(token(1, 2));
        assertThat(entry(1))
                .isEqualTo(new Entry<>(task(1, 2), State.LEASED, null, token(1, 2), NOW.plusSeconds(20), null));
        assertThat(entry(2))
                .isEqualTo(new Entry<>(task(2, 2), State.DELAYED, ERROR, token(2, 1), null, NOW.plusSeconds(5)));
        assertThat(entry(5)).isEqualTo(new Entry<>(task(5, 3), State.PENDING, ERROR, token(5, 1), null, null));
        assertThat(queue.counts().pending()).isEqualTo(3);
        assertThat(queue.tryEnqueue("one more")).isEmpty();
        assertThat(queue.tryLease().orElseThrow().task()).isEqualTo(task(3, 1));
    }

    @Test
    void aSnapshotShowsRecoveredTasksAmongTheOthersInTheOrderOfTheirDeadlines() {
        queue.recover(List.of(
                leased(1, 1, NOW.plusSeconds(29)),
                leased(2, 1, NOW.plusSeconds(3)),
                leased(3, 1, NOW.plusSeconds(12)),
                delayed(4, 2, NOW.plusSeconds(9)),
                delayed(5, 2, NOW.plusSeconds(2)),
                delayed(6, 2, NOW.plusSeconds(20)),
                pending(7),
                pending(8),
                pending(9)));
        queue.tryLease().orElseThrow().fail(ERROR);
        advance(1);
        assertThat(queue.tryLease()).isPresent();

        assertThat(queue.snapshot().tasks())
                .extracting(entry -> entry.state() + " " + entry.task().id().sequenceId())
                .containsExactly(
                        "LEASED 2",
                        "LEASED 3",
                        "LEASED 1",
                        "LEASED 8",
                        "DELAYED 5",
                        "DELAYED 4",
                        "DELAYED 7",
                        "DELAYED 6",
                        "PENDING 9");
    }

    @Test
    void aRecoveredLeaseIsNotGrantedAgainBeforeItsRecordedExpiry() {
        queue.recover(List.of(leased(1, 2, NOW.plusSeconds(20))));
        advance(19);
        assertThat(queue.tryLease()).isEmpty();

        advance(1);

        TaskEvent<String> expired = log.last();
        assertThat(expired.kind()).isEqualTo(LEASE_EXPIRED);
        assertThat(expired.token()).contains(token(1, 2));
        assertThat(expired.leaseExpiration()).contains(NOW.plusSeconds(20));
        assertThat(expired.availableAt()).contains(NOW.plusSeconds(30));
        assertThat(expired.error().orElseThrow().message())
                .isEqualTo("The lease of attempt 2 expired at 2026-11-01T10:00:20Z: its holder had neither ended nor "
                        + "extended it.");
        advance(10);
        Lease<String> lease = queue.tryLease().orElseThrow();
        assertThat(lease.attempt()).isEqualTo(3);
        assertThat(lease.task().key()).isEqualTo("line 1");
        assertThat(lease.lastError().orElseThrow().code()).isEqualTo(TaskError.LEASE_EXPIRED);
    }

    @Test
    void aRecoveredLeaseThatHasExpiredIsExpiredAtOnce() {
        queue.recover(List.of(leased(1, 1, NOW.minusSeconds(1)), leased(2, 3, NOW.minusSeconds(1))));

        assertThat(newEvents())
                .containsExactlyInAnyOrder(
                        "Restored 1#1", "Restored 2#3", "LeaseExpired 1#1", "LeaseExpired 2#3", "DeadLettered 2#3");
    }

    @Test
    void recoveredDeadlinesComeInAnyOrderAndEachIsKept() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<RecoveredTask<String>> tasks = new ArrayList<>();
        for (int task = 1; task <= 400; task++) {
            Instant at = NOW.plusMillis(1 + random.nextInt(28_999));
            tasks.add(random.nextBoolean() ? leased(task, 1, at) : delayed(task, 2, at));
        }
        queue.recover(tasks.subList(0, 300));
        queue.recover(tasks.subList(300, 400));
        log.events.clear();

        for (int step = 0; step < 290; step++) {
            time.advance(Duration.ofMillis(100));
            queue.counts();
            Instant now = time.instant();
            long due = tasks.stream()
                    .filter(task -> !(task.leaseExpiration() == null ? task.availableAt() : task.leaseExpiration())
                            .isAfter(now))
                    .count();
            long ended = log.events.stream()
                    .filter(event ->
                            event.kind() == LEASE_EXPIRED || (event.kind() == REQUEUED && isOfADelay(event, tasks)))
                    .count();
            assertThat(ended).as("after %s, seed %s", now, seed).isEqualTo(due);
        }
        assertThat(log.kinds().stream().filter(kind -> kind == LEASE_EXPIRED)).hasSizeBetween(1, 399);
    }

    private static boolean isOfADelay(TaskEvent<String> event, List<RecoveredTask<String>> tasks) {
        return tasks.get((int) event.task().id().sequenceId() - 1).availableAt() != null;
    }

    @Test
    void ownLeasesAndRecoveredOnesExpireEachAtItsTime() {
        queue.recover(List.of(leased(1, 1, NOW.plusSeconds(29)), leased(2, 1, NOW.plusSeconds(3)), pending(3)));
        assertThat(queue.tryLease()).isPresent();
        newEvents();

        advance(3);
        assertThat(newEvents()).containsExactly("LeaseExpired 2#1");
        advance(26);
        assertThat(newEvents()).containsExactly("LeaseExpired 1#1", "Requeued 2#2");
        advance(1);
        assertThat(newEvents()).containsExactly("LeaseExpired 3#1");
    }

    @Test
    void aRecoveredDelayEndsAtItsRecordedTime() {
        queue.recover(List.of(delayed(1, 2, NOW.plusSeconds(8)), delayed(2, 2, NOW.minusSeconds(8))));

        assertThat(newEvents()).containsExactly("Restored 1#2", "Restored 2#2", "Requeued 2#2");
        advance(7);
        assertThat(newEvents()).isEmpty();
        advance(1);
        assertThat(newEvents()).containsExactly("Requeued 1#2");
    }

    @Test
    void aTaskWhoseAttemptsAreUsedUpIsDeadInsteadOfAvailable() {
        queue.recover(List.of(delayed(1, 4, NOW)));

        assertThat(log.kinds()).containsExactly(RESTORED, DEAD_LETTERED);
        TaskEvent<String> dead = log.last();
        assertThat(dead.task()).isEqualTo(task(1, 3));
        assertThat(dead.token()).contains(token(1, 3));
        assertThat(dead.error()).contains(ERROR);
        assertThat(entry(1).state()).isEqualTo(State.DEAD);
    }

    @Test
    void aTaskOfUnknownErrorContinues() {
        queue.recover(List.of(
                new RecoveredTask<>(task(1, 2), null, token(1, 1), null, NOW),
                new RecoveredTask<>(task(2, 4), null, token(2, 3), null, NOW)));

        assertThat(queue.tryLease().orElseThrow().lastError()).isEmpty();
        assertThat(entry(2)).isEqualTo(new Entry<>(task(2, 3), State.DEAD, null, token(2, 3), null, null));
    }

    @Test
    void aClockBehindThatOfTheEarlierQueueExtendsNothingBeyondTheSettings() {
        queue.recover(List.of(leased(1, 1, NOW.plusSeconds(3_600)), delayed(2, 2, NOW.plusSeconds(3_600))));

        assertThat(log.events.get(0).availableAt()).contains(NOW.plusSeconds(30));
        assertThat(log.events.get(1).leaseExpiration()).contains(NOW.plusSeconds(30));
        newEvents();
        advance(29);
        assertThat(newEvents()).isEmpty();
        advance(1);
        assertThat(newEvents()).containsExactlyInAnyOrder("LeaseExpired 1#1", "Requeued 2#2");
    }

    @Test
    void aClockThatJumpsAfterTheRecoveryMovesNoDeadline() {
        Instant[] now = {NOW};
        Clock jumping = new Clock() {
            @Override
            public Instant instant() {
                return now[0];
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        try (TaskQueue<String> jumped = builder().clock(jumping).build()) {
            jumped.recover(List.of(leased(1, 1, NOW.plusSeconds(20)), leased(2, 1, Instant.MAX), pending(3)));
            newEvents();
            now[0] = NOW.plusSeconds(86_400);
            jumped.counts();
            assertThat(newEvents()).isEmpty();
            now[0] = NOW.minusSeconds(86_400);
            time.advance(Duration.ofSeconds(20));
            jumped.counts();
            assertThat(newEvents()).containsExactly("LeaseExpired 1#1");
        }
    }

    @Test
    void recoveredLeasesAndDelaysEndWhileNobodyCalls() {
        try (TaskQueue<String> idle = TaskQueue.<String>builder("orders")
                .sweepInterval(Duration.ofMillis(10))
                .closeGrace(Duration.ZERO)
                .clock(time) // the ticker is the real one: it decides when the queue is swept
                .listener(log)
                .build()) {
            Instant soon = NOW.plusMillis(50);
            idle.recover(List.of(leased(1, 1, soon), delayed(2, 2, soon)));

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(log.kinds())
                    .contains(LEASE_EXPIRED, REQUEUED)
                    .hasSize(5));
        }
    }

    @Test
    void workWaitsUntilTheRecoveryIsComplete() throws Exception {
        BoundedJournal journal = new BoundedJournal(100);
        queue.attachRecovering(journal);
        assertThat(queue.isOpen()).isTrue();
        assertThat(queue.tryEnqueue("new", "line 1")).isEmpty();
        assertThat(queue.tryLease()).isEmpty();
        Caller<TaskId> known = Caller.startWaiting(() -> queue.enqueue("new", "line 1"));
        Caller<TaskId> other = Caller.startWaiting(() -> queue.enqueue("new", "line 7"));
        Caller<Lease<String>> lease = Caller.startWaiting(queue::lease);
        assertThatThrownBy(() -> queue.restore(List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Queue orders is recovering its tasks, so restore() was refused. Call it after the recovery is "
                                + "complete.");
        assertThat(journal.events()).isEmpty();
        assertThat(journal.reserved()).isZero();

        queue.recover(List.of(pending(1)));

        assertThat(known.result()).isEqualTo(id(1));
        assertThat(lease.result().task()).isEqualTo(task(1, 1));
        assertThat(other.result()).isEqualTo(new TaskId("orders", 7, 1));
        assertThat(journal.events().get(0).kind()).isEqualTo(RESTORED);
    }

    @Test
    void aRecoveryOfNothingOpensTheQueue() {
        queue.attachRecovering(new BoundedJournal(100));

        queue.recover(List.of());

        assertThat(queue.tryEnqueue("a")).isPresent();
    }

    @Test
    void aQueueThatIsRecoveringCanBeClosedAndStopped() throws Exception {
        queue.attachRecovering(new BoundedJournal(100));
        Caller<Lease<String>> waiting = Caller.startWaiting(queue::lease);
        queue.close();
        assertThatThrownBy(waiting::result).hasCauseInstanceOf(QueueClosedException.class);
        assertThatThrownBy(() -> queue.recover(List.of()))
                .isInstanceOf(QueueClosedException.class)
                .hasMessage("Queue orders accepts no more work since close() was called, so recover() was refused. Use "
                        + "another queue; restore() puts drained tasks into it.");
        try (TaskQueue<String> stopped = builder().build()) {
            stopped.attachRecovering(new BoundedJournal(100));
            stopped.stop("it has another owner.");
            assertThatThrownBy(() -> stopped.recover(List.of())).isInstanceOf(QueueClosedException.class);
        }
    }

    @Test
    void aUsedQueueIsNotAttachedForARecovery() throws Exception {
        queue.enqueue("a");

        assertThatThrownBy(() -> queue.attachRecovering(new BoundedJournal(10)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Queue orders has been used already");
        assertThat(queue.tryLease()).isPresent();
    }

    @Test
    void recoveringAnIdentityThatIsLiveRecoversNothing() {
        queue.recover(List.of(pending(1)));
        newEvents();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.recover(List.of(pending(2), leased(1, 1, NOW))))
                .withMessage(
                        "Task orders/4/1 cannot be restored into queue orders: a task of this identity is pending there. "
                                + "Restore a task once, into a queue that does not hold it; nothing was restored.");
        assertThat(newEvents()).isEmpty();
    }

    @Test
    void aRefusedPayloadRecoversNothing() {
        queue.attach(new BoundedJournal(10));
        Task<String> unwritable = new Task<>(id(2), 1, NOW, "unwritable");

        assertThatThrownBy(() ->
                        queue.recover(List.of(pending(1), new RecoveredTask<>(unwritable, null, null, null, null))))
                .isInstanceOf(PayloadRefusedException.class);
        assertThat(newEvents()).isEmpty();
    }

    @Test
    void aDeadTaskCanBeRestoredAndGetsAnotherAttempt() throws Exception {
        queue.recover(List.of(leased(1, 3, NOW)));
        assertThat(entry(1).state()).isEqualTo(State.DEAD);
        Entry<String> dead = entry(1);

        queue.restore(List.of(new DrainedTask<>(dead.task().nextAttempt(), dead.lastError(), dead.token())));

        assertThat(queue.snapshot().tasks()).hasSize(1);
        Lease<String> lease = queue.lease();
        assertThat(lease.attempt()).isEqualTo(4);
        assertThat(lease.task().id()).isEqualTo(id(1));
        lease.fail(ERROR);
        assertThat(log.kinds()).endsWith(RESTORED, LEASE_GRANTED, EventKind.FAILED, DEAD_LETTERED);
        assertThat(queue.snapshot().tasks()).hasSize(1);
    }

    @Test
    void partsThatShowNoStateAreRefused() {
        Instant at = NOW;
        refused(null, at, null, "null, the lease expiration 2026-11-01T10:00:00Z, and is available at null");
        refused(token(1, 1), at, null, token(1, 1) + ", the lease expiration 2026-11-01T10:00:00Z");
        refused(token(2, 2), at, null, token(2, 2).toString());
        refused(
                token(1, 2),
                at,
                at,
                "and is available at 2026-11-01T10:00:00Z. Pass the parts of the task's latest event.");
        refused(null, null, at, "null, the lease expiration null, and is available at 2026-11-01T10:00:00Z");
        refused(token(1, 2), null, at, token(1, 2).toString());
        refused(token(1, 2), null, null, token(1, 2).toString());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RecoveredTask<>(task(1, 2), null, null, at, null))
                .withMessage(
                        "A recovered task is leased (token of its attempt, lease expiration), delayed (token of the "
                                + "attempt before, none before the first, time at which it is available) or pending (neither time; the token, if any, of an "
                                + "earlier attempt), but task orders/4/1 at attempt 2 was given the token null, the lease expiration "
                                + "2026-11-01T10:00:00Z, and is available at null. Pass the parts of the task's latest event.");
    }

    private static void refused(
            @Nullable OwnershipToken token, @Nullable Instant expires, @Nullable Instant availableAt, String part) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RecoveredTask<>(task(1, 2), null, token, expires, availableAt))
                .withMessageContaining(part);
    }
}
