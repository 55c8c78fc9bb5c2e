package io.taskqueue.source.publish;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the events in the buffer, in order, until the buffer has ended.
 *
 * <pre>
 *   open a producer -&gt; send from the oldest event -&gt; it fails, or nothing is acknowledged for too long
 *         ^                                                                          |
 *         +---------------- back-off <---------------- close it, start over <---------+
 * </pre>
 *
 * <p>It never skips an event and never gives up. That includes a record that the topic refuses although its payload was
 * accepted: it is sent again with back-off, and logged each time, until the topic accepts it.
 *
 * <p>An idempotent producer keeps the order of several requests in flight, because the broker knows the number of its last
 * batch. Of a producer that is new to the broker, or that was silent for a day, it knows none, and would accept a second batch
 * after refusing the first. So the first event of a producer is sent alone, and so is one after a long silence.
 */
public final class Publisher<T> implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private static final int AT_ONCE = 1_000;
    private static final long LONG_SILENCE_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long FIRST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int MOST_DOUBLINGS = 6;

    /** Is notified of what happens; on the publisher's thread, or on the producer's. */
    public interface Listener<T> {

        /**
         * Kafka acknowledged the event; called once for each, in order, on the producer's thread.
         *
         * @param offset its offset in the partition, or -1 if Kafka did not state it
         */
        void acknowledged(ReplicationEvent<T> event, long offset);

        /** The producer failed and will be replaced. */
        void retrying(String error);

        /** The publisher ended, because an event cannot be encoded. */
        void failed(RuntimeException cause);

        /** The publisher ended: all that the buffer holds is acknowledged, and the next event was lost before it was in the buffer. */
        void lost(Throwable cause);
    }

    /** An event that the codec cannot encode. */
    private static final class UnencodableEventException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final RuntimeException error;

        UnencodableEventException(RuntimeException error) {
            super(error);
            this.error = error;
        }
    }

    private final EventBuffer<T> buffer;
    private final EventRecords<T> records;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final Listener<T> listener;
    private final long ackTimeoutNanos;
    private final Ticker ticker;
    private boolean sent;
    private long lastSentNanos;

    /** @param ackTimeout how long the oldest event may wait for its acknowledgement before the producer is replaced */
    public Publisher(
            EventBuffer<T> buffer,
            EventRecords<T> records,
            Supplier<Producer<byte[], byte[]>> producers,
            Listener<T> listener,
            Duration ackTimeout,
            Ticker ticker) {
        this.buffer = buffer;
        this.records = records;
        this.producers = producers;
        this.listener = listener;
        this.ackTimeoutNanos = ackTimeout.toNanos();
        this.ticker = ticker;
    }

    @Override
    public void run() {
        try {
            int failures = 0;
            while (!buffer.hasEnded()) {
                long before = buffer.acknowledgedUpTo().sequence();
                try {
                    runSession();
                } catch (UnencodableEventException e) {
                    throw e;
                } catch (RuntimeException e) { // as of the user's ticker or meter registry
                    report(e);
                } catch (InterruptedException e) {
                    // the source has ended, or the user's code has left its thread interrupted; the buffer tells
                }
                failures = buffer.acknowledgedUpTo().sequence() > before ? 1 : failures + 1;
                buffer.startOver();
                pause(FIRST_BACKOFF_NANOS << Math.min(failures - 1, MOST_DOUBLINGS));
            }
            buffer.lostEvent().ifPresent(listener::lost);
        } catch (UnencodableEventException e) {
            listener.failed(e.error);
        } catch (Error e) {
            // a thread that ends without notice would block the queue forever
            listener.failed(new IllegalStateException("The publisher cannot continue: " + e, e));
        }
    }

    private void pause(long nanos) {
        try {
            buffer.pause(nanos);
        } catch (InterruptedException e) {
            // as in run()
        }
    }

    private void runSession() throws InterruptedException {
        Producer<byte[], byte[]> producer;
        try {
            producer = producers.get();
        } catch (KafkaException e) {
            report(e);
            return;
        }
        sent = false;
        ProducerSession<T> session = new ProducerSession<>(producer, this::acknowledged, buffer::wake);
        try {
            pump(session);
            Throwable failure = session.failure();
            if (failure != null && !buffer.hasEnded()) {
                report(failure);
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
        List<BufferedEvent<T>> batch = new ArrayList<>(AT_ONCE);
        long remaining = ackTimeoutNanos;
        long progress = -1;
        while (!session.failed() && !buffer.hasEnded()) {
            batch.clear();
            remaining = buffer.take(batch, AT_ONCE, session::failed, remaining);
            sent &= ticker.nanos() - lastSentNanos <= LONG_SILENCE_NANOS;
            for (BufferedEvent<T> event : batch) {
                if (session.failed() || buffer.hasEnded()) {
                    return;
                }
                remaining = send(session, event, remaining);
            }
            if (!batch.isEmpty()) {
                lastSentNanos = ticker.nanos();
            }
            long reached = buffer.acknowledgedUpTo().sequence();
            if (reached != progress || buffer.size() == 0) {
                progress = reached;
                remaining = ackTimeoutNanos;
            } else if (remaining <= 0) {
                session.fail(unanswered());
            }
        }
    }

    private long send(ProducerSession<T> session, BufferedEvent<T> event, long remaining) throws InterruptedException {
        boolean alone = !sent;
        sent = true;
        session.send(event, record(event));
        if (!alone) {
            return remaining;
        }
        long left = buffer.awaitAcknowledged(event, session::failed, ackTimeoutNanos);
        if (left <= 0 && buffer.acknowledgedUpTo().compareTo(event.position) < 0) {
            session.fail(unanswered());
        }
        return left;
    }

    private ProducerRecord<byte[], byte[]> record(BufferedEvent<T> event) {
        try {
            return records.record(event);
        } catch (RuntimeException e) {
            throw new UnencodableEventException(e);
        }
    }

    private boolean acknowledged(BufferedEvent<T> event, long offset) {
        if (!buffer.acknowledged(event)) {
            return false;
        }
        listener.acknowledged(Objects.requireNonNull(event.published), offset);
        return true;
    }

    private TimeoutException unanswered() {
        return new TimeoutException(
                "Kafka acknowledged nothing for " + TimeUnit.NANOSECONDS.toMillis(ackTimeoutNanos) + " ms");
    }

    private void report(Throwable failure) {
        String error = failure instanceof RecordTooLargeException
                ? "Kafka refuses an event as too large, though its size was accepted when its task was enqueued: "
                        + failure.getMessage()
                        + ". Raise max.message.bytes of the topic; until then this queue's events wait."
                : failure.toString();
        // the beginning and the end of an outage are logged by its listener, once
        LOG.debug(
                "Publishing was interrupted after event {}; it continues with the next one, with a new producer: {}",
                buffer.acknowledgedUpTo(),
                error);
        listener.retrying(error);
    }
}
