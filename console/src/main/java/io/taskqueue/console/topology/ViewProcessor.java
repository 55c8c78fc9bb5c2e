package io.taskqueue.console.topology;

import io.taskqueue.console.fold.BufferedViewStore;
import io.taskqueue.console.fold.PartitionFold;
import io.taskqueue.console.fold.ViewStore;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.streams.CommitHook;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processor of one partition: decodes its records, and passes the events to its fold. On the stream thread. */
final class ViewProcessor implements Processor<byte[], byte[], Void, Void> {

    private static final Logger LOG = LoggerFactory.getLogger(ViewProcessor.class);

    /** Creates the fold of an assigned partition, from its store. */
    interface Folds {
        PartitionFold create(int partition, ViewStore store);
    }

    /** The view does not contain payloads: they are not decoded. */
    private static final PayloadCodec<String> NO_PAYLOADS = new PayloadCodec<>() {
        @Override
        public byte[] encode(String payload) {
            throw new UnsupportedOperationException("The console writes no events.");
        }

        @Override
        public String decode(byte[] json) {
            return "";
        }
    };

    private final Folds folds;
    private final AssignedFolds assigned;
    private final Followers followers;
    private final CommitHook commits;
    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(NO_PAYLOADS);
    private @Nullable ProcessorContext<Void, Void> context;
    private @Nullable KeyValueStore<Bytes, byte[]> hook;
    private @Nullable PartitionFold fold;
    private Runnable flush = () -> {};

    ViewProcessor(Folds folds, AssignedFolds assigned, Followers followers, CommitHook commits) {
        this.folds = folds;
        this.assigned = assigned;
        this.followers = followers;
        this.commits = commits;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        this.context = context;
        hook = context.getStateStore(CommitHook.NAME);
        PartitionFold created = folds.create(
                context.taskId().partition(),
                new BufferedViewStore(new StreamsViewStore(context.getStateStore(ViewTopology.VIEW))));
        fold = created;
        flush = created::flush;
        commits.connect(context.taskId(), flush);
        assigned.add(created);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        PartitionFold into = fold;
        ProcessorContext<Void, Void> from = context;
        KeyValueStore<Bytes, byte[]> commit = hook;
        if (into == null || from == null || commit == null) {
            throw new IllegalStateException("Kafka Streams used a processor before init. This is a defect.");
        }
        take(record, into, from.recordMetadata().orElseThrow().offset());
        CommitHook.touch(commit); // after the change: what is touched may be passed on at once
    }

    private void take(Record<byte[], byte[]> record, PartitionFold into, long offset) {
        ReplicationEvent<String> event;
        try {
            event = codec.decode(record.value() == null ? new byte[0] : record.value());
        } catch (UndecodableEventException e) {
            into.skipUndecodable(offset);
            LOG.debug("The record at partition {}, offset {} is skipped", into.partition(), offset, e);
            return;
        }
        QueueFold.Step step = into.apply(event, offset);
        if (step == QueueFold.Step.APPLIED || step == QueueFold.Step.GAP) {
            followers.passOn(event, into.partition(), offset);
        }
    }

    /** Kafka Streams closes the store after this. */
    @Override
    public void close() {
        PartitionFold ended = fold;
        if (ended != null && context != null) {
            commits.disconnect(context.taskId(), flush);
            assigned.remove(ended);
            ended.close();
        }
    }
}
