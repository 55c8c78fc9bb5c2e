package io.taskqueue.source.dead;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.source.dead.DeadTaskFold.Death;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeadTaskFoldTest {

    private static final String QUEUE = "orders";

    private DeadTaskFold fold = new DeadTaskFold(QUEUE, task -> true, 0, 100);
    private long offset = 10;

    private static TaskId task(long sequence) {
        return new TaskId(QUEUE, 1, sequence);
    }

    private void take(EventKind kind, TaskId task, long epoch, long sequence) {
        fold.take(headers(QUEUE, Optional.of(kind), task, new Position(epoch, sequence)), offset++);
    }

    private static EventHeaders headers(String queue, Optional<EventKind> kind, TaskId task, Position position) {
        return new EventHeaders(queue, position, Optional.empty(), kind, Optional.of(task), false);
    }

    @Test
    void aTaskIsDeadFromItsDeadLetteredEventUntilItsNextOne() {
        take(EventKind.DEAD_LETTERED, task(1), 1, 1);
        take(EventKind.DEAD_LETTERED, task(2), 1, 2);
        assertThat(fold.dead())
                .containsExactly(
                        new Death(task(1), new Position(1, 1), 10), new Death(task(2), new Position(1, 2), 11));

        take(EventKind.RESTORED, task(1), 1, 3);
        assertThat(fold.dead()).extracting(Death::task).containsExactly(task(2));

        take(EventKind.DEAD_LETTERED, task(1), 1, 4);
        assertThat(fold.dead())
                .containsExactly(
                        new Death(task(2), new Position(1, 2), 11), new Death(task(1), new Position(1, 4), 13));
    }

    @Test
    void anEventThatIsRepeatedChangesNothing() {
        take(EventKind.DEAD_LETTERED, task(1), 1, 1);
        take(EventKind.RESTORED, task(1), 1, 2);
        take(EventKind.DEAD_LETTERED, task(1), 1, 1);

        assertThat(fold.dead()).isEmpty();
    }

    @Test
    void whatASourceWroteThatNoLongerOwnedTheQueueChangesNothing() {
        take(EventKind.DEAD_LETTERED, task(1), 1, 1);
        fold.take(
                new EventHeaders(
                        QUEUE,
                        new Position(2, 0),
                        Optional.empty(),
                        Optional.of(EventKind.SOURCE_STARTED),
                        Optional.empty(),
                        false),
                offset++);
        take(EventKind.RESTORED, task(1), 1, 2);
        take(EventKind.DEAD_LETTERED, task(2), 1, 3);

        assertThat(fold.dead()).extracting(Death::task).containsExactly(task(1));
        assertThat(fold.last()).contains(new Position(2, 0));
    }

    @Test
    void eventsOfOtherQueuesAreIgnored() {
        fold.take(headers("other", Optional.of(EventKind.DEAD_LETTERED), task(1), new Position(9, 1)), offset++);

        assertThat(fold.dead()).isEmpty();
        assertThat(fold.first()).isEmpty();
    }

    @Test
    void anEventOfAKindThatIsNotKnownLeavesItsTaskAsItIs() {
        take(EventKind.DEAD_LETTERED, task(1), 1, 1);
        fold.take(headers(QUEUE, Optional.empty(), task(1), new Position(1, 2)), offset++);

        assertThat(fold.dead()).extracting(Death::task).containsExactly(task(1));
    }

    @Test
    void deathsBeforeTheOffsetAreLeftOutAndLaterEventsOfTheirTasksCount() {
        fold = new DeadTaskFold(QUEUE, task -> true, 11, 100);
        take(EventKind.DEAD_LETTERED, task(1), 1, 1);
        take(EventKind.DEAD_LETTERED, task(2), 1, 2);
        take(EventKind.DEAD_LETTERED, task(3), 1, 3);
        take(EventKind.RESTORED, task(3), 1, 4);

        assertThat(fold.dead()).extracting(Death::task).containsExactly(task(2));
    }

    @Test
    void noMoreTasksAreKeptThanAllowedAndTheOffsetOfTheFirstFurtherOneIsKnown() {
        fold = new DeadTaskFold(QUEUE, task -> true, 0, 2);
        take(EventKind.DEAD_LETTERED, task(1), 1, 1);
        take(EventKind.DEAD_LETTERED, task(2), 1, 2);
        assertThat(fold.firstNotKept()).isEmpty();
        take(EventKind.DEAD_LETTERED, task(3), 1, 3);
        take(EventKind.RESTORED, task(1), 1, 4);
        take(EventKind.DEAD_LETTERED, task(4), 1, 5);

        assertThat(fold.dead()).extracting(Death::task).containsExactly(task(2));
        assertThat(fold.firstNotKept()).hasValue(12);
    }

    @Test
    void theLatestEventOfTheSelectedTasksIsKnown() {
        fold = new DeadTaskFold(QUEUE, task(1)::equals, 0, 2);
        take(EventKind.DEAD_LETTERED, task(2), 1, 1);
        assertThat(fold.latest()).isEmpty();
        take(EventKind.COMPLETED, task(1), 1, 2);
        take(EventKind.ENQUEUED, task(3), 1, 3);

        assertThat(fold.dead()).isEmpty();
        assertThat(fold.latest())
                .contains(new DeadTaskPage.LatestEvent(Optional.of(EventKind.COMPLETED), new Position(1, 2), 11));
    }
}
