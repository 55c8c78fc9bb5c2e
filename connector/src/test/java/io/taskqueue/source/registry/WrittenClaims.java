package io.taskqueue.source.registry;

import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Claims that are written to a registry, for tests. */
public final class WrittenClaims {

    private WrittenClaims() {}

    /** Writes the claims; returns them with their epochs. */
    public static List<Claim> write(Map<String, Object> kafka, String registry, List<Claim> drafts)
            throws InterruptedException {
        Duration timeout = Duration.ofSeconds(20);
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
                TopicReader reader = TopicReader.open(kafka, IsolationLevel.READ_UNCOMMITTED, timeout)) {
            return new ClaimRegistry(reader, registry).claim(producer, new KafkaRequests(timeout), drafts, 0);
        }
    }
}
