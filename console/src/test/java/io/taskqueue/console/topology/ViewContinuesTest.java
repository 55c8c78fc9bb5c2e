package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.taskqueue.console.fold.ViewEvents;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.event.TaskId;
import io.taskqueue.kafka.TopicNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** What a view survives, on a real broker. */
class ViewContinuesTest {

    private final ViewEvents orders = new ViewEvents("orders", 1);
    private final ViewEvents mail = new ViewEvents("mail", 1);

    /** As long as a transaction may last: what the view has read is not committed before the topic is deleted. */
    private static final Map<String, ?> RARE_COMMITS = Map.of("streams.commit.interval.ms", 9_000);

    @Test
    void aRestartedViewContinuesWithItsStateAndAWipedOneIsRestored() throws Exception {
        try (ViewCluster cluster = new ViewCluster()) {
            cluster.createTopic(2);
            try (ViewService view = cluster.view().start()) {
                cluster.send(0, orders.started(1), orders.enqueued(1), orders.enqueued(2), orders.leased(1, 1));
                cluster.send(1, mail.enqueued(1), mail.drained(1, 1));
                cluster.send(1, "mail", "{}".getBytes(StandardCharsets.UTF_8), new RecordHeaders());
                awaitEvents(view, "orders", 3);
                ViewCluster.awaitCurrent(view);
            }
            cluster.send(0, orders.completed(1, 1));
            cluster.deleteRecords(0, 3); // so that nothing is folded again

            try (ViewService view = cluster.view().start()) {
                awaitEvents(view, "orders", 4);
                ViewCluster.awaitCurrent(view);
                assertThat(phases(view)).containsExactly("completed", "pending");
                assertThat(view.progress().notes())
                        .containsExactly(
                                "1 records of topic " + cluster.topic
                                        + " are not valid events; they are skipped, and missing here. Find who writes to the topic.");

                TaskLife life = view.life("orders/1/1", false).orElseThrow();
                assertThat(life.events()).extracting(EventView::kind).containsExactly("LeaseGranted", "Completed");
                assertThat(life.missing())
                        .as("the first event, which the topic does not hold")
                        .isEqualTo(1);
                assertThat(view.life("orders/1/99", false)).isEmpty();
                assertThat(view.life("nonsense", false)).isEmpty();
            }

            ViewCluster.delete(cluster.state("one"));
            try (ViewService view = cluster.view().start()) {
                ViewCluster.awaitCurrent(view);
                ViewCluster.await().untilAsserted(() -> assertThat(view.queues())
                        .extracting(QueueView::name)
                        .containsExactly("mail", "orders"));
                assertThat(phases(view)).containsExactly("completed", "pending");
                assertThat(view.queue("orders").orElseThrow().totals().enqueued())
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void theLifeOfATaskThatWasRestoredIntoAnotherQueueHasTheEventsOfBoth() throws Exception {
        try (ViewCluster cluster = new ViewCluster()) {
            cluster.createTopic(2);
            TaskId id = orders.id(1);
            cluster.send(0, orders.enqueued(1), orders.drained(1, 1));
            mail.at(orders.now().plusSeconds(5));
            cluster.send(1, mail.restoredFrom(id, 1));

            try (ViewService view = cluster.view().start()) {
                awaitEvents(view, "mail", 1);
                awaitEvents(view, "orders", 2);

                TaskLife life = view.life("orders/1/1", true).orElseThrow();

                assertThat(life.task().queueName()).isEqualTo("mail");
                assertThat(life.task().phase()).isEqualTo("pending");
                assertThat(life.events())
                        .extracting(EventView::kind, EventView::queueName)
                        .containsExactly(
                                tuple("Enqueued", "orders"), tuple("Drained", "orders"), tuple("Restored", "mail"));
                assertThat(life.events()).extracting(EventView::payload).containsOnly("\"payload of orders/1/1\"");
                assertThat(life.missing()).isZero();
            }
        }
    }

    @Test
    void aTopicThatEndsWithTheMarkerOfATransactionIsReadToItsEnd() throws Exception {
        try (ViewCluster cluster = new ViewCluster()) {
            cluster.createTopic(1);
            cluster.sendInTransaction(0, orders.enqueued(1));

            try (ViewService view = cluster.view().start()) {
                awaitEvents(view, "orders", 1);
                ViewCluster.awaitCurrent(view);

                assertThat(view.life("orders/1/1", false).orElseThrow().events())
                        .hasSize(1);
            }
        }
    }

    @Test
    void aViewFollowsItsTopicThroughAddedPartitions() throws Exception {
        try (ViewCluster cluster = new ViewCluster();
                ViewService view = cluster.view().start()) {
            cluster.createTopic(1);
            cluster.send(0, orders.started(1), orders.enqueued(1), orders.enqueued(2));
            awaitEvents(view, "orders", 2);

            cluster.admin
                    .createPartitions(Map.of(cluster.topic, NewPartitions.increaseTo(3)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            ViewCluster.await().ignoreExceptions().until(() -> {
                cluster.send(2, mail.enqueued(1));
                return true;
            });
            awaitEvents(view, "mail", 1);
            assertThat(phases(view)).as("of before").hasSize(2);
        }
    }

    @Test
    void aViewFollowsItsTopicThroughRecreation() throws Exception {
        try (ViewCluster cluster = new ViewCluster();
                ViewService view = cluster.view("one", RARE_COMMITS).start()) {
            cluster.createTopic(1);
            cluster.send(0, orders.started(1), orders.enqueued(1), orders.enqueued(2));
            awaitEvents(view, "orders", 2);

            cluster.deleteTopic();
            ViewCluster.await().untilAsserted(() -> assertThat(view.progress().problem())
                    .isEqualTo("The view waits for its event topic: topic " + cluster.topic
                            + " does not exist. It starts as soon as the topic can be read; a source creates it."));
            assertThat(view.progress().state()).isEqualTo(State.STARTING);
            cluster.createTopic(1);
            ViewEvents again = new ViewEvents("orders", 1);
            cluster.send(0, again.enqueued(7));
            ViewCluster.await().untilAsserted(() -> assertThat(view.tasks(new TaskQuery("orders", null, null, 10, null))
                            .items())
                    .extracting(TaskView::taskId)
                    .containsExactly("orders/1/7"));
            ViewCluster.await().untilAsserted(() -> assertThat(view.queues())
                    .extracting(QueueView::name)
                    .containsExactly("orders"));
            ViewCluster.awaitCurrent(view);
        }
    }

    @Test
    void aViewWhoseChangelogWasDeletedIsBuiltAgainFromTheEvents() throws Exception {
        try (ViewCluster cluster = new ViewCluster()) {
            cluster.createTopic(1);
            cluster.send(0, orders.enqueued(1), orders.enqueued(2), orders.leased(1, 1));
            try (ViewService view = cluster.view().start()) {
                awaitEvents(view, "orders", 3);
                ViewCluster.awaitCurrent(view);
            }
            cluster.admin
                    .deleteTopics(List.of(TopicNames.consoleView(cluster.name)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            ViewCluster.delete(cluster.state("one"));
            cluster.send(0, orders.completed(1, 1));

            try (ViewService view = cluster.view().start()) {
                awaitEvents(view, "orders", 4);
                ViewCluster.awaitCurrent(view);
                assertThat(phases(view)).containsExactly("completed", "pending");
                assertThat(view.queue("orders").orElseThrow().totals().enqueued())
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void aSecondConsoleOfTheSameNameIsReported() throws Exception {
        try (ViewCluster cluster = new ViewCluster()) {
            cluster.createTopic(2);
            cluster.send(0, orders.enqueued(1));
            cluster.send(1, mail.enqueued(1));
            try (ViewService first = cluster.view().start()) {
                ViewCluster.awaitCurrent(first);
                try (ViewService second = cluster.view("two").start()) {
                    ViewCluster.await().until(() -> first.progress().problem() != null);
                    assertThat(first.progress().problem())
                            .matches("This process does not have all partitions of topic " + cluster.topic
                                    + ": [01] of 2 are missing, and with them their queues\\. Another process uses the name "
                                    + cluster.name + ", on 127\\.0\\.0\\.1\\. Stop it, or give this one another name"
                                    + " \\(--name\\)\\.");
                    assertThat(first.progress().state()).isEqualTo(State.CATCHING_UP);
                    assertThat(second.progress().state()).isNotEqualTo(State.CURRENT);
                }
                ViewCluster.await().until(() -> first.progress().problem() == null);
                ViewCluster.awaitCurrent(first);
                assertThat(first.queues()).extracting(QueueView::name).containsExactly("mail", "orders");
            }
        }
    }

    private static void awaitEvents(ViewService view, String queue, long sequence) {
        ViewCluster.await().untilAsserted(() -> assertThat(view.queue(queue).map(QueueView::sequence))
                .as("%s", view.progress())
                .contains(sequence));
    }

    private static List<String> phases(ViewService view) {
        return view.tasks(new TaskQuery("orders", null, null, 10, null)).items().stream()
                .map(TaskView::phase)
                .toList();
    }
}
