package io.taskqueue.source;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.logging.LogFields;
import io.taskqueue.metrics.SourceMeters;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.RecoveredTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.confirm.Ownership;
import io.taskqueue.source.confirm.ReplicationGate;
import io.taskqueue.source.mark.RetentionGuard;
import io.taskqueue.source.publish.EventBuffer;
import io.taskqueue.source.publish.EventRecords;
import io.taskqueue.source.publish.HeldEvents;
import io.taskqueue.source.publish.ProducerFactory;
import io.taskqueue.source.publish.Publication;
import io.taskqueue.source.recovery.AbandonedTasks;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryFollower;
import io.taskqueue.source.registry.RegistryRecord;
import io.taskqueue.source.unreplicated.EventOrigin;
import io.taskqueue.source.unreplicated.UnreplicatedEvents;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running source: its buffer, its readers, its part in what its group shares, and how they end together. */
final class SourceEngine<T> implements Publication.Listener<T>, Ownership.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(SourceEngine.class);
    private static final Duration RETRIES_GRACE = Duration.ofSeconds(2);
    private static final Duration GRACE = Duration.ofSeconds(2);

    final TaskQueue<T> queue;
    final Claim claim;
    final EventBuffer<T> buffer;
    final SourceLifecycle lifecycle;
    final Subscriptions<T> subscriptions;
    final ReplicationGate gate;

    private final SourceMeters meters;
    private final GroupResources group;
    private final GroupSettings.Environment environment;
    private OutageMonitor.@Nullable Observed observed;
    private final Ownership ownership;
    private @Nullable EventRecords<T> records;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Runnable whenClosed = () -> {};
    private volatile @Nullable SourceMarks marks;
    private volatile @Nullable SourceRetries<T> retries;
    private volatile @Nullable Publication<T> publication;
    private volatile @Nullable CloseReport closeReport;

    SourceEngine(
            TaskQueue<T> queue,
            Claim claim,
            EventBuffer<T> buffer,
            SourceMeters meters,
            RegistryFollower follower,
            GroupResources group) {
        this.queue = queue;
        this.claim = claim;
        this.buffer = buffer;
        this.environment = group.settings().environment();
        this.lifecycle = new SourceLifecycle(environment.time(), environment.time());
        this.meters = meters;
        this.group = group;
        meters.buffer(buffer, EventBuffer::size);
        meters.bufferUsed(buffer, EventBuffer::used);
        meters.fenced(lifecycle, measured -> measured.standing().state() == SourceState.FENCED ? 1 : 0);
        meters.depth("pending", queue, measured -> measured.counts().pending());
        meters.depth("delayed", queue, measured -> measured.counts().delayed());
        meters.depth("leased", queue, measured -> measured.counts().leased());
        this.subscriptions = new Subscriptions<>(queue.name(), meters.observerFailures()::increment);
        this.gate = new ReplicationGate(
                queue.name(),
                buffer::acknowledgedSequence,
                ReplicationSource.MAX_WAITING_FUTURES,
                this::confirmationDue,
                group.completions());
        this.ownership =
                new Ownership(follower, gate, environment.ownershipStrict(), environment.time(), this, this::orderRead);
        buffer.grantLeasesWhile(ownership::grantsLeases);
    }

    /**
     * Attaches the buffer to the queue, restores the tasks that were recovered, and starts the threads; stops the queue if that fails.
     *
     * @param registryEnd the offset up to which the registry was read for the claim
     * @param recovered the live tasks of earlier owners, if they are recovered
     */
    void start(
            EventRecords<T> records,
            ProducerFactory producers,
            long registryEnd,
            SourceMarks marks,
            Optional<List<RecoveredTask<T>>> recovered) {
        this.records = records;
        this.marks = marks;
        Publication<T> publishing = new Publication<>(buffer, records, this);
        publication = publishing;
        boolean attached = false;
        boolean started = false;
        try {
            if (recovered.isPresent()) {
                queue.attachRecovering(buffer);
                attached = true;
                queue.recover(recovered.get());
            } else {
                queue.attach(buffer);
                attached = true;
            }
            group.publisher().add(publishing);
            group.tail().opened(ownership, claim, registryEnd);
            OutageMonitor.Observed health = new OutageMonitor.Observed(
                    queue.name(), records.partition().partition(), buffer, lifecycle, environment.time());
            observed = health;
            group.monitor().add(health);
            marks.start(this::replicated, producers, new QueueSnapshots());
            if (retries != null) {
                retries.start(this::replicated);
            }
            started = true;
        } finally {
            if (!started) {
                if (attached) {
                    endPublishing();
                    stopQueue(
                            new SourceStoppedException(
                                    "The threads of the source of queue " + queue.name()
                                            + " could not be started. Start a source of a new queue, once the process has resources for it."));
                }
                buffer.stop();
                closeMeters();
            }
        }
    }

    /** What follows the end of {@link #close}; set before the source is passed on. */
    void whenClosed(Runnable action) {
        whenClosed = action;
    }

    /** Has orders to retry dead tasks executed, from the start of the source to its end. */
    void executeOrders(SourceRetries<T> orders) {
        retries = orders;
    }

    private boolean endRetries() {
        SourceRetries<T> orders = retries;
        try {
            if (orders != null) {
                orders.stop(RETRIES_GRACE);
            }
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private CompletableFuture<Position> replicated() {
        return gate.await(buffer::appendedUpTo);
    }

    /** Writes live tasks again, while the queue is open. */
    private final class QueueSnapshots implements RetentionGuard.Snapshots {

        @Override
        public void write(Collection<TaskId> tasks, IntConsumer written) {
            group.calls().run(() -> {
                int snapshots = 0;
                try {
                    snapshots = queue.isOpen() ? queue.writeSnapshots(tasks) : 0;
                } catch (QueueClosedException e) {
                    LOG.debug("Queue {} has ended, so none of its tasks is written again", queue.name(), e);
                } finally {
                    written.accept(snapshots);
                }
            });
        }

        @Override
        public Position appendedUpTo() {
            return buffer.appendedUpTo();
        }

        @Override
        public Position acknowledgedUpTo() {
            return buffer.acknowledgedUpTo();
        }
    }

    private SourceMarks marks() {
        return Objects.requireNonNull(marks, "A source has marks from its start on.");
    }

    @Override
    public void acknowledged(ReplicationEvent<T> event, long offset) {
        marks().acknowledged(event, offset);
        meters.events(event.kind()).increment();
        subscriptions.deliver(event);
        gate.advanced();
        lifecycle.acknowledged();
    }

    @Override
    public void retrying(String error) {
        lifecycle.retrying(error);
        group.monitor().wake();
        meters.producerFailures().increment();
    }

    @Override
    public void failed(RuntimeException cause) {
        fail(
                "the next one cannot be encoded: " + cause
                        + ". Fix its payload codec, and recover the queue from the topic.",
                cause);
    }

    @Override
    public void lost(Throwable cause) {
        fail(
                "the next one could not be kept in the buffer: " + cause
                        + ". Fix that error, and recover the queue from the topic.",
                cause);
    }

    private void fail(String reason, Throwable cause) {
        IllegalStateException failure = new SourceStoppedException(
                "The source of queue " + queue.name() + " stopped after event " + buffer.acknowledgedUpTo()
                        + ", because " + reason,
                cause);
        if (lifecycle.fail(String.valueOf(failure.getMessage()))) {
            stop(failure);
        }
    }

    private void confirmationDue() {
        group.tail().confirm(ownership);
    }

    private void orderRead(RegistryRecord record) {
        SourceRetries<T> orders = retries;
        if (orders != null) {
            orders.take(record);
        }
    }

    @Override
    public void registryRead(boolean leasesResumed) {
        lifecycle.registryRead(buffer.size() > 0);
        if (leasesResumed) {
            group.calls().run(queue::recheckLeases);
        }
    }

    @Override
    public void registryUnreadable(KafkaException cause) {
        lifecycle.registryUnreadable(
                "the registry of sources cannot be read, so replicated() waits: " + cause.getMessage());
        group.monitor().wake();
    }

    @Override
    public void superseded(Claim newer) {
        SourceFencedException cause = new SourceFencedException(claim.queueName(), claim.epoch(), newer);
        if (ownership.isOpen() && lifecycle.fence(String.valueOf(cause.getMessage()))) {
            stop(cause);
        } else {
            gate.end(cause);
        }
    }

    @Override
    public void registryLost(String reason, Throwable lost) {
        SourceStoppedException cause = new SourceStoppedException(reason, lost);
        if (ownership.isOpen() && lifecycle.fail(reason)) {
            stop(cause);
        } else {
            gate.end(cause);
        }
    }

    @Override
    public void unconfirmed(Exception cause) {
        if (gate.hasDue()) {
            gate.end(new SourceStoppedException(
                    "The events are on Kafka, but the source ended before it could read in the registry that no other"
                            + " source had claimed the queue. Read the registry to find the queue's owner.",
                    cause));
        }
    }

    /** Stops the source and its queue: what has not been sent yet would fork the history. */
    private void stop(IllegalStateException cause) {
        endPublishing();
        group.tail().remove(ownership); // no future is confirmed any more
        group.calls().run(() -> stopQueue(cause));
    }

    private void endPublishing() {
        buffer.stop();
        Publication<T> sent = publication;
        if (sent != null) {
            group.publisher().end(sent);
        }
    }

    /** Waits for the lock of the queue. */
    private void stopQueue(IllegalStateException cause) {
        try {
            LogFields.ofQueue(queue.name()).epoch(claim.epoch()).during(() -> stopParts(cause));
        } finally {
            stopped.countDown();
        }
    }

    private void stopParts(IllegalStateException cause) {
        LOG.error("{}", cause.getMessage(), cause);
        queue.stop(String.valueOf(cause.getMessage()), cause);
        // behind the queue: once one call has failed, each one does
        buffer.refuse(
                () -> new QueueClosedException("Queue " + queue.name() + " was stopped: " + cause.getMessage(), cause));
        gate.end(cause);
        group.tail().remove(ownership);
        marks().stop();
        SourceRetries<T> orders = retries;
        if (orders != null) {
            orders.stop();
        }
        subscriptions.end(cause);
        endObservation();
    }

    /**
     * Closes the queue, then waits for the acknowledgement of what is left, no longer than the timeout. A listener of the queue that does not
     * return is waited for as long, but at least for a grace; the source is closed then without its queue.
     *
     * @throws IllegalStateException if the caller is a listener of the queue, or the publisher's thread; nothing has changed then
     */
    void close(Duration timeout) {
        close(timeout, GRACE);
    }

    /** @param longestGrace how long the last mark and the registry may take, at most; no longer than they usually may */
    void close(Duration timeout, Duration longestGrace) {
        Duration grace = longestGrace.compareTo(GRACE) < 0 ? longestGrace : GRACE;
        requireOtherThread("closed");
        if (closeReport != null) {
            return;
        }
        // first: the queue refuses the call of a listener, and nothing has changed then
        boolean queueEnded = queue.close(timeout.compareTo(GRACE) < 0 ? GRACE : timeout);
        if (!lifecycle.close()) {
            return;
        }
        if (!queueEnded) {
            LOG.warn(
                    "The source of queue {} was closed, but the queue is not: a listener of the queue has not returned. What the queue emits"
                            + " from now on is not replicated; it is stopped once the listener returns, and its tasks are left to the next"
                            + " owner. A listener must not block: hand the event to another thread.",
                    queue.name());
        }
        boolean interrupted = endRetries();
        try {
            boolean empty = buffer.awaitEmpty(interrupted || !queueEnded ? 0 : Ticker.limitNanos(timeout));
            if (empty && queueEnded && !grace.isZero()) {
                marks().finish(grace);
            } else {
                marks().stop();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            marks().stop();
        }
        boolean regular = lifecycle.closed();
        if (!regular) {
            interrupted |= awaitStopped(); // what it was stopped for is what its futures fail with
        }
        buffer.refuse(() -> new QueueClosedException("Queue " + queue.name() + " was closed with its source."));
        buffer.stop();
        interrupted |= removeFromPublisher();
        interrupted |= finishConfirming(grace);
        gate.end(new SourceStoppedException("The source of queue " + queue.name() + " was closed at event "
                + buffer.appendedUpTo() + ", when Kafka had acknowledged up to " + buffer.acknowledgedUpTo()
                + ". Read the topic to find which of the remaining events it holds."));
        subscriptions.end(null);
        endObservation();
        report(regular);
        closeMeters();
        whenClosed.run();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void endObservation() {
        OutageMonitor.Observed health = observed;
        if (health != null) {
            group.monitor().remove(health);
        }
    }

    private boolean awaitStopped() {
        try {
            boolean unused = stopped.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private boolean finishConfirming(Duration grace) {
        try {
            group.tail().finish(ownership, grace);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private boolean removeFromPublisher() {
        Publication<T> sent = publication;
        try {
            if (sent != null) {
                group.publisher().remove(sent);
            }
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** @throws IllegalStateException if the caller is a listener of the queue, or the publisher's thread */
    void requireCloseable() {
        requireOtherThread("closed");
        queue.requireNotInListener("close()");
    }

    private void requireOtherThread(String what) {
        if (group.publisher().isCurrentThread()) {
            throw new IllegalStateException("The source of queue " + queue.name() + " was " + what
                    + " by its own publisher thread, which calls the function of ownerPeer(...) and would wait for"
                    + " itself. Close the source on another thread.");
        }
    }

    private void closeMeters() {
        try {
            meters.close();
        } catch (RuntimeException | Error e) {
            LOG.warn("The meters of queue {} could not be removed from their registry.", queue.name(), e);
        }
    }

    private void report(boolean regular) {
        CloseReport report = new CloseReport(
                buffer.appendedUpTo(),
                buffer.acknowledgedUpTo(),
                buffer.unacknowledged(),
                lifecycle.lastError(),
                unreplicated());
        closeReport = report;
        if (!report.complete()) {
            LOG.error(
                    "Queue {} was closed {} with {} events that Kafka has not acknowledged, from {} to {}: {}. Sinks do not"
                            + " receive them. The close report contains them: write them to a file, and publish them before"
                            + " another source claims the queue. Raise closeTimeout, or wait for replicated() before closing.",
                    queue.name(),
                    regular ? "by its user" : "after its source had stopped",
                    report.notReplicated(),
                    report.replicatedUpTo().next(),
                    report.position(),
                    report.lastError().orElse("it did not answer in time"));
        }
    }

    private UnreplicatedEvents unreplicated() {
        EventRecords<T> started = Objects.requireNonNull(records, "A source is closed after it was started.");
        TopicPartition partition = started.partition();
        return HeldEvents.of(
                buffer,
                started,
                new EventOrigin(
                        claim.queueName(),
                        claim.epoch(),
                        claim.instanceId(),
                        partition.topic(),
                        partition.partition(),
                        group.tail().topic()));
    }

    HandOverReport handOver(Duration grace) {
        requireOtherThread("handed over");
        int tasks;
        try {
            tasks = queue.handOver(grace);
        } catch (QueueClosedException e) {
            close(closeTimeout());
            throw e;
        }
        close(closeTimeout());
        return new HandOverReport(tasks, requireClosed());
    }

    /** What was not replicated; the caller has called {@link #close}. */
    CloseReport requireClosed() {
        return closeReport()
                .orElseThrow(() -> new IllegalStateException("The source of queue " + queue.name()
                        + " is being closed by another thread. Wait for that call, and read closeReport()."));
    }

    Optional<RecoveryReport> recovery() {
        return marks().recovery();
    }

    Optional<AbandonedTasks> abandoned() {
        return marks().abandoned();
    }

    /** The health of the source now. Never blocks. */
    SourceHealth health() {
        SourceLifecycle.Standing standing = lifecycle.standing();
        return new SourceHealth(
                standing.state(),
                standing.since(),
                standing.reason().map(this::withSuspension),
                buffer.size(),
                buffer.appendedUpTo(),
                buffer.acknowledgedUpTo(),
                lifecycle.lastError());
    }

    private String withSuspension(String reason) {
        return environment
                .ownershipStrict()
                .filter(limit -> lifecycle.outage().isPresent() && !ownership.grantsLeases())
                .map(limit -> reason + ". No leases are granted, because the registry has not been read for more than "
                        + DurationText.of(limit) + " (ownershipStrict)")
                .orElse(reason);
    }

    Duration closeTimeout() {
        return environment.closeTimeout();
    }

    Optional<CloseReport> closeReport() {
        return Optional.ofNullable(closeReport);
    }
}
