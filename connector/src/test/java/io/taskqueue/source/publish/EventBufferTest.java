package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.Ticker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventBufferTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    private final EventBuffer<String> buffer = buffer(16, 1_000_000);

    @Test
    void placesAreLimitedWhetherReservedOrOccupied() throws Exception {
        assertThat(buffer.reserve(10, 0)).isTrue();
        assertThat(buffer.reserve(7, 0)).isFalse();
        assertThat(buffer.reserve(6, 0)).isTrue();
        append(true);
        assertThat(buffer.reserve(1, 0)).isFalse();

        buffer.release(1);

        assertThat(buffer.reserve(1, 0)).isTrue();
    }

    @Test
    void shareThatIsTakenIsOfPlacesOrBytesWhicheverIsLarger() throws Exception {
        assertThat(buffer.used()).isZero();
        assertThat(buffer.reserve(4, 0)).isTrue();
        append(true);
        assertThat(buffer.used()).isEqualTo(0.25);
        assertThat(buffer.reserve(12, 0)).isTrue();
        assertThat(buffer.used()).isEqualTo(1);

        EventBuffer<String> small = buffer(16, 1);
        small.append(event(), new byte[10], false);

        assertThat(small.used()).isGreaterThan(1);
        assertThat(small.reserve(1, 0)).isFalse();
    }

    @Test
    void eventWithoutAReservationIsAcceptedBeyondTheLimit() throws Exception {
        assertThat(buffer.reserve(16, 0)).isTrue();
        append(false);

        assertThat(buffer.size()).isEqualTo(1);
        buffer.release(1);
        assertThat(buffer.reserve(1, 0)).isFalse();
        buffer.release(1);
        assertThat(buffer.reserve(1, 0)).isTrue();
    }

    @Test
    void noPlaceIsGrantedWhileTheBytesExceedTheirLimit() throws Exception {
        EventBuffer<String> small = buffer(16, 1_000);
        small.append(event(), new byte[2_000], false);
        assertThat(small.reserve(1, 0)).isFalse();

        small.acknowledged(taken(small).get(0));

        assertThat(small.reserve(1, 0)).isTrue();
    }

    @Test
    void bytesIncludeTheErrorOfAnEvent() throws Exception {
        EventBuffer<String> small = buffer(16, 10_000);
        var failed = TaskEvent.builder(EventKind.FAILED, 1, NOON, event().task())
                .token(new OwnershipToken(1, 1, new UUID(1, 1)))
                .error(new TaskError("c".repeat(4_000), "m".repeat(4_000), Map.of("k", "v".repeat(4_000))))
                .build();
        small.append(failed, new byte[2], false);
        assertThat(small.reserve(1, 0)).isFalse();

        small.acknowledged(taken(small).get(0));

        assertThat(small.reserve(1, 0)).isTrue();
    }

    @Test
    void acknowledgementEndsTheWaitForAPlace() throws Exception {
        for (int event = 0; event < 16; event++) {
            append(false);
        }
        FutureTask<Boolean> waiter = start(() -> buffer.reserve(1, LONG));

        buffer.acknowledged(taken(buffer).get(0));

        assertThat(waiter.get(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Otherwise each acknowledgement of a full buffer would wake a call. */
    @Test
    void requestsThatWaitAreGrantedOnceASixteenthOfTheEventsIsAcknowledged() throws Exception {
        EventBuffer<String> large = buffer(160, 1_000_000);
        for (int event = 0; event < 160; event++) {
            large.append(event(), new byte[10], false);
        }
        List<BufferedEvent<String>> events = new ArrayList<>();
        boolean unused = large.take(events, 160, Long.MAX_VALUE);
        FutureTask<Boolean> first = start(() -> large.reserve(1, LONG));
        await().until(() -> waits(first));
        FutureTask<Boolean> second = start(() -> large.reserve(3, LONG));
        await().until(() -> waits(second));

        events.subList(0, 9).forEach(large::acknowledged);
        assertThat(large.used()).isEqualTo(151 / 160.0); // without a place of the requests
        large.acknowledged(events.get(9));

        assertThat(large.used()).isEqualTo(154 / 160.0);
        assertThat(first.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(second.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void placeThatIsFreeIsGrantedAtTheTimeLimitOfARequest() throws Exception {
        EventBuffer<String> large = buffer(160, 1_000_000);
        for (int event = 0; event < 160; event++) {
            large.append(event(), new byte[10], false);
        }
        FutureTask<Boolean> waiter = start(() -> large.reserve(1, TimeUnit.MILLISECONDS.toNanos(500)));
        await().until(() -> waits(waiter) || waiter.isDone());

        large.acknowledged(taken(large).get(0));

        assertThat(waiter.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void requestsAreGrantedInOrderAndSmallOnesDoNotOvertake() throws Exception {
        assertThat(buffer.reserve(16, 0)).isTrue();
        List<String> served = new CopyOnWriteArrayList<>();
        FutureTask<Boolean> large = start(() -> buffer.reserve(8, LONG) && served.add("large"));
        await().until(() -> waits(large));
        FutureTask<Boolean> small = start(() -> buffer.reserve(1, LONG) && served.add("small"));
        await().until(() -> waits(small));

        buffer.release(7);
        assertThat(buffer.reserve(1, 0)).isFalse();
        assertThat(served).isEmpty();
        buffer.release(1);
        large.get(20, TimeUnit.SECONDS);
        assertThat(small.isDone()).isFalse();
        buffer.release(1);
        small.get(20, TimeUnit.SECONDS);

        assertThat(served).containsExactly("large", "small");
    }

    @Test
    void interruptedRequestLetsTheNextOneProceed() throws Exception {
        assertThat(buffer.reserve(16, 0)).isTrue();
        FutureTask<Boolean> large = start(() -> buffer.reserve(8, LONG));
        await().until(() -> waits(large));
        FutureTask<Boolean> small = start(() -> buffer.reserve(1, LONG));
        await().until(() -> waits(small));
        buffer.release(1);

        threadOf(large).interrupt();

        assertThatThrownBy(() -> large.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(small.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void waitEndsAtItsTimeout() throws Exception {
        assertThat(buffer.reserve(16, 0)).isTrue();

        assertThat(buffer.reserve(1, TimeUnit.MILLISECONDS.toNanos(50))).isFalse();
    }

    @Test
    void refusingFailsRequestsThatWait() throws Exception {
        assertThat(buffer.reserve(16, 0)).isTrue();
        FutureTask<Boolean> waiter = start(() -> buffer.reserve(1, LONG));
        await().until(() -> waits(waiter));

        buffer.refuse(() -> new QueueClosedException("over"));

        assertThatThrownBy(() -> waiter.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(QueueClosedException.class);
        assertThatThrownBy(() -> buffer.reserve(1, 0)).hasMessage("over");
    }

    @Test
    void endingTheWaitingReturnsFalseToWaitersNowAndLater() throws Exception {
        assertThat(buffer.reserve(16, 0)).isTrue();
        FutureTask<Boolean> waiter = start(() -> buffer.reserve(1, LONG));
        await().until(() -> waits(waiter));

        buffer.endWaiting();

        assertThat(waiter.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(buffer.reserve(1, LONG)).isFalse();
        buffer.release(1);
        assertThat(buffer.reserve(1, 0)).isTrue();
    }

    @Test
    void moreThanTheBufferHoldsCannotBeReserved() {
        assertThatThrownBy(() -> buffer.reserve(17, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The buffer holds 16 events, but 17 places were requested at once. Raise bufferEvents.");
        assertThatThrownBy(() -> new BufferLimits(15, 1))
                .hasMessage("bufferEvents is 15, but a lease reserves room for its ending. Set it to at least 16.");
    }

    @Test
    void startingOverTakesAllThatIsNotAcknowledgedAgain() throws Exception {
        append(false);
        append(false);
        append(false);
        List<BufferedEvent<String>> first = taken(buffer);
        buffer.acknowledged(first.get(0));

        buffer.startOver();

        assertThat(taken(buffer)).containsExactly(first.get(1), first.get(2));
        assertThat(buffer.acknowledged(first.get(2))).isFalse();
        assertThat(buffer.acknowledgedUpTo()).isEqualTo(new Position(7, 1));
        assertThat(buffer.appendedUpTo()).isEqualTo(new Position(7, 3));
    }

    @Test
    void eventsAfterTheStopAreOnlyCounted() throws Exception {
        append(false);
        buffer.stop();
        append(false);

        assertThat(buffer.size()).isEqualTo(1);
        assertThat(buffer.unacknowledged()).isEqualTo(2);
    }

    @Test
    void anEventThatIsPublishedWithoutItsPayloadTakesNoBytesForIt() {
        EventBuffer<String> every = PublishingParts.buffer(new BufferLimits(100, 1_000_000), NOON, Ticker.system());
        EventBuffer<String> first = PublishingParts.buffer(
                new BufferLimits(100, 1_000_000), NOON, Ticker.system(), PayloadInclusion.FIRST_EVENT);
        for (EventBuffer<String> each : List.of(every, first)) {
            each.append(event(), new byte[1_000], false);
            each.append(available(), new byte[1_000], false);
        }

        List<BufferedEvent<String>> with = taken(every);
        List<BufferedEvent<String>> without = taken(first);
        assertThat(without.get(0).bytes()).isEqualTo(with.get(0).bytes());
        assertThat(without.get(1).bytes()).isEqualTo(with.get(1).bytes() - 1_000);
        assertThat(without.get(1).payload).isNull();
    }

    private static TaskEvent<String> available() {
        return TaskEvent.builder(EventKind.AVAILABLE, 2, NOON, new Task<>(new TaskId("q", 7, 1), 1, NOON, "payload"))
                .build();
    }

    @Test
    void eventThatCannotBeKeptIsLostAndKeepsItsPosition() throws Exception {
        append(false);
        assertThat(buffer.reserve(1, 0)).isTrue();
        byte[] unusable = null;

        assertThatThrownBy(() -> buffer.append(event(), unusable, true)).isInstanceOf(NullPointerException.class);

        assertThat(buffer.lostEvent()).containsInstanceOf(NullPointerException.class);
        assertThat(buffer.appendedUpTo()).isEqualTo(new Position(7, 2));
        assertThat(buffer.unacknowledged()).isEqualTo(2);
        assertThat(buffer.hasEnded()).isFalse();
        buffer.acknowledged(taken(buffer).get(0));
        assertThat(buffer.acknowledgedUpTo()).isEqualTo(new Position(7, 1));
        assertThat(buffer.hasEnded()).isTrue();
        buffer.release(1); // the place is still reserved
        assertThat(buffer.reserve(16, 0)).isTrue();
    }

    private final List<Thread> threads = new ArrayList<>();
    private final List<FutureTask<?>> tasks = new ArrayList<>();

    private <V> FutureTask<V> start(Callable<V> call) {
        FutureTask<V> task = new FutureTask<>(call);
        Thread thread = new Thread(task);
        threads.add(thread);
        tasks.add(task);
        thread.start();
        return task;
    }

    private Thread threadOf(FutureTask<?> task) {
        return threads.get(tasks.indexOf(task));
    }

    private boolean waits(FutureTask<?> task) {
        return threadOf(task).getState() == Thread.State.TIMED_WAITING;
    }

    private void append(boolean reserved) {
        buffer.append(event(), new byte[10], reserved);
    }

    private static List<BufferedEvent<String>> taken(EventBuffer<String> from) {
        List<BufferedEvent<String>> taken = new ArrayList<>();
        boolean unused = from.take(taken, 100, Long.MAX_VALUE);
        return taken;
    }

    private static EventBuffer<String> buffer(int events, long bytes) {
        return PublishingParts.buffer(new BufferLimits(events, bytes), NOON, Ticker.system());
    }

    private static TaskEvent<String> event() {
        return TaskEvent.builder(EventKind.ENQUEUED, 1, NOON, new Task<>(new TaskId("q", 7, 1), 1, NOON, "payload"))
                .build();
    }
}
