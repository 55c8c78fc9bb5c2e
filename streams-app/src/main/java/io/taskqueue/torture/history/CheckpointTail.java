package io.taskqueue.torture.history;

import io.taskqueue.event.Position;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.checkpoint.CheckpointFormat;
import io.taskqueue.streams.checkpoint.PeerPositions;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.torture.history.ObservedEntry.CheckpointSeen;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Follows the checkpoints of a sink as they are committed, and writes each of them down: from the changelog of the sink's state, which a transaction
 * writes together with the offsets. An instance's own status would show what is not committed yet.
 *
 * <p>The reader has a thread of its own, and waits for whatever of the cluster cannot be reached. {@link #close} reads what is left.
 */
public final class CheckpointTail implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Map<String, ?> kafka;
    private final String sink;
    private final BiConsumer<String, ? super ObservedEntry> history;
    private final Supplier<Moment> now;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Position> latest = new HashMap<>();
    private final Thread thread;

    private CheckpointTail(
            Map<String, ?> kafka,
            String sink,
            BiConsumer<String, ? super ObservedEntry> history,
            Supplier<Moment> now) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
        this.history = history;
        this.now = now;
        this.thread = new Thread(this::run, "checkpoints-of-" + sink);
        this.thread.setDaemon(true);
    }

    /**
     * Starts to follow the checkpoints of a sink, which need not have started yet.
     *
     * @param kafka properties of Kafka's clients
     * @param history gets each checkpoint, with the name of its queue
     */
    public static CheckpointTail start(
            Map<String, ?> kafka,
            String sink,
            BiConsumer<String, ? super ObservedEntry> history,
            Clock clock,
            Ticker ticker) {
        CheckpointTail tail = new CheckpointTail(kafka, sink, history, () -> Moment.now(clock, ticker));
        tail.thread.start();
        return tail;
    }

    private void run() {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = awaitTopic(consumer);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (closed.getCount() > 0) {
                consumer.poll(POLL).forEach(this::add);
            }
            readToEnd(consumer, partitions);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> properties = new ClientProperties(kafka).of(Client.CONSUMER);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private List<TopicPartition> awaitTopic(KafkaConsumer<?, ?> consumer) throws InterruptedException {
        String topic = TopicNames.changelog(sink, StoreNames.STATE);
        while (true) {
            try {
                List<TopicPartition> partitions = consumer.partitionsFor(topic, TIMEOUT).stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .toList();
                if (!partitions.isEmpty()) {
                    return partitions;
                }
            } catch (KafkaException unavailable) {
                // asked again
            }
            if (closed.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                return List.of();
            }
        }
    }

    private void readToEnd(KafkaConsumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), TIMEOUT) < end.getValue())) {
            consumer.poll(POLL).forEach(this::add);
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null || !StateKind.CHECKPOINT.owns(record.key())) {
            return;
        }
        String queue = new String(StateKind.CHECKPOINT.strip(record.key()), StandardCharsets.UTF_8);
        // an event counts for the peer that owns it: all are applied up to the position that every peer has reached
        CheckpointFormat.read(record.value()).peers().values().stream()
                .map(PeerPositions.Reached::done)
                .min(Position::compareTo)
                .filter(done -> !done.equals(latest.put(queue, done)))
                .ifPresent(done -> history.accept(queue, new CheckpointSeen(now.get(), sink, done, null)));
    }

    /** Reads what has been committed by now, and ends. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
