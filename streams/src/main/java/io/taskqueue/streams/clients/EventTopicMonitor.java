package io.taskqueue.streams.clients;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.topics.RecordSizes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the description of the event topic at intervals: its id, its partitions, its limits, and where its log begins; the sink's own
 * topics are made fit for it. Thread-safe.
 */
public final class EventTopicMonitor implements EventTopic, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventTopicMonitor.class);

    private final EventTopicAdmin admin;
    private final String sink;
    private final int producerTakes;
    private final ScheduledExecutorService reader;
    private volatile EventTopicDescription latest;

    /**
     * @param admin closed with this
     * @param producerTakes the size of the largest record that the sink's producer sends
     */
    public EventTopicMonitor(
            EventTopicAdmin admin, EventTopicDescription first, String sink, Duration interval, int producerTakes) {
        this.admin = admin;
        this.sink = sink;
        this.producerTakes = producerTakes;
        this.latest = first;
        this.reader = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, sink + "-topic-monitor");
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
    public void refresh() {
        read();
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

    private void read() {
        try {
            EventTopicDescription now = admin.describe();
            if (!now.equals(latest)) {
                latest = now;
            }
        } catch (RuntimeException e) {
            LOG.debug("The description of the event topic cannot be read now; it is read again after the interval", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
