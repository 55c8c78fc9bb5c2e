package io.taskqueue.streams;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.logging.LogFields;
import io.taskqueue.metrics.KafkaMeterRegistry;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.clients.KafkaMonitor;
import io.taskqueue.streams.instances.InstancePublisher;
import io.taskqueue.streams.parking.LocalParkedEvents;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkProgress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and ends all that runs of a sink service: its topology, Kafka Streams and the monitor of Kafka. Whatever ends a thread of
 * it ends the service, with the cause. Thread-safe.
 *
 * <pre>
 *   start   on a thread of its own: topics, topology, Kafka Streams; the caller waits for that
 *   fail    a thread failed: the group is left, and the rest is ended on another thread
 *   close   the caller ends it
 * </pre>
 */
final class ServiceRun {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceRun.class);

    /** How long Kafka Streams may take to close, after the drain timeout. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    /** How long a start may take, after the wait for the event topic. */
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    /** What runs once the topics exist. */
    private record Parts(
            SinkTopology topology, KafkaStreams streams, Optional<KafkaStreamsMetrics> meters, KafkaMonitor monitor) {}

    private final SinkSettings<?> settings;
    private final SinkProgress progress;
    private final LogFields fields;
    private final ServiceLifecycle lifecycle = new ServiceLifecycle();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Thread starter;
    private volatile @Nullable Parts parts;
    private volatile @Nullable InstancePublisher publisher;
    private volatile @Nullable Throwable startFailure;
    private volatile @Nullable String waitsFor;

    ServiceRun(SinkSettings<?> settings, SinkProgress progress) {
        this.settings = settings;
        this.progress = progress;
        this.fields = LogFields.ofSink(settings.name());
        SinkThreads threads = new SinkThreads(settings.name(), this::threadEnded);
        // Kafka Streams creates its threads in the group of the thread that creates it
        this.starter = new Thread(threads, fields.around(this::connectAndStart), settings.name() + "-start");
    }

    ServiceLifecycle lifecycle() {
        return lifecycle;
    }

    /** The health now; never blocks. */
    SinkHealth health() {
        Parts running = parts;
        Optional<String> failure = lifecycle.failure().map(reason -> String.valueOf(reason.getMessage()));
        if (running == null) {
            return new SinkHealth(failure, Optional.empty(), Optional.ofNullable(waitsFor), Map.of());
        }
        return new SinkHealth(
                failure,
                running.topology().breaker().waiting(),
                running.monitor().outage(),
                notes(running));
    }

    private Map<String, String> notes(Parts running) {
        Map<String, String> notes = new HashMap<>(running.monitor().notes());
        progress.divergedNote().ifPresent(note -> notes.put("diverged", note));
        progress.logNote().ifPresent(note -> notes.put("event-log", note));
        running.topology().topicProblem().ifPresent(problem -> notes.put("event-topic", problem));
        return notes;
    }

    /** What an operator has to do for the topics of the sink; empty if nothing. */
    Optional<String> topicNote() {
        Parts running = parts;
        return running == null ? Optional.empty() : running.topology().topicNote();
    }

    /** What is parked in the partitions of this instance; empty before it runs. */
    LocalParkedEvents parked() {
        Parts running = parts;
        return running == null || lifecycle.isEnding()
                ? new LocalParkedEvents(0, Map.of())
                : new LocalParkedEvents(running.topology().partitions(), ParkedReader.read(running.streams()));
    }

    /**
     * Starts, and returns when it has.
     *
     * @throws SinkStoppedException if it cannot start
     */
    void start() {
        starter.start();
        try {
            Duration limit = settings.topics().missing().startWait().plus(START_TIMEOUT);
            if (!begun.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                closeInBackground();
                throw new SinkStoppedException(
                        "Sink " + settings.name() + " did not start within " + limit.toSeconds()
                                + " s, because Kafka answers too slowly. Check the cluster, and start the sink again.",
                        null);
            }
        } catch (InterruptedException e) {
            closeInBackground();
            Thread.currentThread().interrupt();
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " did not start: its thread was interrupted. Start it again.", e);
        }
        Throwable thrown = startFailure;
        if (thrown instanceof RuntimeException failed) {
            throw failed;
        }
        if (thrown != null) {
            throw unexpected(thrown);
        }
    }

    /** Ends the service and returns when it has stopped. */
    void close() {
        if (lifecycle.close()) {
            end();
            return;
        }
        try {
            lifecycle.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeInBackground() {
        if (lifecycle.close()) {
            endInBackground();
        }
    }

    private void connectAndStart() {
        @Nullable SinkTopology connected = null;
        try {
            Thread unused = StateMemory.loadLibrary(settings.name());
            connected = SinkTopology.connect(settings, progress, this::waiting);
            KafkaStreams streams = new KafkaStreams(
                    connected.topology(), new StreamsConfig(connected.properties()), connected.clients());
            streams.setStateListener((now, before) -> follow(now));
            streams.setUncaughtExceptionHandler(this::streamThreadFailed);
            parts = new Parts(connected, streams, metersOf(streams), new KafkaMonitor(settings, connected.failures()));
            if (!lifecycle.isEnding()) {
                streams.start();
                publish(connected);
            }
        } catch (Throwable thrown) { // whatever it is, the caller learns of it
            if (!lifecycle.isEnding()) { // otherwise it was interrupted
                notStarted(thrown);
            }
            if (parts == null && connected != null) {
                connected.close();
            }
        } finally {
            begun.countDown();
        }
    }

    private void publish(SinkTopology topology) {
        if (settings.topics().hasInstances()) {
            publisher = InstancePublisher.start(
                    settings,
                    new ReportedInstance(
                            settings, lifecycle, progress, topology.breaker(), topology.limiter(), this::health));
        }
    }

    /** The start has nothing to do but wait: the caller continues. */
    private void waiting(@Nullable String what) {
        waitsFor = what;
        if (what != null) {
            begun.countDown();
        }
    }

    private Optional<KafkaStreamsMetrics> metersOf(KafkaStreams streams) {
        if (!settings.instruments().showsKafka()) {
            return Optional.empty();
        }
        KafkaStreamsMetrics meters = new KafkaStreamsMetrics(streams);
        meters.bindTo(new KafkaMeterRegistry(settings.instruments().meters()));
        return Optional.of(meters);
    }

    private void notStarted(Throwable thrown) {
        Throwable cause = thrown instanceof StreamsException || parts != null ? stateUnusable(thrown) : thrown;
        startFailure = cause;
        boolean unused = lifecycle.fail(cause instanceof SinkStoppedException known ? known : unexpected(cause));
        if (lifecycle.end()) {
            endInBackground();
        }
    }

    private void follow(KafkaStreams.State now) {
        lifecycle.follow(now);
        if (now.hasCompletedShutdown() && !lifecycle.isEnding()) {
            fail(new SinkStoppedException(
                    "Sink " + settings.name()
                            + " stopped because Kafka Streams ended by itself. What was not committed is"
                            + " applied again at the next start. Find the cause in the log, fix it, and start the sink"
                            + " again.",
                    null));
        }
    }

    /** Called on the stream thread, which ends after it. */
    private StreamThreadExceptionResponse streamThreadFailed(Throwable thrown) {
        fail(reason(thrown));
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Called on a thread that ends, other than a stream thread. */
    private void threadEnded(Thread thread, Throwable thrown) {
        fail(new SinkStoppedException(
                "Sink " + settings.name() + " stopped because its thread " + thread.getName() + " failed: " + thrown
                        + ". What was not committed is applied again at the next start. Find the cause in the log, fix it,"
                        + " and start the sink again.",
                thrown));
    }

    private void fail(SinkStoppedException reason) {
        if (lifecycle.fail(reason)) {
            fields.during(
                    () -> LOG.error("{}", reason.getMessage(), reason.getCause() == null ? reason : reason.getCause()));
        }
        if (lifecycle.end()) {
            Parts running = parts;
            if (running != null) {
                // leaving the group must be requested before the thread ends
                boolean unused = leaveAndClose(running.streams(), Duration.ZERO);
            }
            endInBackground();
        }
    }

    private void endInBackground() {
        try {
            new Thread(fields.around(this::end), settings.name() + "-end").start();
        } catch (OutOfMemoryError noThread) {
            lifecycle.ended();
            throw noThread;
        }
    }

    /** Why the stream thread ended: the sink's own failure, or one that was not expected. */
    private SinkStoppedException reason(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SinkStoppedException known) {
                return known;
            }
            if (cause instanceof MissingSourceTopicException) {
                return new SinkStoppedException(
                        "Sink " + settings.name() + " stopped because topic "
                                + settings.topics().events()
                                + " was deleted. Its events cannot be applied any more; recorded results and parked events are"
                                + " kept. Create the topic, or start a source, which does, and start the sink again.",
                        thrown);
            }
        }
        return unexpected(thrown);
    }

    private SinkStoppedException unexpected(Throwable thrown) {
        KafkaFailure failure = KafkaFailure.of(thrown, settings.kafka());
        if (failure.kind() == KafkaFailure.Kind.AUTHORIZATION) {
            return new SinkStoppedException(
                    "Sink " + settings.name() + " stopped because Kafka denied it access. " + failure.found()
                            + ". What was not committed is applied again at the next start. " + failure.remedy()
                            + " Then start the sink again.",
                    thrown);
        }
        Throwable innermost = thrown;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return new SinkStoppedException(
                "Sink " + settings.name() + " stopped because Kafka Streams failed: " + clause(thrown)
                        + (innermost == thrown ? "" : ", caused by " + clause(innermost))
                        + ". What was not committed is applied again at the next start. Find the cause in the log, fix it, "
                        + "and start the sink again.",
                thrown);
    }

    /** An exception as a part of a sentence: many messages of Kafka end with a full stop. */
    private static String clause(Throwable thrown) {
        return thrown.toString().replaceAll("[.\\s]+$", "");
    }

    private Throwable stateUnusable(Throwable cause) {
        if (!(cause instanceof RuntimeException)) {
            return cause;
        }
        // the text of Kafka Streams for a directory that is locked; it has no exception of its own for it
        if (String.valueOf(cause.getMessage()).contains("multiple instances of Kafka Streams")) {
            return new SinkStoppedException(
                    "Sink " + settings.name() + " did not start: another process uses its state in "
                            + settings.stateDirectory()
                            + ". Each instance on one machine needs its own: pass --state-dir (in code, "
                            + "stateDirectory).",
                    cause);
        }
        KafkaFailure reason = KafkaFailure.of(cause, settings.kafka());
        String remedy = reason.kind() == KafkaFailure.Kind.OTHER
                ? "Its state is in " + settings.stateDirectory()
                        + ": check that it can be written to, or choose another directory."
                : reason.remedy();
        return new SinkStoppedException(
                "Sink " + settings.name() + " did not start: " + reason.found() + ". " + remedy, cause);
    }

    private void end() {
        try {
            endStarter();
            Parts running = parts;
            if (running == null) {
                progress.close();
            } else {
                end(running);
            }
        } finally {
            lifecycle.ended();
        }
    }

    private void endStarter() {
        starter.interrupt();
        try {
            starter.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Parts running) {
        if (lifecycle.failure().isEmpty()) {
            running.topology().quiesce();
        }
        Duration timeout = settings.limits().drainTimeout().plus(CLOSE_TIMEOUT);
        if (!leaveAndClose(running.streams(), timeout)) {
            LOG.warn(
                    "Sink {} did not stop within {} s; what was not committed is applied again at the next start",
                    settings.name(),
                    timeout.toSeconds());
        }
        InstancePublisher publishing = publisher;
        if (publishing != null) {
            publishing.close();
        }
        running.monitor().close();
        running.topology().close();
        running.meters().ifPresent(KafkaStreamsMetrics::close);
    }

    /** Returns whether Kafka Streams ended within the timeout. */
    @SuppressWarnings("deprecation") // the options that replace these came with Kafka Streams 4.2
    private static boolean leaveAndClose(KafkaStreams streams, Duration timeout) {
        return streams.close(new KafkaStreams.CloseOptions().timeout(timeout).leaveGroup(true));
    }
}
