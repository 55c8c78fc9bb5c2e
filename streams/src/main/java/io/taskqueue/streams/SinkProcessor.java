package io.taskqueue.streams;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.logging.LogFields;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.sink.Interests;
import io.taskqueue.streams.clients.EventTopic;
import io.taskqueue.streams.clients.EventTopicDescription;
import io.taskqueue.streams.clients.OffsetResets;
import io.taskqueue.streams.clients.PollBudget;
import io.taskqueue.streams.clients.PolledRecord;
import io.taskqueue.streams.clients.Relevance;
import io.taskqueue.streams.log.LogReplacedException;
import io.taskqueue.streams.partition.HeldRecord;
import io.taskqueue.streams.partition.PartitionLifecycle;
import io.taskqueue.streams.partition.PartitionWork;
import io.taskqueue.streams.replay.MovedOffsets;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The processor of one partition: passes records and ticks of Kafka Streams to the partition's work, and forwards its dead letters.
 *
 * <p>Everything here runs on the stream thread, which alone accesses the stores. What is in flight is written just before a
 * commit ({@link CommitHook}), so that an event whose offset is committed is either applied or in the store.
 */
final class SinkProcessor<T> implements Processor<byte[], PolledRecord<T>, byte[], byte[]> {

    /** Creates the work of an assigned partition. */
    interface PartitionFactory<T> {
        PartitionWork<T> create(KeyValues results, KeyValues state, int partition);
    }

    /** Where partitions begin, and continue. */
    record Offsets(MovedOffsets moved, OffsetResets resets) {}

    private final SinkSettings<T> settings;
    private final PartitionFactory<T> partitions;
    private final EventTopic eventTopic;
    private final Offsets offsets;
    private LogFields fields;
    private final CommitHook commitHook;
    private final PollBudget budget;
    private final ReplicationEventCodec<T> codec;
    private final Interests interests;
    private final EventHeaders.IdentityReader identities = new EventHeaders.IdentityReader();
    private final Runnable hook = this::beforeCommit;
    private final List<Record<byte[], byte[]>> deadLetters = new ArrayList<>();
    private EventTopicDescription adopted;
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> hookStore;
    private Ticks ticks;
    private @Nullable PartitionWork<T> assigned;

    /** Whether Kafka Streams has polled events behind the last one that was taken. */
    private boolean moreToTake;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init first
    SinkProcessor(
            SinkSettings<T> settings,
            PartitionFactory<T> partitions,
            EventTopic eventTopic,
            Offsets offsets,
            CommitHook commitHook,
            PollBudget budget) {
        this.settings = settings;
        this.partitions = partitions;
        this.eventTopic = eventTopic;
        this.offsets = offsets;
        this.commitHook = commitHook;
        this.budget = budget;
        this.codec = new ReplicationEventCodec<>(settings.application().codec());
        this.interests = settings.application().interests();
        this.adopted = eventTopic.get();
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        fields = LogFields.ofSink(settings.name()).partition(context.taskId().partition());
        fields.during(this::init);
    }

    private void init() {
        ticks = new Ticks(context, now -> fields.during(this::tick));
        if (assigned != null) {
            assigned.lifecycle().start(); // a second time: it is revived
            ticks.schedule(Optional.of(PartitionWork.TICK)); // what is thrown here would end the stream thread
            return;
        }
        hookStore = context.getStateStore(CommitHook.NAME);
        int partition = context.taskId().partition();
        PartitionWork<T> work = partitions.create(
                new StreamsKeyValues(context.getStateStore(StoreNames.RESULTS)),
                new StreamsKeyValues(context.getStateStore(StoreNames.STATE)),
                partition);
        assigned = work;
        commitHook.connect(context.taskId(), hook);
        begin(work);
        adopted = eventTopic.get();
        work.restore(codec).forEach((offset, held) -> accept(work, record(held), offset));
        offsets.moved().find(settings.topics().events(), partition).ifPresent(work::moved);
        work.show();
        scheduleTicks(work, Optional.empty());
    }

    private void begin(PartitionWork<T> work) {
        OffsetResets resets = offsets.resets();
        int partition = work.partition();
        try {
            if (work.begin(resets.committed(partition), resets.takeShortened(partition))) {
                resets.restart(partition);
            }
        } catch (LogReplacedException e) {
            throw assignedAgain(e);
        }
    }

    @Override
    public void process(Record<byte[], PolledRecord<T>> record) {
        fields.during(() -> pass(record));
    }

    private void pass(Record<byte[], PolledRecord<T>> record) {
        PartitionWork<T> work = beginPass();
        try {
            RecordMetadata from = context.recordMetadata().orElseThrow();
            if (from.topic().equals(settings.topics().events())) {
                eventTopic.makeRoom(length(record.value().value()) + length(record.key()));
                work.reading(from.offset(), offsets.resets().takeLost(work.partition()));
                accept(work, record, from.offset());
                record.value().followers().forEach(follower -> accept(work, follower));
                moreToTake = !record.value().last();
            } else {
                work.execute(record.value().value(), from.offset());
            }
            work.advance(record.value().last());
            work.purgeForRecord();
            awaitCapacity(work);
            endPass(work, Optional.empty());
        } catch (LogReplacedException e) {
            throw assignedAgain(e);
        } finally {
            work.endPass();
        }
    }

    private void tick() {
        PartitionWork<T> work = beginPass();
        try {
            endPass(work, work.tick(moreToTake));
        } finally {
            work.endPass();
        }
    }

    @Override
    public void close() {
        if (assigned == null || assigned.lifecycle().state() == PartitionLifecycle.State.REVIVED) {
            return; // nothing of it was resumed
        }
        commitHook.disconnect(context.taskId(), hook);
        ticks.schedule(Optional.empty()); // a task that is revived keeps its schedules
        fields.during(assigned::release);
    }

    /** A failure is thrown after the outcomes of the other events are committed. */
    private PartitionWork<T> beginPass() {
        PartitionWork<T> work = work();
        if (work.lifecycle().state() == PartitionLifecycle.State.REVIVED) {
            throw revived(settings.name(), work.partition());
        }
        if (work.beginPass()) {
            context.commit();
        }
        EventTopicDescription now = eventTopic.get();
        if (!now.equals(adopted)) {
            adopted = now;
            try {
                work.adopt(now.log(work.partition()));
            } catch (LogReplacedException e) {
                throw assignedAgain(e);
            }
        }
        return work;
    }

    /**
     * Marks the task, so that its last commit on this instance waits for running work, also where nothing has changed.
     *
     * <p>Where intents wait for a commit, it is requested once the events that were polled are taken, as far as there is capacity: Kafka
     * Streams commits before it takes the next one, and so few intents would share each commit that most tasks would wait to be taken.
     */
    private void endPass(PartitionWork<T> work, Optional<Duration> suspended) {
        deadLetters.forEach(letter -> context.forward(letter, SinkTopology.DEAD_LETTERS));
        deadLetters.clear();
        if (!budget.due() && work.awaitsCommit() && (!moreToTake || work.full())) {
            context.commit();
        }
        if (work.mark()) {
            CommitHook.touch(hookStore);
        }
        scheduleTicks(work, suspended);
    }

    /** A tick causes the task to commit, so no tick is scheduled while nothing is outstanding, and only a late one while all events wait. */
    private void scheduleTicks(PartitionWork<T> work, Optional<Duration> suspended) {
        Optional<Duration> interval = deadLetters.isEmpty() ? work.ticks() : Optional.of(PartitionWork.TICK);
        ticks.schedule(interval.map(suspended::orElse));
    }

    private void awaitCapacity(PartitionWork<T> work) {
        try {
            budget.waitLeft(work.awaitCapacity(budget.waitLeft()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void beforeCommit() {
        fields.during(work()::beforeCommit);
    }

    private void accept(PartitionWork<T> work, Record<byte[], PolledRecord<T>> record, long offset) {
        PolledRecord<T> polled = record.value();
        Relevance known = polled.relevance();
        Relevance relevance =
                known == null ? Relevance.of(interests, identities, record.key(), polled.headers()) : known;
        if (relevance == Relevance.DECODED) {
            work.takeOrHold(offset, () -> heldWhole(record), () -> decodeAndAccept(work, record, offset));
        } else {
            pass(work, relevance, offset, () -> heldWhole(record));
        }
    }

    private void accept(PartitionWork<T> work, PolledRecord.Follower follower) {
        ConsumerRecord<byte[], byte[]> record = follower.record();
        work.reading(record.offset(), Optional.empty());
        pass(work, follower.relevance(), record.offset(), () -> {
            eventTopic.makeRoom(PolledRecord.size(record.value(), record.headers()) + length(record.key()));
            return new HeldRecord(
                    record.timestamp(), Bytes.wrap(record.key()), Bytes.wrap(record.value()), record.headers());
        });
    }

    private static void pass(PartitionWork<?> work, Relevance relevance, long offset, Supplier<HeldRecord> held) {
        if (relevance instanceof Relevance.OtherKind other) {
            work.takeOrHold(offset, held, () -> work.pass(other.event(), offset));
        } else {
            work.skip(offset);
        }
    }

    private void decodeAndAccept(PartitionWork<T> work, Record<byte[], PolledRecord<T>> record, long offset) {
        PolledRecord<T> polled = record.value();
        try {
            ReplicationEvent<T> event = polled.take(codec);
            if (interests.queues().accepts(event.queueName())) { // its record may have no key
                work.accept(event, polled.bytes(), offset);
            } else {
                work.skip(offset);
            }
        } catch (UndecodableEventException e) {
            eventTopic.makeRoom(polled.size() + length(record.key())); // a dead letter has its headers
            Optional<EventHeaders> headers = EventHeaders.read(polled.headers());
            if (headers.isPresent() && !interests.queues().accepts(headers.get().queueName())) {
                work.skip(offset);
            } else if (work.undecodable(headers, offset, String.valueOf(e.getMessage()))) {
                // not forwarded yet: while the processor is initialised, the sink node behind it is not
                TopicPartition from = new TopicPartition(settings.topics().events(), work.partition());
                deadLetters.add(DeadLetterRecord.of(record, from, offset, String.valueOf(e.getMessage())));
            }
        }
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    /** Its headers are written with it; those of other records are not, so they are not measured. */
    private HeldRecord heldWhole(Record<byte[], PolledRecord<T>> record) {
        eventTopic.makeRoom(record.value().size() + length(record.key()));
        return new HeldRecord(
                record.timestamp(),
                Bytes.wrap(record.key()),
                Bytes.wrap(record.value().value()),
                record.value().headers());
    }

    @SuppressWarnings("NullAway") // a record may have no key and no value
    private Record<byte[], PolledRecord<T>> record(HeldRecord held) {
        byte[] value = held.value() == null ? null : held.value().get();
        PolledRecord<T> polled =
                new PolledRecord.Unwrapping<T>().deserialize(settings.topics().events(), held.headers(), value);
        return new Record<>(held.key() == null ? null : held.key().get(), polled, held.timestamp());
    }

    private PartitionWork<T> work() {
        PartitionWork<T> work = assigned;
        if (work == null) {
            throw new IllegalStateException("Kafka Streams used a processor before init. This is a defect.");
        }
        return work;
    }

    /** All partitions of this instance are released, and assigned again. */
    private TaskMigratedException assignedAgain(LogReplacedException found) {
        found.shortenedTo().ifPresent(end -> offsets.resets().shortened(work().partition(), end));
        return new TaskMigratedException(String.valueOf(found.getMessage()), found);
    }

    /** A task that is used again may commit offsets of records that it polled before and never processed. */
    static TaskMigratedException revived(String sink, int partition) {
        return new TaskMigratedException("Kafka Streams started its task of partition " + partition + " of sink " + sink
                + " a second time, after its state was lost or could not be written. All partitions of this instance are"
                + " released and resumed from what is committed, so effects that were not committed run again"
                + " under their first key. The cause is in the log before this; no action is needed.");
    }
}
