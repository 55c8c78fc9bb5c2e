package io.taskqueue.source.publish;

import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the events of many queues with one producer, those of each queue in order, until it is closed.
 *
 * <pre>
 *   open a producer -&gt; each queue in turn: send from its oldest event -&gt; an event is refused, or a partition acknowledges
 *         ^                                                                 nothing for too long
 *         |                                                                            |
 *         +---------------- back-off &lt;---------------- close it, all start over &lt;------+
 * </pre>
 *
 * <p>It never skips an event and never gives up. That includes a record that the topic refuses although its payload was
 * accepted: it is sent again with back-off, and logged each time, until the topic accepts it. Only its queue waits for that back-off; the
 * others continue with the next producer.
 *
 * <p><b>Fairness.</b> Partitions take turns, and in each the queues that are ready ({@link ReadyQueues}). A turn of a queue has at most {@value
 * #TURN_EVENTS} events, one of a partition about {@value #TURN_BYTES} bytes. What the producer holds of one partition is limited ({@link PartitionWindow}), so that
 * it has memory for the others while one acknowledges nothing.
 *
 * <p>{@link #run} is for its own thread; the other methods are thread-safe.
 */
public final class Publisher implements Runnable, ProducerSession.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    static final int TURN_EVENTS = 500;
    private static final long TURN_BYTES = 256 * 1024;

    /** What the turn of a queue costs besides its events: so that one of many queues that have nothing to send ends, too. */
    private static final long QUEUE_BYTES = 64;

    private static final int CHECKS_A_TIMEOUT = 10;
    private static final long SMALLEST_WINDOW = 256 * 1024;
    private static final long LONGEST_CHECK_MILLIS = 1_000;
    private static final Duration RECORD_GRACE = Duration.ofMillis(500);
    private static final Duration INTERRUPTED_GRACE = Duration.ofSeconds(5);

    /**
     * How a publisher uses its producers.
     *
     * @param ackTimeout how long a partition may acknowledge nothing before the producer is replaced
     * @param memory how many bytes a producer can hold
     */
    public record Limits(Duration ackTimeout, long memory) {}

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final Limits limits;
    private final ScheduledExecutorService timer;
    private final Ticker ticker;
    private final Set<Publication<?>> publications = ConcurrentHashMap.newKeySet();
    private final Map<TopicPartition, Integer> partitions = new HashMap<>();
    private final ReadyQueues ready = new ReadyQueues();
    private final Queue<PartitionWindow> roomy = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Publication<?>> refusedInARow = new HashSet<>();
    private int failures;
    private volatile boolean waiting;
    private volatile boolean closed;
    private volatile long windowBytes;
    private volatile @Nullable ProducerSession session;
    private volatile @Nullable Thread thread;

    /** @param timer runs what is due after a time; nothing that blocks */
    public Publisher(
            Supplier<Producer<byte[], byte[]>> producers,
            Limits limits,
            ScheduledExecutorService timer,
            Ticker ticker) {
        this.producers = producers;
        this.limits = limits;
        this.timer = timer;
        this.ticker = ticker;
        this.windowBytes = limits.memory() / 2;
    }

    /** Begins to send the events of a queue. */
    public void add(Publication<?> publication) {
        if (publications.add(publication)) {
            divideMemory(publication.partition(), 1);
        }
        publication.buffer().onReady(() -> readied(publication));
    }

    /** Sends no more events of a queue. Never waits. */
    public void end(Publication<?> publication) {
        publication.end();
        if (publications.remove(publication)) {
            divideMemory(publication.partition(), -1);
        }
    }

    /**
     * Sends no more events of a queue. Returns when none of its records is being built, or after a grace; not if it is called by the
     * publisher's thread.
     */
    public void remove(Publication<?> publication) throws InterruptedException {
        end(publication);
        Thread running = thread;
        if (running != null && running != Thread.currentThread() && !publication.awaitRecord(RECORD_GRACE)) {
            publication.interruptRecord();
            boolean unused = publication.awaitRecord(INTERRUPTED_GRACE);
        }
    }

    /** Whether the calling thread is the publisher's. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Lets {@link #run} return. */
    public void close() {
        closed = true;
        wake();
    }

    /** A queue more, or less, is in the partition: the memory is divided between the partitions that have queues. */
    private void divideMemory(TopicPartition partition, int queues) {
        synchronized (partitions) {
            partitions.merge(partition, queues, (before, more) -> before + more == 0 ? null : before + more);
            windowBytes = Math.max(SMALLEST_WINDOW, limits.memory() / (2L * Math.max(1, partitions.size())));
        }
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        long checkMillis =
                Math.max(1, Math.min(LONGEST_CHECK_MILLIS, limits.ackTimeout().toMillis() / CHECKS_A_TIMEOUT));
        int checks = (int) Math.max(1, limits.ackTimeout().toMillis() / checkMillis);
        ScheduledFuture<?> checking = timer.scheduleWithFixedDelay(
                () -> checkProgress(checks), checkMillis, checkMillis, TimeUnit.MILLISECONDS);
        try {
            while (!closed) {
                runGuarded();
                pause();
            }
        } finally {
            checking.cancel(false);
        }
    }

    private void checkProgress(int checks) {
        ProducerSession current = session;
        if (current != null && !current.failed()) {
            current.checkProgress(
                    checks,
                    new TimeoutException("Kafka acknowledged nothing for "
                            + limits.ackTimeout().toMillis() + " ms"));
        }
    }

    /** Whatever is thrown while a failure is handled, the thread continues: without it, every queue would wait once its buffer is full. */
    private void runGuarded() {
        try {
            runSafely();
            publications.forEach(publication -> publication.buffer().startOver());
        } catch (RuntimeException | Error e) {
            failures++;
            LOG.error("A failure of publishing could not be handled. Publishing continues with a new producer.", e);
        }
    }

    private void runSafely() {
        try {
            ProducerSession ended = runSession();
            ProducerSession.Failure failure = ended.failure();
            if (failure != null && !closed) {
                handle(failure, ended.progressed());
            }
        } catch (RuntimeException e) { // as of the user's ticker or meter registry
            failures++;
            publications.forEach(publication -> notify(publication, e.toString()));
        } catch (Error e) {
            failures++;
            // queues without a publisher would be blocked forever
            RuntimeException cause = new IllegalStateException("The publisher cannot continue: " + e, e);
            List.copyOf(publications).forEach(publication -> fail(publication, cause));
        }
    }

    private ProducerSession runSession() {
        ProducerSession opened = new ProducerSession(producers.get(), ticker, this);
        session = opened;
        try {
            pump(opened);
        } finally {
            session = null;
            // closing waits for the producer's own thread, which an interruption would cut short
            boolean unused = Thread.interrupted();
            opened.close();
            roomy.clear();
        }
        return opened;
    }

    private void handle(ProducerSession.Failure failure, boolean progressed) {
        report(failure);
        failures = progressed ? 1 : failures + 1;
        if (progressed || failure.refused().isEmpty()) {
            refusedInARow.clear();
        }
        if (failure.refused().isPresent()) {
            refusedInARow.add(failure.refused().get());
            pauseRefused(failure.refused().get());
            // the events of one queue do not make the others wait longer each time
            failures = progressed ? 0 : refusedInARow.size();
        }
    }

    private void pump(ProducerSession current) {
        List<BufferedEvent<?>> batch = new ArrayList<>(TURN_EVENTS);
        while (!closed && !current.failed()) {
            for (PartitionWindow window = roomy.poll(); window != null; window = roomy.poll()) {
                window.resume().forEach(this::readied);
            }
            ReadyQueues.OfPartition next = ready.next();
            if (next == null) {
                awaitWork();
            } else {
                turns(current, next, batch);
                ready.ended(next);
            }
        }
    }

    /** The turn of a partition, in which its queues take turns. */
    private void turns(ProducerSession current, ReadyQueues.OfPartition partition, List<BufferedEvent<?>> batch) {
        long bytes = 0;
        while (bytes < TURN_BYTES && !closed && !current.failed()) {
            Publication<?> next = partition.next();
            if (next == null) {
                return;
            }
            bytes += QUEUE_BYTES;
            if (next.beginTurn()) {
                bytes += turn(current, next, batch);
            }
        }
    }

    /** The turn of a queue; returns how many bytes of events were sent. */
    private <T> long turn(ProducerSession current, Publication<T> queue, List<BufferedEvent<?>> reused) {
        EventBuffer<T> buffer = queue.buffer();
        if (buffer.hasEnded()) {
            buffer.lostEvent().ifPresent(cause -> {
                end(queue);
                queue.listener().lost(cause);
            });
            return 0;
        }
        PartitionWindow window = current.window(queue.partition());
        long room = window.room(windowBytes);
        if (room == 0) {
            if (!window.await(queue)) {
                readied(queue);
            }
            return 0;
        }
        List<BufferedEvent<T>> batch = reused(reused);
        boolean more = buffer.take(batch, window.isOpen() ? TURN_EVENTS : 1, Math.min(room, TURN_BYTES));
        if (send(current, queue, batch)) {
            window.sent();
            if (more) {
                readied(queue);
            }
        }
        long bytes = 0;
        for (BufferedEvent<T> event : batch) {
            bytes += event.bytes();
        }
        batch.clear();
        return bytes;
    }

    /** Returns false if the queue has ended. */
    private <T> boolean send(ProducerSession current, Publication<T> queue, List<BufferedEvent<T>> batch) {
        for (BufferedEvent<T> event : batch) {
            if (current.failed() || closed) {
                return true;
            }
            ProducerRecord<byte[], byte[]> record;
            try {
                record = queue.record(event);
            } catch (RuntimeException e) {
                fail(queue, e);
                return false;
            } catch (Error e) {
                fail(queue, new IllegalStateException("The publisher cannot continue: " + e, e));
                return false;
            }
            if (record == null) {
                return false;
            }
            current.send(queue, event, record);
        }
        return true;
    }

    /** The list holds the events of one queue at a time. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> List<BufferedEvent<T>> reused(List<BufferedEvent<?>> list) {
        list.clear();
        return (List) list;
    }

    private void fail(Publication<?> queue, RuntimeException cause) {
        end(queue);
        queue.listener().failed(cause);
    }

    /** The queue whose event was refused waits with a back-off of its own. */
    private void pauseRefused(Publication<?> queue) {
        long nanos = queue.pause();
        try {
            var unused = timer.schedule(
                    () -> {
                        queue.resume();
                        readied(queue);
                    },
                    nanos,
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            queue.resume(); // the group is being closed
        }
    }

    /** Waits before the next producer is opened. */
    private void pause() {
        long left = failures == 0 ? 0 : Publication.backoff(failures);
        lock.lock();
        try {
            while (left > 0 && !closed) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    // the user's code has left its thread interrupted
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitWork() {
        lock.lock();
        try {
            waiting = true;
            ProducerSession current = session;
            while (ready.isEmpty() && roomy.isEmpty() && !closed && current != null && !current.failed()) {
                changed.await();
            }
        } catch (InterruptedException e) {
            // as above; what it was meant for is checked next
        } finally {
            waiting = false;
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void readied(Publication<?> publication) {
        if (publication.becomesReady()) {
            ready.add(publication);
            if (waiting) {
                wake();
            }
        }
    }

    @Override
    public void roomIn(PartitionWindow window) {
        roomy.add(window);
        if (waiting) {
            wake();
        }
    }

    @Override
    public void failed() {
        wake();
    }

    private void report(ProducerSession.Failure failure) {
        String error = text(failure.cause());
        LOG.debug("Publishing was interrupted; it continues with a new producer: {}", error);
        if (failure.refused().isPresent()) {
            Publication<?> refused = failure.refused().get();
            notify(refused, error);
            return;
        }
        TopicPartition stalled = failure.stalled().orElse(null);
        for (Publication<?> publication : publications) {
            if (stalled == null || publication.partition().equals(stalled)) {
                notify(publication, error);
            }
        }
    }

    private static void notify(Publication<?> publication, String error) {
        if (!publication.hasEnded()) {
            // the beginning and the end of an outage are logged by its listener, once
            publication.listener().retrying(error);
        }
    }

    private static String text(Throwable failure) {
        return failure instanceof RecordTooLargeException
                ? "Kafka refuses an event as too large, though its size was accepted when its task was enqueued: "
                        + failure.getMessage()
                        + ". Raise max.message.bytes of the topic; until then this queue's events wait."
                : failure.toString();
    }
}
