package io.taskqueue.source.recovery;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.OpenTransactions;
import io.taskqueue.kafka.OpenTransactions.HeldBack;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.mark.LiveTaskOffsets;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.LowWaterMark.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the live tasks of a queue from its partition: from the low-water mark to the fence of the source that recovers, by the headers of
 * the records; then decodes the latest record of each live task, and folds these events into the state of the queue.
 *
 * <p>Immutable and thread-safe; a call works on the caller's thread.
 */
public final class RecoveryReader<T> {

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryReader.class);

    /**
     * How Kafka is reached.
     *
     * @param kafka a user's Kafka properties
     * @param timeout how long one request may take, and how long reading may make no progress
     * @param ticker measures the time of a recovery
     */
    public record Access(Map<String, ?> kafka, Duration timeout, Ticker ticker) {}

    /**
     * What was found.
     *
     * @param latest the latest events of all live tasks, those that cannot be decoded included, in the order of their offsets
     */
    public record Found<T>(RecoverableQueue<T> queue, List<LiveTaskOffsets.Latest> latest) {}

    private final Access access;
    private final String queueName;
    private final LatestRecordDecoder<T> decoder;

    /**
     * @param check refuses a payload that the queue's journal would refuse, with a {@link PayloadRefusedException}: the limit of a record may
     *     have been lowered since the task was enqueued
     */
    public RecoveryReader(Access access, String queueName, PayloadCodec<T> codec, Consumer<T> check) {
        this.access = access;
        this.queueName = queueName;
        this.decoder = new LatestRecordDecoder<>(queueName, codec, check);
    }

    /** A reader that leaves payloads as they are on the topic. */
    public static RecoveryReader<byte[]> withoutPayloads(Access access, String queueName) {
        return new RecoveryReader<>(access, queueName, LiveRecords.UNDECODED_PAYLOADS, payload -> {});
    }

    /**
     * Reads the live tasks.
     *
     * @param place the partition of the queue
     * @param published the newest low-water mark of the queue; one of another partition, or of a topic that was deleted and created again,
     *     is not used
     * @param fence the offset at which reading ends; the end of the partition as it is now, if empty
     * @throws KafkaException if Kafka does not answer, or an open transaction of another writer holds the end of the partition back
     */
    public Found<T> read(Place place, Optional<LowWaterMark> published, OptionalLong fence, Recovery settings)
            throws InterruptedException {
        long begin = access.ticker.nanos();
        TopicPartition partition = new TopicPartition(place.topic(), place.partition());
        long beginning;
        long to;
        try (TopicReader reader = TopicReader.open(access.kafka, IsolationLevel.READ_UNCOMMITTED, access.timeout)) {
            List<TopicPartition> one = List.of(partition);
            beginning = Objects.requireNonNull(reader.beginnings(one).get(partition));
            to = fence.isPresent()
                    ? fence.getAsLong()
                    : Objects.requireNonNull(reader.ends(one).get(partition));
        }
        Optional<LowWaterMark> mark = published.filter(known -> isUsable(known, place, to));
        boolean cut = mark.isPresent() && mark.get().offset() < beginning;
        long from = Math.min(Math.max(mark.map(LowWaterMark::offset).orElse(0L), beginning), to);
        LiveRecords records = new LiveRecords(queueName, mark, cut);
        read(partition, from, to, records, settings);
        LatestRecordDecoder.Decoded<T> decoded = decoder.decode(records.latest());
        Duration time = Duration.ofNanos(access.ticker.nanos() - begin);
        RecoveryReport report = new RecoveryReport(
                new RecoveryReport.Reading(partition.topic(), partition.partition(), from, to, records.events(), time),
                decoded.counts(),
                records.lastKey().or(() -> mark.flatMap(known -> known.live().lastKey())),
                records.removed(),
                decoded.undecodable());
        return new Found<>(new RecoverableQueue<>(decoded.tasks(), report), latest(records));
    }

    private boolean isUsable(LowWaterMark mark, Place place, long to) {
        if (!mark.place().equals(place)) {
            LOG.warn(
                    "The low-water mark of queue {} is of {}, but the queue is in {}: the mark is not used, and the whole partition"
                            + " is read",
                    queueName,
                    mark.place(),
                    place);
            return false;
        }
        if (mark.offset() > to) {
            LOG.warn(
                    "The low-water mark of queue {} is at offset {} of {}, which ends at {}: records were lost. The mark is not used,"
                            + " and the whole partition is read",
                    queueName,
                    mark.offset(),
                    place,
                    to);
            return false;
        }
        return true;
    }

    private void read(TopicPartition partition, long from, long to, LiveRecords records, Recovery settings)
            throws InterruptedException {
        ProgressReports progress = new ProgressReports(from, to, settings, access.ticker);
        if (from < to) {
            try {
                new RecordPipeline(access.kafka, partition, access.timeout).read(from, to, record -> {
                    records.accept(record);
                    progress.reached(record.offset() + 1);
                });
            } catch (TimeoutException e) {
                throw explained(partition, e);
            }
        }
        progress.end();
    }

    /** The same failure, with the transaction that holds the partition back, if there is one. */
    private KafkaException explained(TopicPartition partition, TimeoutException failure) throws InterruptedException {
        try (Admin admin = Admin.create(new ClientProperties(access.kafka).of(Client.ADMIN))) {
            OpenTransactions transactions =
                    new OpenTransactions(admin, (int) Math.min(access.timeout.toMillis(), 10_000));
            for (HeldBack held : transactions.find(List.of(partition))) {
                return new TimeoutException(
                        "The live tasks of queue " + queueName + " cannot be read: "
                                + transactions.withWriter(held).text() + ". Then start the recovery again.",
                        failure);
            }
        } catch (KafkaException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private static List<LiveTaskOffsets.Latest> latest(LiveRecords records) {
        return records.latest().stream()
                .map(record -> new LiveTaskOffsets.Latest(
                        record.task(), record.offset(), record.position(), record.writtenAt()))
                .toList();
    }
}
