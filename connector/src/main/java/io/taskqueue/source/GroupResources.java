package io.taskqueue.source;

import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicProbe;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.metrics.SourceSeries;
import io.taskqueue.source.confirm.Completions;
import io.taskqueue.source.confirm.RegistryTail;
import io.taskqueue.source.dead.RetryExecutor;
import io.taskqueue.source.mark.MarkPublisher;
import io.taskqueue.source.mark.RetentionReadings;
import io.taskqueue.source.mark.TopicRetention;
import io.taskqueue.source.publish.ProducerFactory;
import io.taskqueue.source.publish.Publisher;
import io.taskqueue.source.publish.SharedSpace;
import io.taskqueue.source.registry.RegistryWatch;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sources of a group share.
 *
 * <pre>
 *   publisher    sends the events of all queues with one producer
 *   registry     follows the registry for all queues
 *   marks        publishes the low-water marks of all queues
 *   monitor      detects outages, and asks the cluster for their reasons
 *   timer        what is due after a time; nothing that blocks
 * </pre>
 *
 * <p>Its threads start with the first source, and end with the group. Thread-safe.
 */
final class GroupResources {

    /** What is done with a producer at the start of sources. */
    interface Claiming<R> {

        R claim(Producer<byte[], byte[]> producer) throws InterruptedException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(GroupResources.class);
    private static final long THREAD_GRACE_MILLIS = 2_000;

    private final GroupSettings settings;
    private final ScheduledThreadPoolExecutor timer;
    private final ProducerFactory producers;
    private final Publisher publisher;
    private final Thread publishing;
    private final RegistryTail tail;
    private final Thread following;
    private final OutageMonitor monitor;
    private final Thread monitoring;
    private final RetryExecutor retries;
    private final MarkPublisher marks;
    private final Thread marking;
    private final Map<Integer, RetentionReadings> retention = new ConcurrentHashMap<>();
    private final AbandonedTaskCounter abandoned;
    private final SharedSpace space;
    private final SourceSeries series;
    private final Completions completions = new Completions();
    private final QueueCalls calls = new QueueCalls();
    private volatile int maxRecordBytes;

    GroupResources(GroupSettings settings) {
        this.settings = settings;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> GroupThreads.daemon("timer", task));
        timer.setRemoveOnCancelPolicy(true);
        this.space = new SharedSpace(settings.bufferBytes());
        this.series = new SourceSeries(
                settings.environment().meters(), settings.environment().queueSeries());
        this.retries = new RetryExecutor(timer, task -> GroupThreads.daemon("retries", task));
        this.marks = new MarkPublisher(
                settings.markInterval(), settings.environment().time());
        this.marking = GroupThreads.daemon("marks", marks);
        this.abandoned = new AbandonedTaskCounter(SourceMarks.access(settings), timer);
        this.producers = new ProducerFactory(
                () -> settings.kafka().producer(maxRecordBytes),
                settings.environment().kafkaMeters());
        this.publisher = new Publisher(
                producers,
                new Publisher.Limits(
                        settings.kafka().ackTimeout(), settings.kafka().memoryBytes()),
                timer,
                settings.environment().time());
        this.publishing = GroupThreads.daemon("publisher", () -> {
            try (producers) {
                publisher.run();
            }
        });
        this.tail = new RegistryTail(
                new RegistryWatch(
                        this::registryReader,
                        settings.topics().registry(),
                        settings.environment().time()),
                settings.environment().time());
        this.following = GroupThreads.daemon("registry", tail);
        this.monitor = new OutageMonitor(settings.environment().time());
        this.monitoring = GroupThreads.daemon("outage-monitor", () -> monitor.run(probe()));
    }

    /** Claims are written without transactions: a hanging transaction of another writer must not hide a newer claim. */
    private TopicReader registryReader() {
        return TopicReader.open(
                settings.kafka().all(),
                IsolationLevel.READ_UNCOMMITTED,
                settings.environment().registryTimeout(settings.kafka().apiTimeout()));
    }

    GroupSettings settings() {
        return settings;
    }

    private OutageMonitor.Probe probe() {
        TopicProbe probe =
                new TopicProbe(settings.kafka().all(), settings.topics().events(), OutageMonitor.PROBE_TIMEOUT);
        return new OutageMonitor.Probe() {
            @Override
            public Optional<String> problem(int partition) throws InterruptedException {
                return probe.problem(number -> number == partition);
            }

            @Override
            public void close() {
                probe.close();
            }
        };
    }

    /** Which queues have meters of their own. */
    SourceSeries series() {
        return series;
    }

    SharedSpace space() {
        return space;
    }

    MarkPublisher marks() {
        return marks;
    }

    /** What the event topic keeps of a partition, read once for all queues in it; for the thread of the marks. */
    RetentionReadings retention(int partition) {
        return retention.computeIfAbsent(
                partition,
                number -> new RetentionReadings(
                        new TopicRetention(new TopicPartition(settings.topics().events(), number)),
                        () -> TopicAdmin.open(
                                settings.kafka().all(), settings.kafka().apiTimeout()),
                        settings.environment().time()));
    }

    /** Counts the live tasks of earlier owners. */
    AbandonedTaskCounter abandoned() {
        return abandoned;
    }

    RetryExecutor retries() {
        return retries;
    }

    OutageMonitor monitor() {
        return monitor;
    }

    RegistryTail tail() {
        return tail;
    }

    /** Calls of queues, which may block. */
    QueueCalls calls() {
        return calls;
    }

    Completions completions() {
        return completions;
    }

    Publisher publisher() {
        return publisher;
    }

    ProducerFactory producers() {
        return producers;
    }

    /**
     * Writes claims: with the producer that sends the events afterwards, if these are the first sources, and otherwise with one of their own,
     * because the other may fail at any moment.
     */
    <R> R withProducer(int largestRecord, Claiming<R> claiming) throws InterruptedException {
        maxRecordBytes = largestRecord;
        if (publishing.getState() != Thread.State.NEW) {
            Producer<byte[], byte[]> separate = producers.separate();
            try {
                return claiming.claim(separate);
            } finally {
                close(separate);
            }
        }
        boolean claimed = false;
        try {
            R result = claiming.claim(producers.first());
            claimed = true;
            publishing.start();
            following.start();
            monitoring.start();
            marking.start();
            return result;
        } finally {
            if (!claimed) {
                producers.closeFirst();
            }
        }
    }

    /** Ends the threads. */
    void end() {
        publisher.close();
        tail.close();
        monitor.close();
        timer.shutdown();
        retries.close();
        marks.close();
        marking.interrupt(); // a reading of the retention may wait for Kafka
        abandoned.close();
        completions.shutdown();
        calls.shutdown();
        awaitEnd(publishing);
        awaitEnd(following);
    }

    /** Does not wait for what Kafka has not acknowledged: it may never, and the claim has failed then. */
    private static void close(Producer<byte[], byte[]> separate) {
        try {
            separate.close(Duration.ZERO);
        } catch (KafkaException e) {
            // what was claimed with it counts; an interruption remains set
            LOG.debug("A producer of claims did not close regularly.", e);
        }
    }

    /** Waits until a thread that is about to end has ended, no longer than a grace. */
    private static void awaitEnd(Thread thread) {
        try {
            thread.join(THREAD_GRACE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
