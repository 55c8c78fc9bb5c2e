package io.taskqueue.source.confirm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReplicationGateTest {

    private final IllegalStateException stopped = new IllegalStateException("stopped by the test");

    private final AtomicLong acknowledged = new AtomicLong(1);
    private final AtomicInteger due = new AtomicInteger();

    @Test
    void futureIsDueOnceItsEventIsAcknowledgedAndCompletesWhenTheRegistryWasReadAfterThat() {
        ReplicationGate gate = gate(10);
        CompletableFuture<Position> first = gate.await(() -> new Position(7, 2));
        CompletableFuture<Position> second = gate.await(() -> new Position(7, 3));
        gate.advanced();
        assertThat(gate.hasDue()).isFalse();
        assertThat(due).hasValue(0);

        acknowledged.set(2);
        gate.advanced();
        assertThat(gate.hasDue()).isTrue();
        assertThat(due).hasValue(1);
        long read = gate.acknowledged();
        acknowledged.set(3);
        gate.confirm(read);

        assertThat(first.join()).isEqualTo(new Position(7, 2));
        assertThat(second).isNotDone();
        assertThat(gate.hasDue()).isTrue();
    }

    @Test
    void futureOfAnAcknowledgedEventIsDueAtOnce() {
        ReplicationGate gate = gate(10);

        CompletableFuture<Position> future = gate.await(() -> new Position(7, 1));

        assertThat(due).hasValue(1);
        assertThat(future).isNotDone();
    }

    @Test
    void everyFutureFailsOnceTheGateHasEndedWithTheFirstCause() {
        ReplicationGate gate = gate(10);
        CompletableFuture<Position> before = gate.await(() -> new Position(7, 2));

        gate.end(stopped);
        gate.end(new IllegalStateException("a later cause"));

        assertThatThrownBy(before::join).hasCause(stopped);
        assertThatThrownBy(() -> gate.await(() -> new Position(7, 1)).join()).hasCause(stopped);
    }

    @Test
    void actionOfAFutureMayWaitForAnotherFuture() throws Exception {
        ReplicationGate gate = gate(10);
        CompletableFuture<Position> first = gate.await(() -> new Position(7, 1));
        CompletableFuture<Position> second = gate.await(() -> new Position(7, 1));
        CompletableFuture<String> waited = first.handle((position, error) ->
                second.handle((other, failure) -> "both ended").join());

        gate.end(stopped);

        assertThat(waited.get(20, TimeUnit.SECONDS)).isEqualTo("both ended");
    }

    @Test
    void actionThatBlocksDoesNotHoldTheThreadThatConfirms() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ReplicationGate gate = gate(10);
        AtomicReference<Thread> ran = new AtomicReference<>();
        CompletableFuture<Boolean> blocked = gate.await(() -> new Position(7, 1))
                .handle((position, error) -> {
                    ran.set(Thread.currentThread());
                    return awaited(release);
                });

        gate.confirm(1);
        await().until(() -> ran.get() != null);

        assertThat(ran.get().getName()).isEqualTo("taskqueue-replicated");
        assertThat(blocked).isNotDone();
        release.countDown();
        assertThat(blocked.get(20, TimeUnit.SECONDS)).isTrue();
        gate.end(stopped);
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void futuresThatWaitAreBounded() {
        ReplicationGate gate = gate(2);
        CompletableFuture<Position> first = gate.await(() -> new Position(7, 2));
        CompletableFuture<Position> second = gate.await(() -> new Position(7, 3));

        assertThatThrownBy(() -> gate.await(() -> new Position(7, 4)).get(1, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "2 futures of replicated() of queue q wait already, the first for event 7/2, while Kafka has "
                                + "acknowledged up to 7/1. Wait for a future again after a time-out, or cancel it, instead of asking for "
                                + "another.");
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
    }

    @Test
    void futureThatIsCancelledOrTimedOutIsNotKept() throws Exception {
        ReplicationGate gate = gate(2);
        for (int call = 0; call < 10; call++) {
            assertThat(gate.await(() -> new Position(7, 2)).cancel(false)).isTrue();
            CompletableFuture<Position> timedOut =
                    gate.await(() -> new Position(7, 3)).orTimeout(1, TimeUnit.MILLISECONDS);
            assertThatThrownBy(() -> timedOut.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        }
        CompletableFuture<Position> kept = gate.await(() -> new Position(7, 2));
        CompletableFuture<Position> behind = gate.await(() -> new Position(7, 3));

        assertThat(kept).isNotDone();
        assertThat(behind).isNotDone();
    }

    @Test
    void futureCanBeReplacedByWhatItsCancellationCalls() {
        ReplicationGate gate = gate(1);
        AtomicReference<CompletableFuture<Position>> next = new AtomicReference<>();
        CompletableFuture<Position> first = gate.await(() -> new Position(7, 2));
        var unused = first.whenComplete((position, error) -> next.set(gate.await(() -> new Position(7, 3))));

        assertThat(first.cancel(false)).isTrue();

        assertThat(next.get()).isNotDone();
    }

    @Test
    void nothingIsDueForTheSakeOfAFutureThatItsUserHasCompleted() {
        ReplicationGate gate = gate(10);
        CompletableFuture<Position> first = gate.await(() -> new Position(7, 1));
        CompletableFuture<Position> second = gate.await(() -> new Position(7, 2));
        assertThat(gate.hasDue()).isTrue();

        assertThat(first.complete(new Position(7, 1))).isTrue();

        assertThat(gate.hasDue()).isFalse();
        acknowledged.set(2);
        assertThat(gate.confirm(2)).isEqualTo(1);
        assertThat(second.join()).isEqualTo(new Position(7, 2));
    }

    @Test
    void completingAFutureThatDependsOnOneDoesNotCompleteThatOne() {
        ReplicationGate gate = gate(10);
        CompletableFuture<Position> future = gate.await(() -> new Position(7, 2));

        assertThat(future.thenApply(Position::sequence).complete(1L)).isTrue();

        assertThat(future).isNotDone();
        assertThat(gate.confirm(2)).isEqualTo(1);
        assertThat(future.join()).isEqualTo(new Position(7, 2));
    }

    @Test
    void futuresOfOneConfirmationCompleteInTheOrderOfTheirEvents() {
        ReplicationGate gate = gate(1_000);
        List<Long> completed = new CopyOnWriteArrayList<>();
        for (long sequence = 1; sequence <= 500; sequence++) {
            long number = sequence;
            var unused = gate.await(() -> new Position(7, number))
                    .thenAccept(position -> completed.add(position.sequence()));
        }

        assertThat(gate.confirm(200)).isEqualTo(200);
        assertThat(gate.confirm(500)).isEqualTo(300);

        await().until(() -> completed.size() == 500);
        assertThat(completed).isSorted();
    }

    /** A gate whose events are acknowledged up to 7/1, and further as the test sets it. */
    private ReplicationGate gate(int maxWaiting) {
        return new ReplicationGate("q", acknowledged::get, maxWaiting, due::incrementAndGet, new Completions());
    }
}
