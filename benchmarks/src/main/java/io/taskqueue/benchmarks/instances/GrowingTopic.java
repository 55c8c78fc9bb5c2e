package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.memory.QueueRecords;
import io.taskqueue.kafka.TopicAdmin;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A topic of events, one queue in each partition, to which events are appended. For one thread at a time. */
final class GrowingTopic {

    /** Between two events of a partition while events arrive steadily. */
    static final Duration INTERVAL = Duration.ofMillis(10);

    private final String name;
    private final int partitions;
    private final KafkaProducer<byte[], byte[]> producer;
    private final QueueRecords records;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private long next = 1;

    private GrowingTopic(String name, int partitions, KafkaProducer<byte[], byte[]> producer) {
        this.name = name;
        this.partitions = partitions;
        this.producer = producer;
        this.records = new QueueRecords(name);
    }

    /** Creates the topic, and opens its queues. */
    static GrowingTopic create(Admin admin, KafkaProducer<byte[], byte[]> producer, String name, int partitions)
            throws InterruptedException {
        TopicAdmin topics = new TopicAdmin(admin, Duration.ofSeconds(30));
        if (!topics.create(new NewTopic(name, partitions, (short) 1))
                || topics.awaitReady(name, partitions) != partitions) {
            throw new IllegalStateException("Topic " + name + " exists already.");
        }
        GrowingTopic topic = new GrowingTopic(name, partitions, producer);
        for (int partition = 0; partition < partitions; partition++) {
            topic.send(topic.records.started(partition));
        }
        topic.flush();
        return topic;
    }

    String name() {
        return name;
    }

    int partitions() {
        return partitions;
    }

    /** Appends a number of events to each partition, and returns once they are acknowledged. */
    void append(int each) {
        for (int event = 0; event < each; event++) {
            appendOne();
        }
        flush();
    }

    private void appendOne() {
        for (int partition = 0; partition < partitions; partition++) {
            send(records.enqueued(partition, next));
        }
        next++;
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        var unused = producer.send(record, (metadata, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
            }
        });
    }

    private void flush() {
        producer.flush();
        Exception error = failure.get();
        if (error != null) {
            throw new IllegalStateException("An event could not be written to topic " + name + ".", error);
        }
    }

    /** Appends an event to each partition every {@link #INTERVAL}, on a thread of its own, until it is closed. */
    Feed feed() {
        Thread thread = new Thread(
                () -> {
                    Stopwatch since = new Stopwatch();
                    try {
                        for (long due = 1; !Thread.currentThread().isInterrupted(); due++) {
                            appendOne();
                            Duration left = INTERVAL.multipliedBy(due).minus(since.elapsed());
                            if (!left.isNegative()) {
                                Stopwatch.pause(left);
                            }
                        }
                    } catch (InterruptedException closed) {
                        return;
                    }
                },
                "feed");
        thread.start();
        return () -> {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            flush();
        };
    }

    /** Events that arrive steadily. */
    interface Feed extends AutoCloseable {
        @Override
        void close();
    }
}
