package io.taskqueue.console.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueContents;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.QueueFold.Step;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartitionFoldTest {

    private static final Clock CLOCK = Clock.fixed(ViewEvents.BEGIN.plusSeconds(50), ZoneOffset.UTC);
    private static final EventTopicState TOPIC = new EventTopicState("topic-1", 1, Map.of());
    private static final FoldBounds FEW = new FoldBounds(2, 1_000, 1_000, 100, 4);

    private final MemoryViewStore store = new MemoryViewStore();
    private final QueueActivities activities = new QueueActivities(1_000);
    private final QueueDirectory directory = new QueueDirectory();
    private final ViewEvents orders = new ViewEvents("orders", 1);
    private PartitionFold fold = fold(FEW);
    private long offset;

    @Test
    void aTaskIsShownAsOfItsNewestEvent() {
        apply(orders.started(1), orders.enqueued(1));
        assertThat(task(1))
                .isEqualTo(new TaskView(
                        "orders",
                        "orders/1/1",
                        "pending",
                        1,
                        ViewEvents.BEGIN.plusSeconds(1),
                        ViewEvents.BEGIN.plusSeconds(2),
                        null,
                        null,
                        null,
                        "key-1",
                        "normal"));

        apply(orders.leased(1, 1));
        assertThat(task(1).phase()).isEqualTo("leased");
        assertThat(task(1).leaseExpiration()).isEqualTo(orders.now().plus(ViewEvents.LEASE));

        apply(orders.failed(1, 1, "no answer"));
        assertThat(task(1).phase()).isEqualTo("delayed");
        assertThat(task(1).attempt()).isEqualTo(2);
        assertThat(task(1).lastError()).isEqualTo("no answer");
        assertThat(task(1).availableAt()).isEqualTo(orders.now().plus(ViewEvents.DELAY));

        apply(orders.requeued(1, 2), orders.leased(1, 2), orders.died(1, 2, "refused"));
        assertThat(task(1).phase()).isEqualTo("dead");
        assertThat(task(1).lastError()).isEqualTo("GaveUp: refused");

        apply(orders.restored(1, 3), orders.leased(1, 3), orders.completed(1, 3));
        assertThat(task(1).phase()).isEqualTo("completed");
        assertThat(task(1).attempt()).isEqualTo(3);
    }

    @Test
    void theOffsetsOfATasksEventsAreKeptTheFirstAndTheNewest() {
        apply(orders.enqueued(1), orders.enqueued(2), orders.leased(1, 1));
        assertThat(indexed(1).events().kept()).containsExactly(0L, 2L);

        apply(orders.heartbeat(1, 1), orders.heartbeat(1, 1), orders.heartbeat(1, 1), orders.completed(1, 1));

        assertThat(indexed(1).events().kept()).containsExactly(0L, 4L, 5L, 6L);
        assertThat(indexed(1).events().events()).isEqualTo(6);
    }

    @Test
    void aQueueIsShownWithItsNumbers() {
        apply(orders.started(1), orders.enqueued(1), orders.enqueued(2), orders.enqueued(3), orders.enqueued(4));
        apply(orders.leased(1, 1), orders.leased(2, 1), orders.completed(1, 1), orders.failed(2, 1, "no answer"));
        apply(orders.leased(3, 1));
        refresh(Instant.MIN);

        assertThat(directory.queue("orders"))
                .contains(new QueueView(
                        "orders",
                        0,
                        1,
                        9,
                        orders.now(),
                        new QueueView.Depth(1, 1, 1, 0),
                        new QueueView.Totals(4, 0, 1, 0, 0, 0, 1),
                        new QueueView.Rates(10 / 50.0, 4 / 50.0, 1 / 50.0),
                        ViewEvents.BEGIN.plusSeconds(5),
                        null,
                        0));
    }

    @Test
    void aQueueItsHistoryAndItsTasksAreOfOneMoment() {
        apply(orders.started(1), orders.enqueued(1), orders.enqueued(2));
        refresh(Instant.MIN);
        apply(orders.enqueued(3), orders.leased(1, 1));

        QueueContents contents = fold.contents(new TaskQuery("orders", "pending", null, 10, null), Instant.MIN)
                .orElseThrow();

        assertThat(directory.queue("orders").orElseThrow().depth().pending())
                .as("the directory is of an earlier moment")
                .isEqualTo(2);
        assertThat(contents.queue().depth()).isEqualTo(new QueueView.Depth(2, 0, 1, 0));
        assertThat(contents.queue().sequence()).isEqualTo(4);
        assertThat(contents.tasks().items()).extracting(TaskView::taskId).containsExactly("orders/1/3", "orders/1/2");
        assertThat(contents.tasks().total()).isEqualTo(2);
        assertThat(contents.history().get(contents.history().size() - 1).depth())
                .isEqualTo(contents.queue().depth());
        assertThat(fold.contents(new TaskQuery("unknown", null, null, 10, null), Instant.MIN))
                .isEmpty();
    }

    @Test
    void tasksAreSelectedByTheirFailedAttempts() {
        apply(orders.started(1), orders.enqueued(1), orders.enqueued(2), orders.enqueued(3));
        apply(orders.leased(1, 1), orders.failed(1, 1, "503"), orders.requeued(1, 2), orders.leased(1, 2));
        apply(orders.failed(1, 2, "503"), orders.leased(2, 1), orders.expired(2, 1));
        apply(orders.leased(3, 1), orders.failed(3, 1, "503"), orders.died(3, 1, "503"));

        assertThat(failedAtLeast(1)).containsExactlyInAnyOrder("orders/1/1 2", "orders/1/2 1", "orders/1/3 1");
        assertThat(failedAtLeast(2)).containsExactly("orders/1/1 2");
        assertThat(failedAtLeast(3)).isEmpty();
    }

    private List<String> failedAtLeast(int attempts) {
        return fold.tasks(new TaskQuery("orders", null, attempts, null, 10, null)).items().stream()
                .map(task -> task.taskId() + " " + task.failedAttempts())
                .toList();
    }

    @Test
    void whatTheOwnerShouldHaveDoneBeforeIsOverdue() {
        apply(orders.started(1), orders.enqueued(1), orders.enqueued(2), orders.leased(1, 1), orders.leased(2, 1));
        Instant expires = orders.now().minusSeconds(1).plus(ViewEvents.LEASE);

        refresh(expires);
        assertThat(directory.queue("orders").orElseThrow().overdueSince()).isNull();
        refresh(expires.plusSeconds(1));
        assertThat(directory.queue("orders").orElseThrow().overdueSince()).isEqualTo(expires);

        apply(orders.heartbeat(1, 1), orders.failed(2, 1, "no answer"));
        refresh(orders.now().plus(ViewEvents.DELAY).plusSeconds(1));
        assertThat(directory.queue("orders").orElseThrow().overdueSince())
                .as("the end of the delay")
                .isEqualTo(orders.now().plus(ViewEvents.DELAY));
    }

    @Test
    void tasksThatTheOwnerDoesNotKnowAreNotOverdue() {
        apply(orders.enqueued(1), orders.leased(1, 1), orders.started(2));

        refresh(orders.now().plusSeconds(1_000));

        assertThat(directory.queue("orders").orElseThrow().overdueSince()).isNull();
    }

    @Test
    void theOldestPendingTaskIsThatBehindTheOnesThatLeft() {
        for (int task = 1; task <= 5; task++) {
            apply(orders.enqueued(task));
        }
        apply(orders.leased(1, 1), orders.leased(2, 1));
        refresh(Instant.MIN);
        assertThat(directory.queue("orders").orElseThrow().oldestPendingAt())
                .isEqualTo(ViewEvents.BEGIN.plusSeconds(3));

        apply(orders.leased(3, 1), orders.leased(4, 1), orders.leased(5, 1));
        refresh(Instant.MIN);
        assertThat(directory.queue("orders").orElseThrow().oldestPendingAt()).isNull();
    }

    @Test
    void aSnapshotChangesNoPlace() {
        apply(orders.enqueued(1), orders.enqueued(2), orders.snapshot(1, 1));
        refresh(Instant.MIN);

        assertThat(ids(query(null, null))).containsExactly("orders/1/2", "orders/1/1");
        assertThat(directory.queue("orders").orElseThrow().oldestPendingAt())
                .isEqualTo(ViewEvents.BEGIN.plusSeconds(1));
        assertThat(indexed(1).events().kept()).containsExactly(0L, 2L);
    }

    @Test
    void duplicatesAndEventsOfFormerOwnersChangeNothing() {
        ReplicationEvent<String> first = orders.enqueued(1);
        ReplicationEvent<String> late = new ViewEvents("orders", 1).skip(5).leased(1, 1);
        apply(first, orders.started(2));

        assertThat(fold.apply(first, offset++)).isEqualTo(Step.STALE);
        assertThat(fold.apply(late, offset++)).isEqualTo(Step.STALE);
        ReplicationEvent<String> second = orders.enqueued(2);
        apply(second);
        assertThat(fold.apply(second, offset++)).isEqualTo(Step.DUPLICATE);
        refresh(Instant.MIN);

        QueueView view = directory.queue("orders").orElseThrow();
        assertThat(view.staleEvents()).isEqualTo(2);
        assertThat(view.totals().enqueued()).isEqualTo(2);
        assertThat(task(1).phase()).isEqualTo("pending");
    }

    @Test
    void anEventAfterAGapIsApplied() {
        apply(orders.enqueued(1));

        assertThat(fold.apply(orders.skip(3).enqueued(2), offset++)).isEqualTo(Step.GAP);

        assertThat(task(2).phase()).isEqualTo("pending");
    }

    @Test
    void aTaskIsFoundInEachQueueThatHasHadIt() {
        ViewEvents archive = new ViewEvents("archive", 7);
        TaskId id = orders.id(1);
        apply(orders.enqueued(1), orders.drained(1, 1), archive.restoredFrom(id, 1));

        assertThat(fold.find(id)).extracting(IndexedTask::queueName).containsExactly("orders", "archive");
        assertThat(fold.find(new TaskId("orders", 1, 2))).isEmpty();
        assertThat(fold.tasks(new TaskQuery("archive", null, null, 10, null)).items())
                .extracting(TaskView::taskId)
                .containsExactly("orders/1/1");
    }

    @Test
    void endedTasksAreKeptUpToABoundOfTheirQueue() {
        for (int task = 1; task <= 5; task++) {
            apply(orders.enqueued(task), orders.leased(task, 1), orders.completed(task, 1));
        }
        apply(orders.enqueued(6), orders.leased(6, 1), orders.died(6, 1, "refused"));
        refresh(Instant.MIN);

        assertThat(ids(query("completed", null))).containsExactly("orders/1/5", "orders/1/4");
        assertThat(ids(query("dead", null))).containsExactly("orders/1/6");
        assertThat(fold.find(orders.id(1))).isEmpty();
        assertThat(directory.queue("orders").orElseThrow().totals().completed()).isEqualTo(5);
        assertThat(store.size())
                .as("three tasks and their order, the queue, the partition")
                .isEqualTo(8);
    }

    @Test
    void beyondTheBoundInTotalTheQueueWithTheMostEndedTasksLosesItsOldest() {
        fold = fold(new FoldBounds(100, 20, 1_000, 100, 4));
        ViewEvents quiet = new ViewEvents("quiet", 1);
        apply(quiet.enqueued(1), quiet.leased(1, 1), quiet.completed(1, 1));

        for (int task = 1; task <= 40; task++) {
            apply(orders.enqueued(task), orders.leased(task, 1), orders.completed(task, 1));
        }

        assertThat(fold.tasks(new TaskQuery("quiet", "completed", null, 10, null))
                        .total())
                .isEqualTo(1);
        assertThat(ids(query("completed", null))).hasSizeBetween(17, 19).startsWith("orders/1/40", "orders/1/39");
    }

    @Test
    void liveTasksBeyondTheBoundAreCountedAndNotListed() {
        fold = fold(new FoldBounds(2, 20, 3, 100, 4));
        for (int task = 1; task <= 5; task++) {
            apply(orders.enqueued(task));
        }
        assertThat(ids(query(null, null))).containsExactly("orders/1/3", "orders/1/2", "orders/1/1");
        assertThat(fold.unlisted()).isEqualTo(2);

        apply(orders.leased(1, 1), orders.completed(1, 1), orders.leased(4, 1));

        assertThat(ids(query("leased", null))).as("there is room again").containsExactly("orders/1/4");
    }

    @Test
    void beyondTheBoundOfQueuesTheQuietestWithoutLiveTasksIsForgotten() {
        fold = fold(new FoldBounds(2, 20, 20, 2, 4));
        ViewEvents quiet = new ViewEvents("quiet", 1);
        ViewEvents third = new ViewEvents("third", 1);
        apply(quiet.enqueued(1), quiet.leased(1, 1), quiet.completed(1, 1));
        apply(orders.enqueued(1));
        refresh(Instant.MIN);
        assertThat(directory.queues()).extracting(QueueView::name).containsExactly("orders", "quiet");

        apply(third.enqueued(1));
        refresh(Instant.MIN);
        assertThat(directory.queues()).extracting(QueueView::name).containsExactly("orders", "third");
        assertThat(fold.find(quiet.id(1))).isEmpty();
        assertThat(activities.history("quiet")).isEmpty();

        apply(new ViewEvents("fourth", 1).enqueued(1));
        refresh(Instant.MIN);
        assertThat(directory.queues())
                .as("all others have live tasks")
                .extracting(QueueView::name)
                .containsExactly("orders", "third");
        assertThat(fold.unlisted()).isEqualTo(1);
    }

    @Test
    void aFoldContinuesWithWhatItsStoreHolds() {
        apply(orders.started(1), orders.enqueued(1), orders.enqueued(2), orders.leased(1, 1), orders.completed(1, 1));
        fold.skipUndecodable(offset++);
        refresh(Instant.MIN);
        QueueView before = directory.queue("orders").orElseThrow();

        fold = fold(FEW);
        QueueDirectory again = new QueueDirectory();
        fold.refresh(again, Instant.MIN, false);
        again.publish();

        assertThat(again.queues()).containsExactly(before);
        assertThat(fold.next()).isEqualTo(6);
        assertThat(fold.undecodable()).isEqualTo(1);
        assertThat(ids(query(null, null))).containsExactly("orders/1/1", "orders/1/2");
        assertThat(fold.apply(orders.leased(2, 1), offset++)).isEqualTo(Step.APPLIED);
    }

    @Test
    void theViewOfAnotherTopicIsRefused() {
        apply(orders.enqueued(1));

        assertThatThrownBy(() -> new PartitionFold(
                        0, store, new EventTopicState("topic-2", 1, Map.of()), FEW, activities, CLOCK))
                .isInstanceOf(TopicRecreatedException.class)
                .hasMessage("The event topic was recreated: its id was topic-1 and is topic-2.");
    }

    @Test
    void whatANewerVersionStoredIsRefused() {
        apply(orders.enqueued(1));
        store.put(ViewKeys.queue("orders"), new byte[] {2});

        assertThatThrownBy(() -> fold(FEW))
                .isInstanceOf(ViewFormatException.class)
                .hasMessage(
                        "The stored view contains a queue of format version 2, which this version of the console cannot"
                                + " read.");
    }

    @Test
    void liveTasksThatTheTopicNoLongerHoldsAreRemovedWhereTheLogHasOvertakenTheView() {
        apply(orders.enqueued(1), orders.enqueued(2), orders.enqueued(3), orders.leased(3, 1), orders.snapshot(2, 1));

        fold = new PartitionFold(0, store, new EventTopicState("topic-1", 1, Map.of(0, 5L)), FEW, activities, CLOCK);
        assertThat(ids(query(null, null))).as("nothing was missed").hasSize(3);

        fold = new PartitionFold(0, store, new EventTopicState("topic-1", 1, Map.of(0, 6L)), FEW, activities, CLOCK);
        assertThat(ids(query(null, null))).isEmpty();

        apply(orders.enqueued(4));
        fold = new PartitionFold(0, store, new EventTopicState("topic-1", 1, Map.of(0, 4L)), FEW, activities, CLOCK);
        assertThat(ids(query(null, null))).containsExactly("orders/1/4");
    }

    @Test
    void tasksAreListedInParts() {
        for (int task = 1; task <= 25; task++) {
            apply(orders.enqueued(task));
            if (task % 2 == 0) {
                apply(orders.leased(task, 1));
            }
        }
        List<String> all = new ArrayList<>();
        @Nullable String after = null;
        int parts = 0;
        do {
            Page<TaskView> page = fold.tasks(new TaskQuery("orders", null, null, 10, after));
            assertThat(page.total()).isEqualTo(25);
            all.addAll(ids(page));
            after = page.next();
            parts++;
        } while (after != null);

        assertThat(parts).isEqualTo(3);
        assertThat(all).hasSize(25).doesNotHaveDuplicates().startsWith("orders/1/25", "orders/1/24");
        assertThat(fold.tasks(new TaskQuery("orders", "pending", null, 3, null)).total())
                .isEqualTo(13);
    }

    @Test
    void aPartOfAListReadsNoMoreThanItNeeds() {
        for (int task = 1; task <= 5_000; task++) {
            store.read = 0;
            fold = task == 1 ? fold(new FoldBounds(2, 20, 10_000, 100, 4)) : fold;
            apply(orders.enqueued(task));
        }
        store.read = 0;

        Page<TaskView> page = fold.tasks(new TaskQuery("orders", "pending", null, 20, "2500"));

        assertThat(ids(page)).hasSize(20).startsWith("orders/1/2500");
        assertThat(store.read).isLessThanOrEqualTo(21);
    }

    @Test
    void tasksAreFoundByTheirIdentityKeyAndError() {
        apply(orders.enqueued(1), orders.enqueued(2), orders.leased(2, 1), orders.failed(2, 1, "no answer"));

        assertThat(ids(query(null, "orders/1/1"))).containsExactly("orders/1/1");
        assertThat(ids(query(null, "key-2"))).containsExactly("orders/1/2");
        assertThat(ids(query(null, "answer"))).containsExactly("orders/1/2");
        assertThat(ids(query("pending", "answer"))).isEmpty();
        assertThat(ids(query(null, ""))).hasSize(2);
    }

    @Test
    void aSearchEndsAfterSoManyTasksAndContinuesWhereItEnded() {
        fold = fold(new FoldBounds(2, 20, 20_000, 100, 4));
        for (int task = 1; task <= PartitionFold.SEARCHED + 100; task++) {
            apply(orders.enqueued(task));
        }

        Page<TaskView> first = fold.tasks(new TaskQuery("orders", null, "key-77", 1, null));
        Page<TaskView> nothing = fold.tasks(new TaskQuery("orders", null, "absent", 10, null));

        assertThat(ids(first)).containsExactly("orders/1/7799");
        assertThat(nothing.items()).isEmpty();
        assertThat(nothing.next()).as("100 tasks are left").isEqualTo("100");
        assertThat(fold.tasks(new TaskQuery("orders", null, "absent", 10, nothing.next()))
                        .next())
                .isNull();
    }

    @Test
    void invalidQueriesAreRefused() {
        assertThatThrownBy(() -> query("lost", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "There is no phase 'lost'. The phases are pending, delayed, leased, handed-over, dead, drained,"
                                + " completed.");
        assertThatThrownBy(() -> fold.tasks(new TaskQuery("orders", null, null, 10, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A list of tasks cannot continue after 'x'. Pass what its last part returned as next.");
    }

    @Test
    void longErrorsAreShortened() {
        apply(orders.enqueued(1), orders.leased(1, 1), orders.failed(1, 1, "x".repeat(498) + "\uD83D\uDE00 and more"));

        assertThat(task(1).lastError()).isEqualTo("x".repeat(498) + "…");
    }

    @Test
    void ofAClosedFoldNothingIsRead() {
        apply(orders.enqueued(1));

        fold.close();

        assertThat(query(null, null).items()).isEmpty();
        assertThat(fold.find(orders.id(1))).isEmpty();
    }

    @SafeVarargs
    private void apply(ReplicationEvent<String>... events) {
        for (ReplicationEvent<String> event : events) {
            assertThat(fold.apply(event, offset++)).isEqualTo(Step.APPLIED);
        }
    }

    private PartitionFold fold(FoldBounds bounds) {
        return new PartitionFold(0, store, TOPIC, bounds, activities, CLOCK);
    }

    private void refresh(Instant knownUpTo) {
        fold.refresh(directory, knownUpTo, false);
        directory.publish();
    }

    private IndexedTask indexed(long task) {
        return fold.find(orders.id(task)).get(0);
    }

    private TaskView task(long task) {
        return indexed(task).view();
    }

    private Page<TaskView> query(@Nullable String phase, @Nullable String text) {
        return fold.tasks(new TaskQuery("orders", phase, text, 100, null));
    }

    private static List<String> ids(Page<TaskView> page) {
        return page.items().stream().map(TaskView::taskId).toList();
    }
}
