package io.taskqueue.source.registry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A producer that writes, and answers as Kafka does to a retry of a batch that was written before: without an offset. */
final class OffsetlessProducer extends MockProducer<byte[], byte[]> {

    private final KafkaProducer<byte[], byte[]> writing;

    OffsetlessProducer(KafkaProducer<byte[], byte[]> writing) {
        super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        this.writing = writing;
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        try {
            writing.send(record).get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        return CompletableFuture.completedFuture(new RecordMetadata(partition, -1, 0, -1, 0, 0));
    }

    @Override
    public void close() {
        writing.close();
        super.close();
    }
}
