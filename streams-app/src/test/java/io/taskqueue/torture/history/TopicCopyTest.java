package io.taskqueue.torture.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.torture.history.TopicEntry.InvalidRecord;
import io.taskqueue.torture.history.TopicEntry.LoggedEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicCopyTest {

    private static final String TOPIC = "copied.events";

    @TempDir
    Path directory;

    @Test
    void everyRecordOfAQueueIsCopiedInItsOrder() throws Exception {
        RunDirectory run = new RunDirectory(directory.resolve("run"));
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            Map<String, Object> clients = Map.of("bootstrap.servers", kafka.bootstrapServers());
            long epoch = publish(clients);
            writePoison(clients);

            assertThat(TopicCopy.copy(clients, TOPIC, run)).isEqualTo(8);

            List<TopicEntry> events = new ArrayList<>();
            run.queue("orders").events(events::add);
            assertThat(events.subList(0, 6))
                    .extracting(entry -> ((LoggedEvent) entry).kind())
                    .containsExactly(
                            EventKind.SOURCE_STARTED,
                            EventKind.ENQUEUED,
                            EventKind.LEASE_GRANTED,
                            EventKind.FAILED,
                            EventKind.REQUEUED,
                            EventKind.DRAINED);
            assertThat(events.subList(0, 6)).allSatisfy(entry -> {
                LoggedEvent event = (LoggedEvent) entry;
                assertThat(event.position().epoch()).isEqualTo(epoch);
                assertThat(event.position().sequence()).isEqualTo(event.offset());
                assertThat(event.instance()).isNotNull();
            });
            assertThat(((LoggedEvent) events.get(3)).task().token()).isNotNull();
            assertThat(events.stream()
                            .filter(entry -> entry instanceof LoggedEvent event && event.task() != null)
                            .map(entry -> ((LoggedEvent) entry).task())
                            .toList())
                    .allSatisfy(task -> {
                        assertThat(task.key()).isEqualTo("line 1");
                        assertThat(task.payload()).hasSize(8);
                    });
            assertThat(events.subList(6, 7)).allMatch(InvalidRecord.class::isInstance);
            assertThat(run.queues()).containsExactly("(no key)", "orders");
        }
    }

    private static long publish(Map<String, Object> clients) throws Exception {
        try (TaskQueue<String> queue = TaskQueue.<String>builder("orders").build();
                ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(clients)
                        .topic(TOPIC)
                        .partitions(1)
                        .start()) {
            queue.enqueue("a task", "line 1");
            Lease<String> lease = queue.lease();
            lease.fail(TaskError.of("no answer"));
            var unused = source.replicated().get(30, TimeUnit.SECONDS);
            return source.epoch();
        }
    }

    private static void writePoison(Map<String, Object> clients) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(clients, new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] value = "{\"kind\":".getBytes(StandardCharsets.UTF_8);
            byte[] key = "orders".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(TOPIC, 0, key, value)).get(30, TimeUnit.SECONDS);
            producer.send(new ProducerRecord<>(TOPIC, 0, null, value)).get(30, TimeUnit.SECONDS);
        }
    }
}
