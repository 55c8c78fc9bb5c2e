package io.taskqueue.source.publish;

import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.source.unreplicated.EventOrigin;
import io.taskqueue.source.unreplicated.UnreplicatedEvent;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends events that an earlier source could not replicate, each after the one before it was acknowledged: so a failure leaves no
 * gap. For one thread.
 */
public final class UnreplicatedPublisher implements AutoCloseable {

    private final Producer<byte[], byte[]> producer;
    private final EventOrigin origin;
    private final KafkaRequests requests;

    /** @param settings of the producer, as of a source */
    public UnreplicatedPublisher(Map<String, Object> settings, EventOrigin origin, KafkaRequests requests) {
        this.producer = new KafkaProducer<>(settings);
        this.origin = origin;
        this.requests = requests;
    }

    /**
     * Sends the events.
     *
     * @param progress called with the number of acknowledged events
     * @throws org.apache.kafka.common.KafkaException if one was not acknowledged; none behind it was sent
     */
    public void publish(UnreplicatedEvents events, LongConsumer progress) throws InterruptedException {
        long acknowledged = 0;
        for (UnreplicatedEvent event : events) {
            var unused = requests.await(
                    producer.send(record(event)),
                    "publish event " + event.position() + " of queue " + origin.queueName());
            progress.accept(++acknowledged);
        }
    }

    private ProducerRecord<byte[], byte[]> record(UnreplicatedEvent event) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                origin.topic(),
                origin.partition(),
                origin.queueName().getBytes(StandardCharsets.UTF_8),
                event.value().getBytes(StandardCharsets.UTF_8));
        event.headers().forEach(header -> record.headers()
                .add(header.name(), header.value().getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
