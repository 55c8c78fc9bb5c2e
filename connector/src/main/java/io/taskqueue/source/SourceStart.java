package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.metrics.SourceMeters;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Starts a source:
 *
 * <pre>
 *   topics there and fit
 *     -&gt; highest epoch at the end of the queue's partition     before the claim, so that every epoch seen is older
 *     -&gt; registry read; refuse if it is behind that epoch
 *     -&gt; claim written; its offset is the epoch
 *     -&gt; SourceStarted written, the fence
 *     -&gt; attached to the queue
 * </pre>
 */
final class SourceStart<T> {

    private final TaskQueue<T> queue;
    private final SourceOptions<T> options;
    private final TopicOptions topics;
    private final Clock clock;
    private final long timeoutMillis;

    SourceStart(TaskQueue<T> queue, SourceOptions<T> options) {
        this.queue = queue;
        this.options = options;
        this.topics = options.topics();
        this.clock = options.surroundings().clock();
        this.timeoutMillis = options.kafka().apiTimeoutMillis();
    }

    ReplicationSource<T> start() throws InterruptedException {
        // the claim fences whoever has the queue, so a mistake must come to light before it
        queue.requireAttachable();
        Topics.Facts facts;
        try (Admin admin = Admin.create(options.kafka().admin())) {
            facts = new Topics(admin, topics, timeoutMillis).ensure();
        } catch (KafkaException e) {
            throw unreachable(e);
        }
        int maxRecordBytes = Math.min(
                Math.min(facts.maxRecordBytes(), options.kafka().maxRequestBytes()),
                options.surroundings().maxRecordBytes().orElse(Integer.MAX_VALUE));
        Producers producers = new Producers(
                options.kafka().producer(maxRecordBytes), options.surroundings().meters());
        boolean started = false;
        try {
            ReplicationSource<T> source = start(facts.partitions(), maxRecordBytes, producers);
            started = true;
            return source;
        } catch (KafkaException e) {
            throw unreachable(e);
        } finally {
            if (!started) {
                producers.close();
            }
        }
    }

    private ReplicationSource<T> start(int partitions, int maxRecordBytes, Producers producers)
            throws InterruptedException {
        TopicPartition partition =
                new TopicPartition(topics.events(), EventRecords.partitionOf(queue.name(), partitions));
        Producer<byte[], byte[]> producer = producers.first();
        Claim claim;
        try (PartitionReader reader = reader()) {
            claim = claim(producer, reader, partition, partitions);
        }
        ReplicationEventCodec<T> codec = new ReplicationEventCodec<>(options.codec());
        EventRecords<T> records =
                new EventRecords<>(queue.name(), options.peers(), codec, claim.instanceId(), partition, maxRecordBytes);
        var unused = KafkaAnswer.await(
                producer.send(records.sourceStarted(claim.epoch(), clock.instant())),
                timeoutMillis,
                "open epoch " + claim.epoch() + " of queue " + queue.name() + " in topic " + topics.events());
        PayloadGate<T> payloads =
                new PayloadGate<>(queue.name(), options.peers().source(), codec, records, maxRecordBytes);
        EventBuffer<T> buffer = new EventBuffer<>(claim.epoch(), clock, options.buffer());
        SourceMeters meters = new SourceMeters(options.surroundings().meters(), queue.name());
        queue.attach(new SourceJournal<>(claim.epoch(), payloads, buffer, meters.leasesExpired()));
        SourceEngine<T> engine = new SourceEngine<>(
                queue, claim, buffer, meters, clock, new RegistryWatch(this::reader, topics.registry(), claim));
        engine.start(records, producers, Duration.ofMillis(options.kafka().patienceMillis()));
        return new ReplicationSource<>(engine, options.surroundings().closeTimeout());
    }

    private Claim claim(
            Producer<byte[], byte[]> producer, PartitionReader reader, TopicPartition partition, int partitions)
            throws InterruptedException {
        long highest = EpochTail.highest(reader, partition);
        SourceRegistry.Snapshot registry = SourceRegistry.read(reader, topics.registry());
        if (registry.end() <= highest) {
            throw new SourceStartException("Partition " + partition + " holds events of epoch " + highest
                    + ", but the next claim in registry " + topics.registry() + " would be epoch " + registry.end()
                    + ", and every sink would drop what comes as stale: the registry was lost, or the events were mirrored"
                    + " from a cluster with another one. Restore the registry, or name a new event topic.");
        }
        Claim before = registry.claims().get(queue.name());
        if (before != null) {
            requireSamePartition(before, partitions);
        }
        Claim draft = new Claim(
                queue.name(),
                0,
                UUID.randomUUID(),
                options.peers().source(),
                clock.instant(),
                Optional.of(new Claim.Home(topics.events(), partitions)));
        return new ClaimWriter(producer, reader, topics.registry(), timeoutMillis).write(draft, registry.end());
    }

    private void requireSamePartition(Claim before, int partitions) {
        before.home()
                .filter(home -> home.topic().equals(topics.events()) && home.partitions() != partitions)
                .ifPresent(home -> {
                    throw new SourceStartException("Topic " + home.topic() + " has " + partitions
                            + " partitions, but had " + home.partitions() + " when queue " + queue.name()
                            + " was claimed at " + new Position(before.epoch(), 0) + ". The count decides the queue's"
                            + " partition, so its history would go on in another one, out of order. Publish to a new topic"
                            + " with the count you want: topic(...).");
                });
    }

    private PartitionReader reader() {
        return new PartitionReader(options.kafka().consumer(), Duration.ofMillis(timeoutMillis));
    }

    private SourceStartException unreachable(KafkaException cause) {
        return new SourceStartException(
                "The source of queue " + queue.name() + " could not start with Kafka at "
                        + options.kafka().bootstrapServers() + ": " + cause.getMessage()
                        + ". Check that the brokers can be reached and that this client may write to " + topics.events()
                        + " and " + topics.registry() + ".",
                cause);
    }
}
