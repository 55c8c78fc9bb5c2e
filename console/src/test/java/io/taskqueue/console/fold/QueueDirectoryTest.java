package io.taskqueue.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.QueueView;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QueueDirectoryTest {

    private final QueueDirectory directory = new QueueDirectory();

    @Test
    void queuesAreInTheOrderOfTheirNames() {
        directory.put(queue("b", 0, 1));
        directory.put(queue("a", 1, 1));
        assertThat(directory.queues()).as("before they are published").isEmpty();

        directory.publish();

        assertThat(directory.queues()).extracting(QueueView::name).containsExactly("a", "b");
        assertThat(directory.queue("a")).contains(queue("a", 1, 1));
        assertThat(directory.queue("c")).isEmpty();
    }

    @Test
    void theListStaysTheSameObjectWhileNothingChanges() {
        directory.put(queue("a", 0, 1));
        directory.publish();
        List<QueueView> before = directory.queues();

        directory.put(queue("a", 0, 1));
        directory.publish();

        assertThat(directory.queues()).isSameAs(before);
    }

    @Test
    void onlyWhatChangedIsReplaced() {
        directory.put(queue("a", 0, 1));
        directory.put(queue("b", 0, 1));
        directory.publish();
        List<QueueView> before = directory.queues();

        directory.put(queue("b", 0, 2));
        directory.publish();

        assertThat(directory.queues().get(0)).isSameAs(before.get(0));
        assertThat(directory.queue("b")).contains(queue("b", 0, 2));
        assertThat(before.get(1)).as("a list that a reader has").isEqualTo(queue("b", 0, 1));
    }

    @Test
    void queuesThatAPartitionDoesNotHaveAnyMoreAreRemoved() {
        directory.put(queue("a", 0, 1));
        directory.put(queue("b", 0, 1));
        directory.put(queue("c", 1, 1));
        directory.publish();

        directory.retain(0, Set.of("b"));
        directory.publish();

        assertThat(directory.queues()).extracting(QueueView::name).containsExactly("b", "c");
        assertThat(directory.queue("a")).isEmpty();
        directory.clear();
        directory.publish();
        assertThat(directory.queues()).isEmpty();
    }

    @Test
    void aQueueInTwoPartitionsIsShownAsOfItsNewerPosition() {
        directory.put(queue("a", 0, 7));
        directory.put(queue("a", 1, 3));
        directory.publish();
        assertThat(directory.queue("a")).contains(queue("a", 0, 7));

        directory.put(queue("a", 1, 8));
        directory.retain(0, Set.of("a"));
        directory.publish();

        assertThat(directory.queue("a")).contains(queue("a", 1, 8));
    }

    private static QueueView queue(String name, int partition, long sequence) {
        return new QueueView(
                name,
                partition,
                1,
                sequence,
                ViewEvents.BEGIN,
                new QueueView.Depth(0, 0, 0, 0),
                new QueueView.Totals(0, 0, 0, 0, 0, 0, 0),
                new QueueView.Rates(0, 0, 0),
                null,
                null,
                0);
    }
}
