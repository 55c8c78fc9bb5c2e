package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.metrics.SourceMeters;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs behind a source: its buffer, its two threads, its readers, and how they end together. */
final class SourceEngine<T> implements Publisher.Monitor {

    private static final Logger LOG = LoggerFactory.getLogger(SourceEngine.class);
    private static final Duration PUBLISHER_GRACE = Duration.ofMillis(500);
    private static final Duration REGISTRY_GRACE = Duration.ofSeconds(2);
    private static final Duration INTERRUPTED_GRACE = Duration.ofSeconds(5);

    final TaskQueue<T> queue;
    final Claim claim;
    final EventBuffer<T> buffer;
    final SourceStatus status;
    final Subscriptions<T> subscriptions;
    final ReplicationGate gate;

    private final SourceMeters meters;
    private volatile @Nullable Thread publisher;
    private final Thread registry;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile @Nullable CloseReport closeReport;

    SourceEngine(
            TaskQueue<T> queue,
            Claim claim,
            EventBuffer<T> buffer,
            SourceMeters meters,
            Clock clock,
            RegistryWatch watch) {
        this.queue = queue;
        this.claim = claim;
        this.buffer = buffer;
        this.status = new SourceStatus(clock);
        this.meters = meters;
        meters.buffer(buffer, EventBuffer::size);
        meters.depth("pending", queue, measured -> measured.counts().pending());
        meters.depth("delayed", queue, measured -> measured.counts().delayed());
        meters.depth("leased", queue, measured -> measured.counts().leased());
        this.subscriptions = new Subscriptions<>(queue.name(), meters.observerFailures()::increment);
        this.gate = new ReplicationGate(buffer::acknowledgedUpTo, watch, claim.epoch(), this::fenced);
        this.registry = daemon("registry", gate);
    }

    /** Sets it to work. */
    void start(EventRecords<T> records, Producers producers, Duration patience) {
        Publisher<T> publishing = new Publisher<>(buffer, records, producers, this::acknowledged, this, patience);
        publisher = daemon("publisher", () -> {
            try (producers) {
                publishing.run();
            }
        });
        publisher.start();
        registry.start();
    }

    private boolean acknowledged(Buffered<T> buffered, ReplicationEvent<T> event) {
        if (!buffer.acknowledged(buffered)) {
            return false;
        }
        meters.events(event.kind()).increment();
        subscriptions.deliver(event);
        gate.advanced();
        if (status.acknowledged()) {
            LOG.info("Events of queue {} reach Kafka again, from {} on.", queue.name(), event.position());
        }
        return true;
    }

    @Override
    public void retrying(String error) {
        status.retrying(error);
        meters.producerFailures().increment();
    }

    @Override
    public void failed(RuntimeException cause) {
        stop(
                SourceState.FAILED,
                new SourceStoppedException(
                        "The source of queue " + queue.name() + " stopped behind event " + buffer.acknowledgedUpTo()
                                + ", because the next one cannot be written: " + cause
                                + ". Mend its payload codec, and recover the queue from the topic.",
                        cause));
    }

    private void fenced(IllegalStateException cause) {
        stop(cause instanceof SourceFencedException ? SourceState.FENCED : SourceState.FAILED, cause);
    }

    /** Ends the source, and its queue with it: what is not sent yet would fork the history. */
    private void stop(SourceState end, IllegalStateException cause) {
        if (!status.end(end, cause.getMessage())) {
            return;
        }
        LOG.error("{}", cause.getMessage(), cause);
        buffer.refuse(
                () -> new QueueClosedException("Queue " + queue.name() + " was stopped: " + cause.getMessage(), cause));
        buffer.stop();
        queue.stop(String.valueOf(cause.getMessage()));
        gate.end(cause);
        subscriptions.end(cause);
    }

    /** Ends the source as its user wants: the queue first, then what waits, no longer than told. */
    void close(Duration timeout) {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        queue.close();
        boolean interrupted = false;
        try {
            buffer.awaitEmpty(Durations.nanos(timeout));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        boolean byUser = status.end(SourceState.CLOSED, null);
        buffer.refuse(() -> new QueueClosedException("Queue " + queue.name() + " was closed with its source."));
        buffer.stop();
        interrupted |= end(publisher, PUBLISHER_GRACE);
        gate.finish();
        interrupted |= end(registry, REGISTRY_GRACE);
        gate.end(new SourceStoppedException("The source of queue " + queue.name() + " was closed at event "
                + buffer.appendedUpTo() + ", when Kafka had acknowledged up to " + buffer.acknowledgedUpTo()
                + ". Look into the topic for what became of the rest."));
        subscriptions.end(null);
        meters.close();
        report(byUser);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(boolean byUser) {
        CloseReport report = new CloseReport(
                buffer.appendedUpTo(), buffer.acknowledgedUpTo(), buffer.unacknowledged(), status.lastError());
        closeReport = report;
        if (!report.complete()) {
            LOG.error(
                    "Queue {} was closed {} with {} events that Kafka has not acknowledged, from {} to {}: {}. Sinks do not"
                            + " see them; raise closeTimeout, or wait for replicated() before closing.",
                    queue.name(),
                    byUser ? "by its user" : "after its source had stopped",
                    report.notReplicated(),
                    report.replicatedUpTo().next(),
                    report.position(),
                    report.lastError().orElse("it did not answer in time"));
        }
    }

    Optional<CloseReport> closeReport() {
        return Optional.ofNullable(closeReport);
    }

    /** Waits for a thread that was told to end, interrupts it if it does not; returns whether this one was interrupted. */
    private static boolean end(@Nullable Thread thread, Duration grace) {
        if (thread == null || thread == Thread.currentThread()) {
            return false;
        }
        try {
            thread.join(grace.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(INTERRUPTED_GRACE.toMillis());
            }
            return false;
        } catch (InterruptedException e) {
            thread.interrupt();
            return true;
        }
    }

    private Thread daemon(String role, Runnable task) {
        Thread thread = new Thread(task, "taskqueue-" + role + "-" + queue.name());
        thread.setDaemon(true);
        return thread;
    }
}
