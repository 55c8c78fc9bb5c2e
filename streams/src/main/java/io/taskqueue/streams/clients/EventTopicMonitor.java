package io.taskqueue.streams.clients;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the description of the event topic at intervals: its id, and where its log begins. Thread-safe. */
public final class EventTopicMonitor implements Supplier<EventTopicDescription>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventTopicMonitor.class);

    private final EventTopicAdmin admin;
    private final ScheduledExecutorService reader;
    private volatile EventTopicDescription latest;

    /** @param admin closed with this */
    public EventTopicMonitor(EventTopicAdmin admin, EventTopicDescription first, String sink, Duration interval) {
        this.admin = admin;
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
