package io.taskqueue.source;

import io.taskqueue.event.ReplicationEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the buffer, in order, until it is stopped.
 *
 * <pre>
 *   open a producer -&gt; send from the oldest event on -&gt; it fails, or nothing is acknowledged for too long
 *         ^                                                                          |
 *         +---------------- back-off <---------------- close it, start over <---------+
 * </pre>
 *
 * <p>It never skips an event and never gives up. A record that the topic does not take, although it did when its payload was
 * let in, is no exception: it is tried again with back-off, loudly, until the topic takes it.
 *
 * <p>An idempotent producer has several requests on their way without mixing up their order, because the broker knows the
 * number of its last batch. Of a producer that it has not heard of, or not for a day, it knows none, and would take a second
 * batch after refusing the first. So the first event of a producer goes alone, and so does one after a long silence.
 */
final class Publisher<T> implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private static final int AT_ONCE = 1_000;
    private static final Duration LONG_SILENCE = Duration.ofHours(1);
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_DOUBLINGS = 6;

    /** What the publisher tells of itself. */
    interface Monitor {

        /** The producer failed and will be replaced. */
        void retrying(String error);

        /** The publisher ended, because an event cannot be written at all. */
        void failed(RuntimeException cause);
    }

    private final EventBuffer<T> buffer;
    private final EventRecords<T> records;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final BiPredicate<Buffered<T>, ReplicationEvent<T>> acknowledged;
    private final Monitor monitor;
    private final long patienceNanos;
    private @Nullable Buffered<T> lastSent;

    Publisher(
            EventBuffer<T> buffer,
            EventRecords<T> records,
            Supplier<Producer<byte[], byte[]>> producers,
            BiPredicate<Buffered<T>, ReplicationEvent<T>> acknowledged,
            Monitor monitor,
            Duration patience) {
        this.buffer = buffer;
        this.records = records;
        this.producers = producers;
        this.acknowledged = acknowledged;
        this.monitor = monitor;
        this.patienceNanos = patience.toNanos();
    }

    @Override
    public void run() {
        try {
            int failures = 0;
            while (!buffer.isStopped()) {
                long before = buffer.acknowledgedUpTo().sequence();
                runSession();
                failures = buffer.acknowledgedUpTo().sequence() > before ? 1 : failures + 1;
                buffer.startOver();
                buffer.pause(FIRST_BACKOFF_NANOS << Math.min(failures - 1, MOST_DOUBLINGS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            monitor.failed(e);
        } catch (Error e) {
            // a thread that dies unseen would leave the queue waiting for ever
            monitor.failed(new IllegalStateException("The publisher cannot go on: " + e, e));
        }
    }

    private void runSession() throws InterruptedException {
        Producer<byte[], byte[]> producer;
        try {
            producer = producers.get();
        } catch (KafkaException e) {
            tell(e);
            return;
        }
        lastSent = null;
        ProducerSession<T> session = new ProducerSession<>(producer, acknowledged, buffer::wake);
        try {
            pump(session);
            Throwable failure = session.failure();
            if (failure != null && !buffer.isStopped()) {
                tell(failure);
            }
        } finally {
            // closing waits for the producer's own thread, which an interruption would cut short
            boolean interrupted = Thread.interrupted();
            session.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void pump(ProducerSession<T> session) throws InterruptedException {
        List<Buffered<T>> batch = new ArrayList<>(AT_ONCE);
        long patience = patienceNanos;
        long progress = -1;
        while (!session.failed() && !buffer.isStopped()) {
            batch.clear();
            patience = buffer.take(batch, AT_ONCE, session::failed, patience);
            for (Buffered<T> buffered : batch) {
                if (session.failed() || buffer.isStopped()) {
                    return;
                }
                patience = send(session, buffered, patience);
            }
            long reached = buffer.acknowledgedUpTo().sequence();
            if (reached != progress || buffer.size() == 0) {
                progress = reached;
                patience = patienceNanos;
            } else if (patience <= 0) {
                session.fail(unanswered());
            }
        }
    }

    private long send(ProducerSession<T> session, Buffered<T> buffered, long patience) throws InterruptedException {
        boolean alone = lastSent == null
                || Duration.between(lastSent.recordedAt, buffered.recordedAt).compareTo(LONG_SILENCE) > 0;
        lastSent = buffered;
        session.send(buffered, records.make(buffered));
        if (!alone) {
            return patience;
        }
        long left = buffer.awaitAcknowledged(buffered, session::failed, patienceNanos);
        if (left <= 0 && buffer.acknowledgedUpTo().compareTo(buffered.position) < 0) {
            session.fail(unanswered());
        }
        return left;
    }

    private TimeoutException unanswered() {
        return new TimeoutException(
                "Kafka acknowledged nothing for " + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms");
    }

    private void tell(Throwable failure) {
        String error = failure instanceof RecordTooLargeException
                ? "Kafka refuses an event as too large, though it was not when its task was enqueued: "
                        + failure.getMessage()
                        + ". Raise max.message.bytes of the topic; until then this queue's events wait."
                : failure.toString();
        LOG.warn(
                "Publishing was interrupted behind event {}; it goes on with the next one, with a new producer: {}",
                buffer.acknowledgedUpTo(),
                error);
        monitor.retrying(error);
    }
}
