package io.taskqueue.streams;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads now and then what the cluster says of the event topic: its id, and where its log begins. Thread-safe. */
final class TopicWatch implements Supplier<TopicFacts>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

    private final EventTopic topic;
    private final ScheduledExecutorService reader;
    private volatile TopicFacts facts;

    TopicWatch(EventTopic topic, TopicFacts first, String sink, Duration every) {
        this.topic = topic;
        this.facts = first;
        this.reader = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, sink + "-topic-watch");
            thread.setDaemon(true);
            return thread;
        });
        Future<?> unused =
                reader.scheduleWithFixedDelay(this::read, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public TopicFacts get() {
        return facts;
    }

    @Override
    public void close() {
        reader.shutdownNow();
        topic.close();
    }

    private void read() {
        try {
            TopicFacts now = topic.read();
            if (!now.equals(facts)) {
                facts = now;
            }
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            LOG.debug("What the cluster says of the event topic cannot be read now", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
