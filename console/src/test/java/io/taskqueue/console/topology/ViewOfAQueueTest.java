package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A queue, its source and the view of them, on a real broker. */
class ViewOfAQueueTest {

    @Test
    void aQueueIsShownFromItsFirstEventOn() throws Exception {
        try (ViewCluster cluster = new ViewCluster();
                ViewService view = cluster.view().start()) {
            ViewCluster.await().until(() -> view.progress().problem() != null);
            assertThat(view.progress())
                    .isEqualTo(
                            new ViewProgress(
                                    ViewProgress.State.STARTING,
                                    null,
                                    0,
                                    0,
                                    "The view waits for its event topic: topic " + cluster.topic
                                            + " does not exist. It starts as soon as the topic can be read; a source creates it."));

            List<EventView> followed = new CopyOnWriteArrayList<>();
            AutoCloseable following = view.follow(followed::add);
            try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                    ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(cluster.kafka())
                            .topic(cluster.topic)
                            .registryTopic(cluster.topic + "-sources")
                            .sourcePeer("dispatcher-a")
                            .start()) {
                queue.enqueue("first");
                queue.enqueue("second");
                Lease<String> lease = queue.lease();
                lease.fail(TaskError.of("no answer"));
                queue.lease().complete();
                source.replicated().get(30, TimeUnit.SECONDS);

                ViewCluster.await()
                        .until(() -> view.queue("orders").isPresent()
                                && view.queue("orders").get().totals().completed() == 1);
                following.close();
            }
            ViewCluster.awaitCurrent(view);

            QueueView shown = view.queue("orders").orElseThrow();
            assertThat(shown.totals().enqueued()).isEqualTo(2);
            assertThat(shown.totals().failed()).isEqualTo(1);
            assertThat(view.queues()).contains(shown);
            assertThat(shown.rates().enqueued()).isPositive();
            assertThat(followed)
                    .extracting(EventView::kind)
                    .startsWith("SourceStarted", "Enqueued", "Enqueued", "LeaseGranted", "Failed");

            Page<TaskView> completed = view.tasks(new TaskQuery("orders", "completed", null, 10, null));
            assertThat(completed.total()).isEqualTo(1);
            String id = completed.items().get(0).taskId();
            TaskLife life = view.life(id, true).orElseThrow();
            assertThat(life.task()).isEqualTo(completed.items().get(0));
            assertThat(life.events())
                    .extracting(EventView::kind)
                    .startsWith("Enqueued")
                    .endsWith("LeaseGranted", "Completed");
            assertThat(life.events()).extracting(EventView::payload).containsOnly("\"second\"");
            assertThat(life.missing()).isZero();
            assertThat(view.life(id, false).orElseThrow().events())
                    .extracting(EventView::payload)
                    .containsOnlyNulls();
        }
    }
}
