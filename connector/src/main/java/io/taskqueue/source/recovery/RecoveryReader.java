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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the live tasks of a queue from its partition: from the low-water mark to the fence of the source that recovers, by the headers of
 * the records; then decodes the latest record of each live task, with the payload of an earlier one where it has none, and folds these events into
 * the state of the queue. Queues of one partition that
 * recover together share one reading ({@link #readAll}).
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
     * @param retained the oldest record that is needed of each live task, those that cannot be decoded included, in the order of their offsets
     */
    public record Found<T>(RecoverableQueue<T> queue, List<LiveTaskOffsets.RetainedRecord> retained) {}

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
     * What is to be read of a queue.
     *
     * @param reader the reader of the queue
     * @param published the newest low-water mark of the queue; one of another partition, or of a topic that was deleted and created again,
     *     is not used
     * @param fence the offset at which reading ends; the end of the partition as it is now, if empty
     */
    public record Request<T>(
            RecoveryReader<T> reader, Optional<LowWaterMark> published, OptionalLong fence, Recovery settings) {}

    /**
     * Reads the live tasks.
     *
     * @param place the partition of the queue
     * @param published as in {@link Request}
     * @param fence as in {@link Request}
     * @throws KafkaException if Kafka does not answer, or an open transaction of another writer holds the end of the partition back
     */
    public Found<T> read(Place place, Optional<LowWaterMark> published, OptionalLong fence, Recovery settings)
            throws InterruptedException {
        return readAll(access, place, List.of(new Request<>(this, published, fence, settings)))
                .get(0);
    }

    /**
     * Reads the live tasks of several queues of one partition, which is read once: from the lowest of their marks to the highest of their fences. The
     * time in each report is that of reading for all of them.
     *
     * @return what was found of each queue, in the order of the requests
     * @throws KafkaException as {@link #read} does, for all of them
     */
    public static <T> List<Found<T>> readAll(Access access, Place place, List<Request<T>> requests)
            throws InterruptedException {
        long begin = access.ticker.nanos();
        TopicPartition partition = new TopicPartition(place.topic(), place.partition());
        long beginning;
        long end;
        try (TopicReader reader = TopicReader.open(access.kafka, IsolationLevel.READ_UNCOMMITTED, access.timeout)) {
            List<TopicPartition> one = List.of(partition);
            beginning = Objects.requireNonNull(reader.beginnings(one).get(partition));
            end = Objects.requireNonNull(reader.ends(one).get(partition));
        }
        List<Part<T>> parts = requests.stream()
                .map(request -> new Part<>(request, place, beginning, end))
                .toList();
        read(access, partition, parts);
        List<Found<T>> found = new ArrayList<>();
        for (Part<T> part : parts) {
            found.add(part.found(partition, () -> Duration.ofNanos(access.ticker.nanos() - begin)));
        }
        return found;
    }

    /** The part of a partition that is read for one queue. */
    private static final class Part<T> {

        private final Request<T> request;
        private final Optional<LowWaterMark> mark;
        private final long from;
        private final long to;
        private final LiveRecords records;

        Part(Request<T> request, Place place, long beginning, long end) {
            this.request = request;
            this.to = request.fence.orElse(end);
            this.mark = request.published.filter(known -> request.reader.isUsable(known, place, to));
            this.from = Math.min(Math.max(mark.map(LowWaterMark::offset).orElse(0L), beginning), to);
            boolean cut = mark.isPresent() && mark.get().offset() < beginning;
            this.records = new LiveRecords(request.reader.queueName, mark, cut);
        }

        void accept(ConsumerRecord<byte[], byte[]> record) {
            if (record.offset() >= from && record.offset() < to) {
                records.accept(record);
            }
        }

        Found<T> found(TopicPartition partition, Supplier<Duration> time) {
            LatestRecordDecoder.Decoded<T> decoded = request.reader.decoder.decode(records.latest());
            RecoveryReport report = new RecoveryReport(
                    new RecoveryReport.Reading(
                            partition.topic(), partition.partition(), from, to, records.events(), time.get()),
                    decoded.counts(),
                    records.lastKey()
                            .or(() -> mark.flatMap(known -> known.live().lastKey())),
                    records.removed(),
                    decoded.undecodable());
            return new Found<>(new RecoverableQueue<>(decoded.tasks(), report), retained(records.latest()));
        }
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

    private static <T> void read(Access access, TopicPartition partition, List<Part<T>> parts)
            throws InterruptedException {
        long from = parts.stream().mapToLong(part -> part.from).min().orElse(0);
        long to = parts.stream().mapToLong(part -> part.to).max().orElse(0);
        List<ProgressReports> progress = parts.stream()
                .filter(part -> part.request.settings.isObserved())
                .map(part -> new ProgressReports(part.from, part.to, part.request.settings, access.ticker))
                .toList();
        if (from < to) {
            Map<ByteBuffer, Part<T>> byKey = new HashMap<>();
            parts.forEach(part -> byKey.put(part.records.key(), part));
            Reports reports = new Reports(progress);
            try {
                new RecordPipeline(access.kafka, partition, access.timeout).read(from, to, record -> {
                    Part<T> part = record.key() == null ? null : byKey.get(ByteBuffer.wrap(record.key()));
                    if (part != null) {
                        part.accept(record);
                    }
                    reports.reached(record.offset() + 1);
                });
            } catch (TimeoutException e) {
                throw explained(access, partition, subject(parts), e);
            }
        }
        progress.forEach(ProgressReports::end);
    }

    /** Counts records, so that the time is read once for many. */
    private static final class Reports {

        private static final int RECORDS_BETWEEN = 1_024;

        private final List<ProgressReports> progress;
        private int records;

        Reports(List<ProgressReports> progress) {
            this.progress = progress;
        }

        void reached(long next) {
            if (++records % RECORDS_BETWEEN == 0) {
                progress.forEach(one -> one.reached(next));
            }
        }
    }

    private static <T> String subject(List<Part<T>> parts) {
        String first = parts.get(0).request.reader.queueName;
        return parts.size() == 1 ? "queue " + first : parts.size() + " queues, " + first + " among them,";
    }

    /** The same failure, with the transaction that holds the partition back, if there is one. */
    private static KafkaException explained(
            Access access, TopicPartition partition, String subject, TimeoutException failure)
            throws InterruptedException {
        try (Admin admin = Admin.create(new ClientProperties(access.kafka).of(Client.ADMIN))) {
            OpenTransactions transactions =
                    new OpenTransactions(admin, (int) Math.min(access.timeout.toMillis(), 10_000));
            for (HeldBack held : transactions.find(List.of(partition))) {
                return new TimeoutException(
                        "The live tasks of " + subject + " cannot be read: "
                                + transactions.withWriter(held).text() + ". Then start the recovery again.",
                        failure);
            }
        } catch (KafkaException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    static List<LiveTaskOffsets.RetainedRecord> retained(List<LatestRecords> live) {
        return live.stream()
                .map(LatestRecords::oldest)
                .sorted(Comparator.comparingLong(UndecodedRecord::offset))
                .map(record -> new LiveTaskOffsets.RetainedRecord(
                        record.task(), record.offset(), record.position(), record.writtenAt()))
                .toList();
    }
}
