package io.taskqueue.source.publish;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka, as producers see it: each record is answered on a thread of the cluster, in the order of its partition. Partitions can be silent, records of
 * a queue refused. The log of each partition is kept. A producer that is closed gets no more answers, and its records that were not answered are
 * not written.
 */
final class SimulatedKafka implements Supplier<Producer<byte[], byte[]>>, AutoCloseable {

    /** A record of an event in the log. */
    record Entry(String queue, long sequence) {}

    private record Sent(ProducerRecord<byte[], byte[]> record, Callback callback, SimulatedProducer by) {

        Entry entry() {
            var event = PublishingParts.CODEC.decode(record.value());
            return new Entry(event.queueName(), event.position().sequence());
        }
    }

    private final ExecutorService answers = Executors.newSingleThreadExecutor();
    private final Map<Integer, Deque<Sent>> held = new HashMap<>();
    private final Set<Integer> silent = new HashSet<>();
    private final Map<Entry, RuntimeException> refused = new HashMap<>();
    private final List<Entry> sent = new ArrayList<>();
    private final Map<Integer, List<Entry>> logs = new HashMap<>();
    private final AtomicInteger producers = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private boolean refusesNext;
    private @Nullable Error opening;
    private @Nullable SimulatedProducer current;

    @Override
    public Producer<byte[], byte[]> get() {
        producers.incrementAndGet();
        SimulatedProducer opened = new SimulatedProducer();
        synchronized (this) {
            Error error = opening;
            opening = null;
            if (error != null) {
                throw error;
            }
            current = opened;
        }
        return opened;
    }

    /** The next producer cannot be opened. */
    synchronized void failNextProducer(Error error) {
        opening = error;
    }

    int producers() {
        return producers.get();
    }

    int refusals() {
        return refusals.get();
    }

    /** How many records were sent before the first one of that event. */
    synchronized int positionOf(String queue, long sequence) {
        return sent.indexOf(new Entry(queue, sequence));
    }

    /** The events in the log of a partition. */
    synchronized List<Entry> log(int partition) {
        return List.copyOf(logs.getOrDefault(partition, List.of()));
    }

    /** How many bytes of values wait for the answer of a partition. */
    synchronized long heldBytes(int partition) {
        return held.getOrDefault(partition, new ArrayDeque<>()).stream()
                .mapToLong(one -> one.record.value().length)
                .sum();
    }

    synchronized void silence(int partition) {
        silent.add(partition);
    }

    synchronized void answer(int partition) {
        silent.remove(partition);
        answers.execute(this::answerAll);
    }

    synchronized void refuse(String queue, long sequence, RuntimeException error) {
        refused.put(new Entry(queue, sequence), error);
    }

    /** Refuses one of the next records, whichever it is, once. */
    synchronized void refuseOne() {
        refusesNext = true;
    }

    /** The current producer fails at its next record. */
    synchronized void breakProducer() {
        SimulatedProducer broken = current;
        if (broken != null) {
            broken.closed = true;
        }
    }

    synchronized void accept(String queue) {
        refused.keySet().removeIf(entry -> entry.queue.equals(queue));
    }

    private synchronized void send(Sent record) {
        sent.add(record.entry());
        held.computeIfAbsent(record.record.partition(), partition -> new ArrayDeque<>())
                .add(record);
        answers.execute(this::answerAll);
    }

    private void answerAll() {
        for (Sent next = next(); next != null; next = next()) {
            answer(next);
        }
    }

    private synchronized @Nullable Sent next() {
        for (Map.Entry<Integer, Deque<Sent>> partition : held.entrySet()) {
            Deque<Sent> waiting = partition.getValue();
            waiting.removeIf(one -> one.by.isClosed());
            if (!silent.contains(partition.getKey()) && !waiting.isEmpty()) {
                return waiting.remove();
            }
        }
        return null;
    }

    private void answer(Sent one) {
        RuntimeException error;
        int offset;
        synchronized (this) {
            Entry entry = one.entry();
            error = refusesNext ? new OutOfOrderSequenceException("on purpose") : refused.get(entry);
            refusesNext = false;
            List<Entry> log = logs.computeIfAbsent(one.record.partition(), partition -> new ArrayList<>());
            offset = log.size();
            if (error == null) {
                log.add(entry);
            }
        }
        TopicPartition partition = new TopicPartition(one.record.topic(), one.record.partition());
        if (error == null) {
            one.callback.onCompletion(new RecordMetadata(partition, offset, 0, 0, 0, 0), null);
        } else {
            refusals.incrementAndGet();
            one.callback.onCompletion(null, error);
        }
    }

    @Override
    public void close() {
        answers.shutdownNow();
    }

    private final class SimulatedProducer extends MockProducer<byte[], byte[]> {

        private volatile boolean closed;

        SimulatedProducer() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        boolean isClosed() {
            return closed;
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (closed) {
                throw new KafkaException("The producer is closed.");
            }
            SimulatedKafka.this.send(new Sent(record, callback, this));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close(Duration timeout) {
            closed = true;
        }
    }
}
