package io.taskqueue.torture.fault;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes records to the event topic that are not events. */
public final class PoisonRecords {

    private final Map<String, Object> kafka;
    private final String topic;
    private final ObservedQueues queues;

    public PoisonRecords(Map<String, Object> kafka, String topic, ObservedQueues queues) {
        this.kafka = Map.copyOf(kafka);
        this.topic = topic;
        this.queues = queues;
    }

    /** Writes one to the partition of each queue, without the key and the headers of an event. */
    public void write(int choice) throws InterruptedException, ExecutionException {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            queues.forEach((queue, partition) -> {
                var unused = producer.send(new ProducerRecord<>(topic, partition, key(queue, choice), value(choice)));
            });
            producer.flush();
        }
    }

    private static byte @Nullable [] key(String queue, int choice) {
        return choice % 3 == 0 ? null : queue.getBytes(StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] value(int choice) {
        return switch (choice / 3 % 4) {
            case 0 -> null;
            case 1 -> new byte[] {(byte) 0xFF, 0, (byte) 0xFE};
            case 2 -> "{\"sequenceNumber\":12,\"queueName\":".getBytes(StandardCharsets.UTF_8);
            default -> "{\"kind\":\"Enqueued\",\"sequenceNumber\":\"twelve\"}".getBytes(StandardCharsets.UTF_8);
        };
    }
}
