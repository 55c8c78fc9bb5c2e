package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.COMPLETED;
import static io.taskqueue.event.EventKind.DEAD_LETTERED;
import static io.taskqueue.event.EventKind.ENQUEUED;
import static io.taskqueue.event.EventKind.FAILED;
import static io.taskqueue.event.EventKind.HEARTBEAT;
import static io.taskqueue.event.EventKind.LEASE_EXPIRED;
import static io.taskqueue.event.EventKind.LEASE_GRANTED;
import static io.taskqueue.event.EventKind.REQUEUED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseTest {

    private final ManualTime time = new ManualTime();
    private final EventLog<String> log = new EventLog<>();
    private TaskQueue<String> queue = build(Duration.ZERO, 3);

    private TaskQueue<String> build(Duration requeueDelay, int maxAttempts) {
        return TaskQueue.<String>builder("orders")
                .requeueDelay(requeueDelay)
                .maxAttempts(maxAttempts)
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .listener(log)
                .build();
    }

    @AfterEach
    void close() {
        queue.close();
    }

    private Lease<String> leaseOf(String payload) {
        assertThat(queue.tryEnqueue(payload)).isPresent();
        return queue.tryLease().orElseThrow();
    }

    @Test
    void completedTaskIsGone() {
        Lease<String> lease = leaseOf("a");

        lease.complete();

        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, COMPLETED);
        assertThat(queue.snapshot().tasks()).isEmpty();
        assertThat(queue.counts().totals().completed()).isEqualTo(1);
    }

    @Test
    void leaseHasItsTaskAttemptTokenAndExpiry() {
        Lease<String> lease = leaseOf("a");

        assertThat(lease.task().id()).isEqualTo(new TaskId("orders", 0, 1));
        assertThat(lease.task().enqueuedAt()).isEqualTo(ManualTime.START);
        assertThat(lease.payload()).isEqualTo("a");
        assertThat(lease.attempt()).isEqualTo(1);
        assertThat(lease.lastError()).isEmpty();
        assertThat(lease.token())
                .isEqualTo(new OwnershipToken(1, 1, lease.token().leaseId()));
        assertThat(lease.expiresAt()).isEqualTo(ManualTime.START.plusSeconds(30));
        assertThat(lease).hasToString("Lease L-1 on task 1 of queue orders");
        assertThat(log.last().leaseExpiration()).contains(lease.expiresAt());
    }

    @Test
    void failedTaskIsRequeuedBehindTheOthersWithItsError() {
        Lease<String> lease = leaseOf("a");
        assertThat(queue.tryEnqueue("b")).isPresent();

        lease.fail(TaskError.of("boom"));

        assertThat(queue.tryLease().orElseThrow().payload()).isEqualTo("b");
        Lease<String> second = queue.tryLease().orElseThrow();
        assertThat(second.payload()).isEqualTo("a");
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.lastError()).contains(TaskError.of("boom"));
    }

    @Test
    void requeuedCarriesTheNextAttemptWithTheTokenOfTheLast() {
        Lease<String> lease = leaseOf("a");

        lease.fail(TaskError.of("boom"));

        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, FAILED, REQUEUED);
        TaskEvent<String> requeued = log.last();
        assertThat(requeued.task().attempt()).isEqualTo(2);
        assertThat(requeued.token()).contains(lease.token());
        assertThat(requeued.error()).contains(TaskError.of("boom"));
    }

    @Test
    void failedTaskIsDelayedUntilItIsDue() {
        queue.close();
        queue = build(Duration.ofSeconds(10), 3);
        leaseOf("a").fail(TaskError.of("boom"));

        assertThat(queue.tryLease()).isEmpty();
        assertThat(queue.counts().delayed()).isEqualTo(1);
        time.advance(Duration.ofSeconds(10));

        assertThat(queue.tryLease()).isPresent();
    }

    @Test
    void taskIsDeadWhenItsAttemptsAreUsedUp() {
        Lease<String> lease = leaseOf("a");
        lease.fail(TaskError.of("1"));
        queue.tryLease().orElseThrow().fail(TaskError.of("2"));

        queue.tryLease().orElseThrow().fail(TaskError.of("3"));

        assertThat(log.last().kind()).isEqualTo(DEAD_LETTERED);
        assertThat(log.last().error()).contains(TaskError.of("3"));
        assertThat(log.last().flags()).containsExactly(EventFlag.DEAD_LETTER);
        assertThat(queue.tryLease()).isEmpty();
        assertThat(queue.snapshot().tasks())
                .singleElement()
                .matches(entry -> entry.state() == QueueSnapshot.State.DEAD
                        && entry.task().attempt() == 3);
    }

    @Test
    void taskIsDeadAtOnceWhenFailedWithoutRequeue() {
        leaseOf("a").fail(TaskError.of("hopeless"), false);

        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, FAILED, DEAD_LETTERED);
    }

    @Test
    void expiredLeaseReturnsTaskToQueue() {
        Lease<String> lease = leaseOf("a");
        time.advance(Duration.ofSeconds(30));

        Lease<String> second = queue.tryLease().orElseThrow();

        assertThat(second.attempt()).isEqualTo(2);
        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, LEASE_EXPIRED, REQUEUED, LEASE_GRANTED);
        TaskEvent<String> expired = log.events.get(2);
        assertThat(expired.token()).contains(lease.token());
        assertThat(expired.leaseExpiration()).contains(ManualTime.START.plusSeconds(30));
        assertThat(expired.flags()).containsExactly(EventFlag.FROM_EXPIRATION);
    }

    @Test
    void expiryIsTheLastErrorOfItsTask() {
        Lease<String> first = leaseOf("a");
        first.fail(TaskError.of("older"));
        Lease<String> lost = queue.tryLease().orElseThrow();
        time.advance(Duration.ofSeconds(31));

        Lease<String> next = queue.tryLease().orElseThrow();

        TaskError expiry = next.lastError().orElseThrow();
        assertThat(expiry.code()).isEqualTo("lease_expired");
        assertThat(expiry.message())
                .isEqualTo(
                        "The lease of attempt 2 expired at 2026-11-01T10:00:30Z: its holder had neither ended nor extended "
                                + "it.");
        assertThat(expiry.metadata())
                .containsExactly(
                        Map.entry("deadline", "2026-11-01T10:00:30Z"),
                        Map.entry("attempt", "2"),
                        Map.entry("leaseId", lost.token().leaseId().toString()));
        assertThat(errorsOf(LEASE_EXPIRED)).containsExactly(expiry);
        assertThat(errorsOf(REQUEUED)).containsExactly(TaskError.of("older"), expiry);
    }

    @Test
    void taskThatDiesByExpiryHasTheExpiryAsItsError() {
        leaseOf("a").fail(TaskError.of("1"));
        queue.tryLease().orElseThrow().fail(TaskError.of("2"));
        assertThat(queue.tryLease()).isPresent();
        time.advance(Duration.ofSeconds(30));

        assertThat(queue.tryLease()).isEmpty();

        assertThat(errorsOf(DEAD_LETTERED))
                .singleElement()
                .matches(error -> TaskError.LEASE_EXPIRED.equals(error.code())
                        && "3".equals(error.metadata().get(TaskError.ATTEMPT)));
        assertThat(queue.snapshot().tasks()).singleElement().matches(entry -> entry.lastError()
                .equals(log.last().error().orElseThrow()));
    }

    @Test
    void errorOfTheHolderReplacesAnEarlierExpiry() {
        leaseOf("a");
        time.advance(Duration.ofSeconds(30));
        queue.tryLease().orElseThrow().fail(TaskError.of("boom"));

        assertThat(queue.tryLease().orElseThrow().lastError()).contains(TaskError.of("boom"));
    }

    private List<TaskError> errorsOf(EventKind kind) {
        return log.events.stream()
                .filter(event -> event.kind() == kind)
                .map(event -> event.error().orElseThrow())
                .toList();
    }

    @Test
    void leaseLastsUntilTheNanosecondBeforeItsDeadline() {
        Lease<String> lease = leaseOf("a");
        time.advance(Duration.ofSeconds(30).minusNanos(1));

        lease.complete();

        assertThat(log.last().kind()).isEqualTo(COMPLETED);
    }

    @Test
    void taskIsDeadWhenItsLastLeaseExpires() {
        leaseOf("a");
        time.advance(Duration.ofSeconds(30));
        assertThat(queue.tryLease()).isPresent();
        time.advance(Duration.ofSeconds(30));
        assertThat(queue.tryLease()).isPresent();
        time.advance(Duration.ofSeconds(30));

        assertThat(queue.tryLease()).isEmpty();

        assertThat(log.last().kind()).isEqualTo(DEAD_LETTERED);
        assertThat(queue.counts().totals().leasesExpired()).isEqualTo(3);
    }

    @Test
    void callOnAnExpiredLeaseExpiresItFirstAndReportsWhatHappenedAndWhen() {
        Lease<String> lease = leaseOf("a");
        time.advance(Duration.ofSeconds(31));

        assertThatThrownBy(lease::complete)
                .isInstanceOf(LeaseLostException.class)
                .hasMessage("Lease L-1 on task 1 of queue orders was lost: it expired at 10:00:30Z, complete() came at "
                        + "10:00:31Z. Raise leaseDuration or call heartbeat().");
        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, LEASE_EXPIRED, REQUEUED);
    }

    @Test
    void heartbeatNeverRevivesAnExpiredLease() {
        Lease<String> lease = leaseOf("a");
        time.advance(Duration.ofMillis(30_250));

        assertThatThrownBy(lease::heartbeat)
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("heartbeat() came at 10:00:30.25Z");
        assertThatThrownBy(() -> lease.fail(TaskError.of("late")))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("fail() came at");
    }

    @Test
    void heartbeatExtendsTheLease() {
        Lease<String> lease = leaseOf("a");
        time.advance(Duration.ofSeconds(20));

        lease.heartbeat();

        assertThat(lease.expiresAt()).isEqualTo(ManualTime.START.plusSeconds(50));
        assertThat(log.last().kind()).isEqualTo(HEARTBEAT);
        assertThat(log.last().leaseExpiration()).contains(lease.expiresAt());
        time.advance(Duration.ofSeconds(29));
        lease.complete();
    }

    @Test
    void heartbeatDoesNothingWithinItsInterval() {
        Lease<String> lease = leaseOf("a");
        time.advance(Duration.ofSeconds(5).minusNanos(1));
        lease.heartbeat();
        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED);

        time.advance(Duration.ofNanos(1));
        lease.heartbeat();
        lease.heartbeat();

        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, HEARTBEAT);
    }

    @Test
    void heartbeatOfOneLeaseKeepsTheDeadlinesOfOthers() {
        Lease<String> first = leaseOf("a");
        time.advance(Duration.ofSeconds(6));
        Lease<String> second = leaseOf("b");
        time.advance(Duration.ofSeconds(6));
        first.heartbeat();
        time.advance(Duration.ofSeconds(25));

        assertThatThrownBy(second::complete).isInstanceOf(LeaseLostException.class);
        first.complete();
    }

    @Test
    void leaseEndsOnce() {
        Lease<String> lease = leaseOf("a");
        lease.complete();
        time.advance(Duration.ofSeconds(2));

        assertThatThrownBy(() -> lease.fail(TaskError.of("after all")))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Lease L-1 on task 1 of queue orders has ended: complete() ended it at 10:00:00Z, fail() came at "
                                + "10:00:02Z. End a lease once, and do not use it afterwards.");
        assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, COMPLETED);
    }

    @Test
    void lostLeaseCannotEndTheNextAttempt() {
        Lease<String> lost = leaseOf("a");
        time.advance(Duration.ofSeconds(30));
        Lease<String> current = queue.tryLease().orElseThrow();

        assertThatThrownBy(lost::complete).isInstanceOf(LeaseLostException.class);

        current.complete();
        assertThat(queue.counts().totals().completed()).isEqualTo(1);
    }

    @Test
    void leaseIdsAreRandomAndVersion4() {
        Lease<String> first = leaseOf("a");
        Lease<String> second = leaseOf("b");

        assertThat(first.token().leaseId()).isNotEqualTo(second.token().leaseId());
        assertThat(first.token().leaseId().version()).isEqualTo(4);
        assertThat(first.token().leaseId().variant()).isEqualTo(2);
    }

    @Test
    void snapshotKeepsOnlyTheLastDeadTasks() {
        for (int i = 1; i <= QueueSnapshot.DEAD_KEPT + 1; i++) {
            leaseOf("task " + i).fail(TaskError.of("hopeless"), false);
        }

        QueueSnapshot<String> snapshot = queue.snapshot();

        assertThat(snapshot.tasks()).hasSize(QueueSnapshot.DEAD_KEPT);
        assertThat(snapshot.tasks().get(0).task().payload()).isEqualTo("task 2");
        assertThat(snapshot.counts().totals().deadLettered()).isEqualTo(QueueSnapshot.DEAD_KEPT + 1);
    }
}
