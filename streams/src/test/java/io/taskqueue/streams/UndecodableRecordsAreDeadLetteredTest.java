package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class UndecodableRecordsAreDeadLetteredTest {

    @Test
    void theyAreDeadLetteredOnceWithTheReasonAndTheSequenceContinues() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            EventTopicWriter source = cluster.source("orders", 1).open();
            source.tasks(0, 2);
            source.undecodable(true, "orders".getBytes(StandardCharsets.UTF_8));
            source.undecodable(false, null);
            source.tasks(2, 4);
            SinkService service = cluster.start(cluster.sink("tolerant", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("tolerant", service);
            service.close();
            assertThat(service.status().undecodable()).isEqualTo(2);
            assertThat(service.status().queues().get(0).counts().gaps()).isZero();
            assertThat(cluster.ledger.calls()).hasSize(12);

            cluster.rewind("tolerant");
            SinkService again = cluster.start(cluster.sink("tolerant", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("tolerant", again);
            assertThat(again.status().undecodable()).isZero();

            List<ConsumerRecord<byte[], byte[]>> deadLetters = read("tolerant.dead", 2);
            assertThat(deadLetters).hasSize(2);
            assertThat(deadLetters).allMatch(record -> text(record.value()).equals("{\"broken"));
            assertThat(header(deadLetters.get(0), "taskqueue_dead_topic")).isEqualTo(cluster.topic);
            assertThat(header(deadLetters.get(0), "taskqueue_dead_partition")).isEqualTo("0");
            assertThat(header(deadLetters.get(0), "taskqueue_dead_offset")).isEqualTo("7");
            assertThat(header(deadLetters.get(0), "taskqueue_dead_reason")).isNotBlank();
            assertThat(header(deadLetters.get(0), "ce_id")).isEqualTo("orders/1/7");
            assertThat(header(deadLetters.get(1), "taskqueue_dead_offset")).isEqualTo("8");
        }
    }

    @Test
    void theLargestRecordThatTheTopicAcceptsIsDeadLetteredToo() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", SinkTestCluster.bootstrap(), "max.request.size", 2_000_000),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            byte[] large = new byte[1_048_588 - 80];
            producer.send(new ProducerRecord<>(cluster.topic, 0, null, large)).get();
            SinkService service = cluster.start(cluster.sink("roomy", cluster.calling(Duration.ZERO)));
            cluster.awaitCaughtUp("roomy", service);

            assertThat(read("roomy.dead", 1).get(0).value()).isEqualTo(large);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic, int expected) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", SinkTestCluster.bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(found::add);
                return found.size() >= expected;
            });
        }
        return found;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return text(record.headers().lastHeader(name).value());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
