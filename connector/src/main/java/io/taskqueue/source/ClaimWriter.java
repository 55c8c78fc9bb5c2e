package io.taskqueue.source;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Writes a claim into the registry and learns its offset, which is the epoch. */
final class ClaimWriter {

    private final Producer<byte[], byte[]> producer;
    private final PartitionReader reader;
    private final String topic;
    private final long timeoutMillis;

    ClaimWriter(Producer<byte[], byte[]> producer, PartitionReader reader, String topic, long timeoutMillis) {
        this.producer = producer;
        this.reader = reader;
        this.topic = topic;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * Claims a queue.
     *
     * @param draft the claim but for its epoch
     * @param end where the registry ended before
     * @return the claim with its epoch, at least 1: epoch 0 is left to queues without a source
     */
    Claim write(Claim draft, long end) throws InterruptedException {
        Claim claim = writeOnce(draft, end);
        return claim.epoch() > 0 ? claim : writeOnce(draft, end + 1);
    }

    private Claim writeOnce(Claim draft, long end) throws InterruptedException {
        RecordMetadata written = KafkaAnswer.await(
                producer.send(new ProducerRecord<>(topic, 0, ClaimJson.key(draft.queueName()), ClaimJson.value(draft))),
                timeoutMillis,
                "claim queue " + draft.queueName() + " in registry " + topic);
        // a retry of what was written already is acknowledged without an offset
        return written.hasOffset() ? at(written.offset(), draft) : readBack(draft, end);
    }

    private Claim readBack(Claim draft, long from) {
        AtomicReference<Optional<Claim>> found = new AtomicReference<>(Optional.empty());
        reader.from(topic, 0, from);
        reader.readTo(reader.end(), record -> {
            if (record.key() == null || record.value() == null) {
                return;
            }
            try {
                Claim claim = ClaimJson.read(record);
                if (claim.instanceId().equals(draft.instanceId())) {
                    found.set(Optional.of(claim));
                }
            } catch (IllegalArgumentException e) {
                // not ours: that one can be read
            }
        });
        return found.get()
                .orElseThrow(() -> new KafkaException("The claim of queue " + draft.queueName() + " by instance "
                        + draft.instanceId() + " was acknowledged but is not in registry " + topic
                        + ": the registry lost it, or a still newer claim replaced it. Start the source again."));
    }

    private static Claim at(long offset, Claim draft) {
        return new Claim(
                draft.queueName(), offset, draft.instanceId(), draft.sourcePeerId(), draft.claimedAt(), draft.home());
    }
}
