package io.taskqueue.streams.clients;

import io.taskqueue.logging.LogFields;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.topics.RecordSizes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the description of the event topic at intervals: its id, its partitions, its limits, and where its log begins; the sink's own
 * topics are made fit for it. Thread-safe.
 */
public final class EventTopicMonitor implements EventTopic, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventTopicMonitor.class);

    /** How often the topic may be looked at because something is unusual. */
    private static final Duration OLD = Duration.ofSeconds(1);

    private final EventTopicAdmin admin;
    private final String sink;
    private final int producerTakes;
    private final ScheduledExecutorService reader;
    private final Ticker ticker;
    private volatile long readAtNanos;
    private volatile EventTopicDescription latest;
    private volatile @Nullable String problem;

    /**
     * @param admin closed with this
     * @param producerTakes the size of the largest record that the sink's producer sends
     */
    public EventTopicMonitor(
            EventTopicAdmin admin, EventTopicDescription first, SinkSettings<?> settings, int producerTakes) {
        this.admin = admin;
        this.sink = settings.name();
        this.ticker = settings.instruments().ticker();
        this.readAtNanos = ticker.nanos();
        Duration interval = settings.topics().checkInterval();
        this.producerTakes = producerTakes;
        this.latest = first;
        this.reader = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(LogFields.ofSink(sink).around(work), sink + "-topic-monitor");
            thread.setDaemon(true);
            return thread;
        });
        Future<?> unused = reader.scheduleWithFixedDelay(
                this::read, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The description that was read last. */
    @Override
    public EventTopicDescription get() {
        return latest;
    }

    /** Why the topic cannot be described, for a reason that does not pass by itself; results are not purged meanwhile. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public int takes() {
        return admin.own().takes();
    }

    @Override
    public void makeRoom(int bytes) {
        if (bytes <= takes()) {
            return;
        }
        if (bytes > RecordSizes.withoutEnvelope(producerTakes)) {
            throw new SinkStoppedException(
                    "Sink " + sink + " stopped before a record of " + bytes
                            + " bytes, because its producer sends no more than "
                            + producerTakes + " bytes at once. Start it again: it then sends what the event topic takes"
                            + " now. If it stops again, raise producer.max.request.size and producer.buffer.memory.",
                    null);
        }
        admin.own().makeRoom(bytes);
    }

    @Override
    public boolean refresh() {
        return read();
    }

    @Override
    public void refreshIfOld() {
        if (ticker.nanos() - readAtNanos >= OLD.toNanos()) {
            boolean unused = read();
        }
    }

    @Override
    public Optional<String> note() {
        return admin.own().note();
    }

    @Override
    public void close() {
        reader.shutdownNow();
        admin.close();
    }

    /** One reading. Whatever it throws, the next one is made: it would end the schedule in silence. Returns whether it succeeded. */
    synchronized boolean read() {
        readAtNanos = ticker.nanos();
        try {
            EventTopicDescription now = admin.describe();
            if (!now.equals(latest)) {
                latest = now;
            }
            described();
            return true;
        } catch (RetriableException e) {
            LOG.debug("The description of the event topic cannot be read now; it is read again after the interval", e);
        } catch (RuntimeException | Error e) {
            refused(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void refused(Throwable reason) {
        boolean first = problem == null;
        problem =
                "the event topic cannot be described, so results of events that its log does not hold any more are kept: "
                        + reason.getMessage();
        if (first) {
            LOG.warn(
                    "Sink {}: {}. It is tried again at each interval; permit the sink to describe the topic.",
                    sink,
                    problem);
        }
    }

    private void described() {
        if (problem != null) {
            problem = null;
            LOG.warn("Sink {}: the event topic can be described again; results are purged.", sink);
        }
    }
}
