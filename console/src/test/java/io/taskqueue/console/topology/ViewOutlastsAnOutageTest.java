package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.console.fold.ViewEvents;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewOutlastsAnOutageTest {

    @Test
    void withoutKafkaTheLastViewIsShownAndSaysSo(@TempDir Path directory) throws Exception {
        ViewEvents orders = new ViewEvents("orders", 1);
        EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        int port = kafka.port();
        try (ViewCluster cluster = new ViewCluster(kafka.bootstrapServers(), directory)) {
            cluster.createTopic(1);
            cluster.send(0, orders.enqueued(1), orders.enqueued(2));
            try (ViewService view =
                    cluster.view().lifeTimeout(Duration.ofSeconds(1)).start()) {
                ViewCluster.await().until(() -> view.queue("orders").isPresent());
                ViewCluster.awaitCurrent(view);
                kafka.close();

                ViewCluster.await().until(() -> view.progress().state() == State.DISCONNECTED);

                ViewProgress progress = view.progress();
                assertThat(progress.problem())
                        .startsWith("Kafka cannot be used: ")
                        .endsWith(". What is shown is as of the time before; it continues by itself.");
                Instant asOf = progress.asOf();
                assertThat(asOf).isNotNull();
                assertThat(view.queues()).extracting(QueueView::name).containsExactly("orders");
                assertThat(view.tasks(new TaskQuery("orders", "pending", null, 10, null))
                                .items())
                        .hasSize(2);
                assertThatThrownBy(() -> view.life("orders/1/1", false))
                        .isInstanceOf(TimeoutException.class)
                        .hasMessage("Kafka did not return the records of partition 0 of topic " + cluster.topic
                                + " within 1000 ms. Check that the brokers can be reached, and try again.");

                kafka = EmbeddedKafka.start(directory.resolve("kafka"), port);
                cluster.send(0, orders.leased(1, 1));
                ViewCluster.await().until(() -> view.queue("orders")
                        .map(queue -> queue.depth().leased() == 1)
                        .orElse(false));
                ViewCluster.awaitCurrent(view);
                assertThat(view.progress().problem()).isNull();
                assertThat(view.progress().asOf()).isAfter(asOf);
            }
        } finally {
            kafka.close();
        }
    }
}
