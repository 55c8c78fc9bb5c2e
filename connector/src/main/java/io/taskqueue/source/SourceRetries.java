package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.dead.DeadTaskRetries;
import io.taskqueue.source.dead.RetryBacklog;
import io.taskqueue.source.dead.RetryTarget;
import io.taskqueue.source.publish.ProducerFactory;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryKey;
import io.taskqueue.source.registry.RegistryRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The orders to retry dead tasks of a source's queue: collects those that were written before the claim, and has them and later ones
 * executed while the source runs.
 */
final class SourceRetries<T> implements Consumer<RegistryRecord>, RetryTarget<T> {

    private final TaskQueue<T> queue;
    private final PayloadCodec<T> codec;
    private final GroupResources group;
    private final GroupSettings settings;
    private final RetryBacklog backlog;
    private volatile @Nullable Supplier<CompletableFuture<Position>> confirmed;
    private volatile @Nullable DeadTaskRetries<T> executor;

    SourceRetries(TaskQueue<T> queue, PayloadCodec<T> codec, GroupResources group) {
        this.queue = queue;
        this.codec = codec;
        this.group = group;
        this.settings = group.settings();
        this.backlog = new RetryBacklog(queue.name());
    }

    /** Takes a record of the registry that was written before the claim. */
    @Override
    public void accept(RegistryRecord record) {
        backlog.take(record);
    }

    /** Takes a record of the registry that was written later. */
    void take(RegistryRecord record) {
        DeadTaskRetries<T> retries = executor;
        if (retries != null && record.key().kind() == RegistryKey.Kind.RETRY_ORDER) {
            retries.take(record);
            submit();
        }
    }

    private void submit() {
        DeadTaskRetries<T> retries = executor;
        if (retries != null && confirmed != null) {
            group.retries().submit(retries);
        }
    }

    /** Prepares the execution, which {@link #start} starts; to be called before the registry is followed. */
    void prepare(Claim claim, TopicPartition partition, ProducerFactory producers) {
        DeadTaskRetries<T> retries = DeadTaskRetries.of(
                claim,
                backlog,
                new DeadTaskRetries.Topics(
                        settings.topics().registry(),
                        partition,
                        () -> TopicReader.open(
                                settings.kafka().all(),
                                IsolationLevel.READ_UNCOMMITTED,
                                settings.kafka().apiTimeout()),
                        record -> producers
                                .current()
                                .orElseThrow(() -> new KafkaException("There is no producer now."))
                                .send(record),
                        settings.kafka().apiTimeout()),
                codec,
                this,
                settings.environment().time());
        executor = retries;
    }

    /**
     * Starts to execute orders.
     *
     * @param confirmed completes when everything so far is confirmed
     */
    void start(Supplier<CompletableFuture<Position>> confirmed) {
        this.confirmed = confirmed;
        submit();
    }

    /** Ends the execution. An order that is not finished is for the next owner. Never waits. */
    void stop() {
        DeadTaskRetries<T> retries = executor;
        if (retries != null) {
            retries.end();
        }
    }

    /** Ends the execution, and waits until none is under way, no longer than the grace. */
    void stop(Duration grace) throws InterruptedException {
        stop();
        DeadTaskRetries<T> retries = executor;
        if (retries != null) {
            retries.awaitEnd(grace);
        }
    }

    @Override
    public void restore(DrainedTask<T> task) {
        queue.restore(List.of(task));
    }

    @Override
    public void awaitReplicated() throws InterruptedException {
        Supplier<CompletableFuture<Position>> confirming = confirmed;
        if (confirming == null) {
            throw new IllegalStateException("Orders are executed before the source runs. This is a defect.");
        }
        try {
            Position unused = confirming.get().get(settings.kafka().apiTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new KafkaException("the tasks that are in queue " + queue.name() + " again are not confirmed", e);
        } catch (ExecutionException e) {
            String reason = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            if (queue.isOpen()) {
                throw new KafkaException(reason, e); // too many futures wait: later again
            }
            throw new QueueClosedException("Queue " + queue.name() + " has ended: " + reason, e);
        }
    }
}
