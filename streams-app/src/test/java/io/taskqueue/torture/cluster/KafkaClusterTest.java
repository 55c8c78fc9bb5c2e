package io.taskqueue.torture.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.history.RunDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaClusterTest {

    @Test
    void recordsAreAcknowledgedWhileOneOfThreeBrokersIsDead(@TempDir Path directory) throws Exception {
        RunRecorder recorder =
                RunRecorder.open(new RunDirectory(directory.resolve("history")), Clock.systemUTC(), Ticker.system());
        try (Children children = Children.open(recorder);
                KafkaCluster cluster = KafkaCluster.start(children, directory.resolve("kafka"))) {
            Map<String, Object> clients = Map.of("bootstrap.servers", cluster.bootstrapServers());
            try (Admin admin = Admin.create(clients);
                    KafkaProducer<String, String> producer =
                            new KafkaProducer<>(clients, new StringSerializer(), new StringSerializer())) {
                admin.createTopics(List.of(new NewTopic("events", Optional.of(1), Optional.empty())))
                        .all()
                        .get();
                assertThat(admin.describeTopics(List.of("events"))
                                .allTopicNames()
                                .get()
                                .get("events")
                                .partitions()
                                .get(0)
                                .replicas())
                        .hasSize(KafkaCluster.BROKERS);

                cluster.brokers().get(0).process().kill();

                assertThat(producer.send(new ProducerRecord<>("events", "value"))
                                .get(60, TimeUnit.SECONDS)
                                .offset())
                        .isZero();
            }
        }
    }
}
