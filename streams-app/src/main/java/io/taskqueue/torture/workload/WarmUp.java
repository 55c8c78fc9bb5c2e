package io.taskqueue.torture.workload;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Loads the classes that take longest, while a process waits for its arguments. */
final class WarmUp {

    /** Nothing listens on the discard port of this machine. */
    private static final Map<String, Object> NOWHERE = Map.of("bootstrap.servers", "127.0.0.1:9");

    private WarmUp() {}

    static void clients() {
        new KafkaProducer<>(NOWHERE, new ByteArraySerializer(), new ByteArraySerializer()).close(Duration.ZERO);
        new KafkaConsumer<>(NOWHERE, new ByteArrayDeserializer(), new ByteArrayDeserializer()).close();
        Admin.create(NOWHERE).close(Duration.ZERO);
    }
}
