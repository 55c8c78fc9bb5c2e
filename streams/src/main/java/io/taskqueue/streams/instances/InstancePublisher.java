package io.taskqueue.streams.instances;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.SinkState;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the reports of an instance, on a daemon thread of its own.
 *
 * <pre>
 *   at the start, and where its condition has changed      within half a second
 *   where anything else has changed                        an interval after the report before
 *   where nothing has changed                              after a minute
 *   at the end                                             the report is removed, or where the instance failed, is the last one
 * </pre>
 *
 * <p>Nothing waits for a report, and whatever fails here ends nothing: a report that could not be written is lost, and the next one
 * replaces it. One report is being written at a time, so nothing accumulates.
 */
public final class InstancePublisher implements AutoCloseable {

    /** How often it is checked whether a report is due. */
    static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

    /** How long the end waits for the last record. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(InstancePublisher.class);

    /** An instance of a sink. Called on the publisher's thread. */
    public interface Instance {

        /** What is reported at once where it changes: a few values that are compared. Called twice a second. */
        Object condition();

        /** The report now. */
        SinkInstance report();
    }

    /** Where reports are written. */
    interface Writer extends AutoCloseable {

        /**
         * Writes the report of an instance, and returns when it is acknowledged.
         *
         * @param value the report; null removes it
         * @throws org.apache.kafka.common.KafkaException if it is lost
         */
        void write(String instance, byte @Nullable [] value) throws InterruptedException;

        @Override
        void close();
    }

    private final SinkSettings<?> settings;
    private final Instance instance;
    private final Writer writer;
    private final Ticker ticker;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private final Set<KafkaFailure.Kind> logged = EnumSet.noneOf(KafkaFailure.Kind.class);
    private @Nullable Object condition;
    private @Nullable SinkInstance last;
    private long lastAt;

    InstancePublisher(SinkSettings<?> settings, Instance instance, Writer writer) {
        this.settings = settings;
        this.instance = instance;
        this.writer = writer;
        this.ticker = settings.instruments().ticker();
        this.thread = new Thread(LogFields.ofSink(settings.name()).around(this::run), settings.name() + "-instance");
        thread.setDaemon(true);
    }

    /** Begins to publish the reports of an instance. */
    public static InstancePublisher start(SinkSettings<?> settings, Instance instance) {
        return start(settings, instance, new InstanceWriter(settings));
    }

    static InstancePublisher start(SinkSettings<?> settings, Instance instance, Writer writer) {
        InstancePublisher publisher = new InstancePublisher(settings, instance, writer);
        publisher.thread.start();
        return publisher;
    }

    private void run() {
        try (writer) {
            do {
                check();
            } while (!closed.await(CHECK_INTERVAL.toNanos(), TimeUnit.NANOSECONDS));
            end();
        } catch (Throwable ended) { // whatever it is, the sink does not depend on this thread
            LOG.debug("Sink {} does not report itself any more", settings.name(), ended);
        }
    }

    /** Publishes a report if one is due. On the publisher's thread. */
    void check() throws InterruptedException {
        long since = ticker.nanos() - lastAt;
        Object now = instance.condition();
        boolean changed = !now.equals(condition);
        if (!changed && since < settings.topics().instanceInterval().toNanos()) {
            return;
        }
        SinkInstance report = instance.report();
        SinkInstance before = last;
        if (!changed && before != null && report.sameAs(before) && since < SinkInstance.LONGEST_INTERVAL.toNanos()) {
            return;
        }
        condition = now;
        last = report;
        lastAt = ticker.nanos();
        write(report, InstanceFormat.write(report));
    }

    /** Publishes that the instance has ended. On the publisher's thread. */
    void end() throws InterruptedException {
        SinkInstance report = instance.report();
        write(report, report.state() == SinkState.FAILED ? InstanceFormat.write(report) : null);
    }

    private void write(SinkInstance report, byte @Nullable [] value) throws InterruptedException {
        try {
            writer.write(report.identity().id(), value);
        } catch (RuntimeException lost) {
            KafkaFailure failure = KafkaFailure.of(lost, new ClientProperties(settings.kafka()).of(Client.PRODUCER));
            // that the cluster does not answer is reported by the monitor of Kafka
            if (failure.kind() != KafkaFailure.Kind.UNREACHABLE && logged.add(failure.kind())) {
                LOG.warn(
                        "Sink {} cannot report this instance on topic {}, so that the console does not show it; everything else"
                                + " works: {}",
                        settings.name(),
                        TopicNames.instances(settings.name()),
                        failure.text());
            }
        }
    }

    /** Ends, after the last record was written or two seconds have passed. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }
}
