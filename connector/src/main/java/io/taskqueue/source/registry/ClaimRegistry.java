package io.taskqueue.source.registry;

import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The registry topic: reads the newest claims, and writes a claim whose offset is the epoch. For one thread. */
public final class ClaimRegistry {

    private final TopicReader reader;
    private final TopicPartition partition;

    public ClaimRegistry(TopicReader reader, String topic) {
        this.reader = reader;
        this.partition = partitionOf(topic);
    }

    /** The one partition of a registry. */
    static TopicPartition partitionOf(String topic) {
        return new TopicPartition(topic, 0);
    }

    /**
     * The registry as it was read.
     *
     * @param claims the newest claim of each queue, by its name
     * @param end the offset up to which it was read
     */
    public record Contents(Map<String, Claim> claims, long end) {}

    /** Reads the claims in the registry to the end that it has now. */
    public Contents read() {
        return read(record -> {});
    }

    /**
     * Reads the registry to the end that it has now.
     *
     * @param others is given the records that are not claims, in their order; not all of them are the newest of their key
     */
    public Contents read(Consumer<RegistryRecord> others) {
        long end = Objects.requireNonNull(reader.ends(List.of(partition)).get(partition));
        ClaimTable claims = new ClaimTable(partition.topic());
        reader.seek(reader.beginnings(List.of(partition)));
        reader.readTo(
                Map.of(partition, end), record -> RegistryRecord.of(record).ifPresent(read -> {
                    if (read.key().kind() == RegistryKey.Kind.CLAIM) {
                        claims.add(read);
                    } else {
                        others.accept(read);
                    }
                }));
        return new Contents(claims.byQueue(), end);
    }

    /**
     * Claims a queue.
     *
     * @param draft the claim without its epoch
     * @param end where the registry ended before
     * @return the claim with its epoch, at least 1: epoch 0 belongs to queues without a source
     */
    public Claim claim(Producer<byte[], byte[]> producer, KafkaRequests requests, Claim draft, long end)
            throws InterruptedException {
        return claim(producer, requests, List.of(draft), end).get(0);
    }

    /** Claims several queues; their records are written together. */
    public List<Claim> claim(Producer<byte[], byte[]> producer, KafkaRequests requests, List<Claim> drafts, long end)
            throws InterruptedException {
        List<Future<RecordMetadata>> written = new ArrayList<>();
        for (Claim draft : drafts) {
            written.add(write(producer, draft));
        }
        List<Claim> claims = new ArrayList<>();
        for (int queue = 0; queue < drafts.size(); queue++) {
            Claim draft = drafts.get(queue);
            Claim claim = await(written.get(queue), requests, draft, end);
            claims.add(claim.epoch() > 0 ? claim : await(write(producer, draft), requests, draft, end + 1));
        }
        return claims;
    }

    private Future<RecordMetadata> write(Producer<byte[], byte[]> producer, Claim draft) {
        return producer.send(new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                RegistryKey.claim(draft.queueName()).bytes(),
                ClaimJson.value(draft)));
    }

    private Claim await(Future<RecordMetadata> write, KafkaRequests requests, Claim draft, long end)
            throws InterruptedException {
        RecordMetadata written =
                requests.await(write, "claim queue " + draft.queueName() + " in registry " + partition.topic());
        // Kafka acknowledges a retry of a batch that it holds already without an offset
        return written.hasOffset() ? draft.at(written.offset()) : readBack(draft, end);
    }

    private Claim readBack(Claim draft, long from) {
        AtomicReference<Optional<Claim>> found = new AtomicReference<>(Optional.empty());
        reader.readToEnd(Map.of(partition, from), record -> RegistryRecord.of(record)
                .filter(read -> read.key().equals(RegistryKey.claim(draft.queueName())) && read.value() != null)
                .flatMap(read -> ClaimTable.claim(read, partition.topic()))
                .filter(claim -> claim.instanceId().equals(draft.instanceId()))
                .ifPresent(claim -> found.set(Optional.of(claim))));
        return found.get()
                .orElseThrow(() -> new KafkaException("The claim of queue " + draft.queueName() + " by instance "
                        + draft.instanceId() + " was acknowledged but is not in registry " + partition.topic()
                        + ": the registry lost it, or a newer claim replaced it. Start the source again."));
    }
}
