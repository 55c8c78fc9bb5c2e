package io.taskqueue.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.EnqueueOptions;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class RecordedEventsTest {

    private static final Order ORDER = new Order("A-17", 4_200);

    private final RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);

    private static List<EventKind> kinds(Iterable<ReplicationEvent<Order>> of) {
        return StreamSupport.stream(of.spliterator(), false)
                .map(ReplicationEvent::kind)
                .toList();
    }

    @Test
    void aTaskIsRecordedFromItsEnqueueToItsCompletion() {
        RecordedTask<Order> task = events.enqueued(ORDER).leased().heartbeat().completed();

        assertThat(kinds(task))
                .containsExactly(EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.HEARTBEAT, EventKind.COMPLETED);
        assertThat(task.event().payload()).isEqualTo(ORDER).isNotSameAs(ORDER);
        assertThat(task.event().ownershipToken())
                .isEqualTo(task.events().get(1).ownershipToken())
                .isPresent();
        assertThat(events).extracting(ReplicationEvent::position).containsExactlyElementsOf(positions(1, 5));
    }

    private static List<Position> positions(long epoch, int count) {
        return LongStream.range(0, count)
                .mapToObj(sequence -> new Position(epoch, sequence))
                .toList();
    }

    @Test
    void aFailedAttemptIsFollowedByAnother() {
        RecordedTask<Order> task =
                events.enqueued(ORDER).leased().failed("no stock").requeued().leased();

        assertThat(kinds(task))
                .containsExactly(
                        EventKind.ENQUEUED,
                        EventKind.LEASE_GRANTED,
                        EventKind.FAILED,
                        EventKind.REQUEUED,
                        EventKind.LEASE_GRANTED);
        assertThat(task.event().attempt()).isEqualTo(2);
        assertThat(task.events().get(2).error())
                .hasValueSatisfying(error -> assertThat(error.message()).isEqualTo("no stock"));
    }

    @Test
    void eventsAreRecordedAsThoseOfASourceThatIncludesPayloadsInFirstEventsOnly() {
        for (RecordedEvents.Builder<Order> builder : List.of(
                RecordedEvents.<Order>builder("orders"),
                RecordedEvents.<Order>builder("orders").codec(PayloadCodec.json(Order.class)))) {
            RecordedEvents<Order> reduced =
                    builder.payload(PayloadInclusion.FIRST_EVENT).build();
            RecordedTask<Order> task = reduced.enqueued(ORDER).leased().failed("no stock");

            assertThat(task).extracting(ReplicationEvent::hasPayload).containsExactly(true, false, false);
            assertThatThrownBy(() -> task.event().payload())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("The payload of task orders/1/1 is not known here");
            assertThat(reduced.state().in(TaskPhase.DELAYED))
                    .singleElement()
                    .satisfies(folded -> assertThat(folded.task().payload()).isEqualTo(ORDER));
            assertThat(reduced.takenOver().task(task.id()).event().payload()).isEqualTo(ORDER);
        }
    }

    @Test
    void leasingADelayedTaskWaitsForItsDelay() {
        RecordedTask<Order> task =
                events.enqueued(ORDER).leased().failed("no stock").leased();

        assertThat(kinds(task)).endsWith(EventKind.FAILED, EventKind.REQUEUED, EventKind.LEASE_GRANTED);
        assertThat(events.time().instant()).isEqualTo(ManualTime.START.plusSeconds(1));
    }

    @Test
    void aLeaseExpires() {
        RecordedTask<Order> task = events.enqueued(ORDER).leased().leaseExpired();

        assertThat(task.event().kind()).isEqualTo(EventKind.LEASE_EXPIRED);
        assertThat(task.event().flags()).containsExactly(EventFlag.FROM_EXPIRATION);
        assertThat(task.event().occurredAt()).isEqualTo(ManualTime.START.plusSeconds(30));
        assertThatThrownBy(task::completed)
                .isInstanceOf(LeaseLostException.class)
                .hasMessage("Lease L-1 on task 1 of queue orders was lost: it expired at 00:00:30Z, complete() came at"
                        + " 00:00:30Z. Raise leaseDuration or call heartbeat().");
    }

    @Test
    void aTaskIsDeadAfterItsLastAttempt() {
        RecordedEvents<Order> few = RecordedEvents.<Order>builder("orders")
                .maxAttempts(2)
                .requeueDelay(Duration.ZERO)
                .build();

        RecordedTask<Order> task =
                few.enqueued(ORDER).leased().failed("a").leased().failed("b");

        assertThat(kinds(task))
                .containsExactly(
                        EventKind.ENQUEUED,
                        EventKind.LEASE_GRANTED,
                        EventKind.FAILED,
                        EventKind.REQUEUED,
                        EventKind.LEASE_GRANTED,
                        EventKind.FAILED,
                        EventKind.DEAD_LETTERED);
        assertThat(task.event().payload()).isSameAs(ORDER);
    }

    @Test
    void aDeadTaskIsRetried() {
        RecordedTask<Order> task =
                events.deadLettered(ORDER, "no stock").restored().leased();

        assertThat(kinds(task))
                .endsWith(EventKind.FAILED, EventKind.DEAD_LETTERED, EventKind.RESTORED, EventKind.LEASE_GRANTED);
        assertThat(task.task()).extracting(Task::attempt, Task::attempts).containsExactly(2, 1);
    }

    @Test
    void tasksOfAHigherPriorityAreLeasedFirstAndEveryTenthLeaseIsTheOldestTasks() {
        RecordedTask<Order> low = events.enqueued(ORDER, EnqueueOptions.withPriority(Priority.LOW));
        for (int leases = 0; leases < TaskQueue.MAX_PASSED_OVER; leases++) {
            events.enqueued(ORDER).leased().completed();
        }
        RecordedTask<Order> next = events.enqueued(ORDER, EnqueueOptions.withPriority(Priority.HIGH));

        assertThatThrownBy(next::leased)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Task orders/1/1 is ahead of it");
        assertThat(low.leased().task().priority()).isEqualTo(Priority.LOW);
        assertThat(next.leased().event().kind()).isEqualTo(EventKind.LEASE_GRANTED);
    }

    @Test
    void aTaskOfADelayIsAvailableAtItsEnd() {
        Instant begin = events.time().instant();
        RecordedTask<Order> task = events.enqueued(ORDER, EnqueueOptions.withDelay(Duration.ofMinutes(1)));

        assertThatThrownBy(task::requeued).isInstanceOf(IllegalStateException.class);
        assertThat(task.available().event().occurredAt()).isEqualTo(begin.plusSeconds(60));
        assertThatThrownBy(task::available)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "available() was refused: task orders/1/1 is pending. Only a task that was enqueued with a delay"
                                + " can be, once, before its first lease.");
        task.leased().failed("again");

        assertThat(task.events())
                .extracting(ReplicationEvent::kind)
                .startsWith(EventKind.ENQUEUED, EventKind.AVAILABLE, EventKind.LEASE_GRANTED, EventKind.FAILED);
        RecordedTask<Order> leasedAtOnce = events.enqueued(ORDER, EnqueueOptions.withDelay(Duration.ofHours(1)));
        task.leased().completed();
        assertThat(leasedAtOnce.leased().events())
                .extracting(ReplicationEvent::kind)
                .containsExactly(EventKind.ENQUEUED, EventKind.AVAILABLE, EventKind.LEASE_GRANTED);
    }

    @Test
    void tasksOfOneQueueShareItsOrder() {
        RecordedTask<Order> first = events.enqueued(ORDER);
        RecordedTask<Order> second = events.enqueued(new Order("B-18", 1), "line 2");

        assertThatThrownBy(second::leased)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("leased() was refused: task orders/1/2 is pending. Task orders/1/1 is ahead of it, by its"
                        + " priority or because it became pending earlier: call leased() of that first, or record"
                        + " the tasks in two queues.");
        first.leased();
        second.leased();

        assertThat(events.list())
                .extracting(ReplicationEvent::kind)
                .endsWith(EventKind.ENQUEUED, EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.LEASE_GRANTED);
        assertThat(second.task().key()).isEqualTo("line 2");
        assertThat(events.enqueued(ORDER, "line 2")).isSameAs(second);
    }

    @Test
    void illegalChangesAreRefusedAndRecordNothing() {
        RecordedTask<Order> task = events.enqueued(ORDER);

        assertThatThrownBy(task::completed)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("completed() was refused: task orders/1/1 is pending. Call leased() first.");
        assertThatThrownBy(task::requeued)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("requeued() was refused: task orders/1/1 is pending. Only a task that waits for its next"
                        + " attempt can be: call failed() or leaseExpired() first, and set a requeueDelay.");
        assertThatThrownBy(task::leaseExpired).hasMessageContaining("is pending. Call leased() first.");
        assertThatThrownBy(task::restored).hasMessageContaining("is pending. Call deadLettered() first.");
        task.leased();
        assertThatThrownBy(task::leased)
                .hasMessage("leased() was refused: task orders/1/1 is leased. Only a pending or delayed task can be.");
        task.completed();
        assertThatThrownBy(task::completed)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Lease L-1 on task 1 of queue orders has ended: complete() ended it");
        assertThatThrownBy(task::leased)
                .hasMessage(
                        "leased() was refused: task orders/1/1 has left queue orders. Only a pending or delayed task"
                                + " can be.");

        assertThat(task.events()).hasSize(3);
        assertThat(events.list()).hasSize(4);
    }

    @Test
    void aDrainedQueueAcceptsNoMoreAndTheNextOwnerRestoresItsTasks() {
        events.enqueued(ORDER).leased();
        events.enqueued(new Order("B-18", 1));

        List<RecordedTask<Order>> drained = events.drained();

        assertThat(drained).extracting(task -> task.event().kind()).containsOnly(EventKind.DRAINED);
        assertThatThrownBy(() -> events.enqueued(ORDER)).isInstanceOf(QueueClosedException.class);
        RecordedEvents<Order> next = events.takenOver();
        RecordedTask<Order> restored = next.restored(drained.get(0)).leased().completed();
        assertThat(kinds(restored)).containsExactly(EventKind.RESTORED, EventKind.LEASE_GRANTED, EventKind.COMPLETED);
        assertThat(restored.id()).isEqualTo(drained.get(0).id());
        assertThatThrownBy(() -> next.restored(restored))
                .hasMessage(
                        "restored() was refused: task orders/1/2 has left queue orders. Only a drained task can be.");
    }

    @Test
    void theNextOwnerContinuesWithTheTasksThatWereHandedOver() {
        RecordedTask<Order> task = events.enqueued(ORDER);

        assertThat(events.handedOver()).containsExactly(task);
        assertThat(task.event().flags()).containsExactlyInAnyOrder(EventFlag.FROM_DRAIN, EventFlag.HAND_OVER);
        RecordedEvents<Order> next = events.takenOver();

        assertThat(kinds(next)).containsExactly(EventKind.SOURCE_STARTED, EventKind.RESTORED);
        assertThat(next.list()).extracting(ReplicationEvent::position).containsExactlyElementsOf(positions(2, 2));
        assertThat(next.task(task.id()).leased().completed().event().attempt()).isEqualTo(1);
    }

    @Test
    void theNextOwnerAfterACrashExpiresTheLeasesOfTheEarlierOne() {
        RecordedTask<Order> task = events.enqueued(ORDER).leased();
        RecordedEvents<Order> next = events.takenOver();
        RecordedTask<Order> restored = next.task(task.id());

        assertThatThrownBy(restored::completed)
                .hasMessage("completed() was refused: task orders/1/1 is leased. Its lease was granted by the earlier"
                        + " owner of the queue: call leaseExpired() and leased() first.");
        assertThat(task.completed().event().position())
                .as("the earlier owner does not know it yet")
                .isEqualTo(new Position(1, 3));
        assertThat(restored.leaseExpired().leased().completed().event().attempt())
                .isEqualTo(2);
        assertThat(next.state().abandoned()).isEmpty();
    }

    @Test
    void theStateIsThatOfTheEvents() {
        events.completed(ORDER);
        events.deadLettered(ORDER, "no stock");
        events.enqueued(ORDER).leased();
        events.enqueued(ORDER);

        assertThat(events.state().in(TaskPhase.DEAD)).hasSize(1);
        assertThat(events.state().in(TaskPhase.LEASED)).hasSize(1);
        assertThat(events.state().in(TaskPhase.PENDING)).hasSize(1);
        assertThat(events.state().counts().completed()).isEqualTo(1);
    }

    @Test
    void settingsAppearInTheEvents() {
        RecordedEvents<String> built = RecordedEvents.<String>builder("orders")
                .epoch(7)
                .sourcePeer("dispatcher-b")
                .ownerPeer(change -> change.task().payload())
                .codec(PayloadCodec.utf8())
                .leaseDuration(Duration.ofMinutes(5))
                .build();

        ReplicationEvent<String> event = built.enqueued("worker-1").leased().event();

        assertThat(event.position()).isEqualTo(new Position(7, 2));
        assertThat(event.sourcePeerId()).isEqualTo("dispatcher-b");
        assertThat(event.ownerPeerId()).hasValue("worker-1");
        assertThat(event.leaseExpiration()).hasValue(ManualTime.START.plus(Duration.ofMinutes(5)));
    }

    @Test
    void payloadsThatCannotTravelAreRefused() {
        RecordedEvents<Object> unwritable = RecordedEvents.of("orders", Object.class);
        RecordedEvents<OneWay> unreadable = RecordedEvents.of("orders", OneWay.class);

        assertThatThrownBy(() -> unwritable.enqueued(new Object())).isInstanceOf(PayloadRefusedException.class);
        assertThatThrownBy(() -> unreadable.enqueued(new OneWay("a"))).isInstanceOf(PayloadRefusedException.class);
    }

    /** Can be written as JSON, but not read from it. */
    static final class OneWay {
        private final String text;

        OneWay(String text) {
            this.text = text;
        }

        public String getText() {
            return text;
        }
    }
}
