package io.taskqueue.source.dead;

import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.source.publish.Interruptible;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the orders to retry dead tasks of a queue that has a running source, on the thread of the {@link RetryExecutor}.
 *
 * <pre>
 *   start of the source, then its registry thread      this thread
 *   an order is read -&gt; RetryBacklog              -&gt;   RetryExecution: Restored events, confirmed -&gt; writes the result
 * </pre>
 *
 * <p>Order and result have one key in the registry. A process that ends between the Restored events and the result leaves the order to
 * the next owner of the queue, which finds the events and restores nothing again.
 */
public final class DeadTaskRetries<T> {

    private static final Logger LOG = LoggerFactory.getLogger(DeadTaskRetries.class);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    private final String queueName;
    private final RetryBacklog backlog;
    private final RetryRegistry registry;
    private final RetryExecution<T> orders;
    private final Topics topics;
    private final AtomicBoolean due = new AtomicBoolean();
    private final ReentrantLock executing = new ReentrantLock();
    private final Interruptible execution = new Interruptible();
    private Duration backoff = FIRST_BACKOFF;
    private volatile boolean ended;

    private DeadTaskRetries(
            String queueName, RetryBacklog backlog, RetryRegistry registry, RetryExecution<T> orders, Topics topics) {
        this.queueName = queueName;
        this.backlog = backlog;
        this.registry = registry;
        this.orders = orders;
        this.topics = topics;
    }

    /**
     * The topics of a queue, and how they are read.
     *
     * @param registry the registry topic
     * @param events the queue's partition of the event topic
     * @param readers opens a reader of both
     * @param sender sends a record to the registry
     * @param timeout how long that may take
     */
    public record Topics(
            String registry,
            TopicPartition events,
            Supplier<TopicReader> readers,
            Function<ProducerRecord<byte[], byte[]>, Future<RecordMetadata>> sender,
            Duration timeout) {}

    /**
     * Creates what executes the orders of a queue.
     *
     * @param owner the claim of the queue's source
     * @param backlog the orders that were read from the registry before the claim
     * @param codec decodes the payloads of the dead tasks
     * @param target puts them back
     */
    public static <T> DeadTaskRetries<T> of(
            Claim owner,
            RetryBacklog backlog,
            Topics topics,
            PayloadCodec<T> codec,
            RetryTarget<T> target,
            Clock clock) {
        return new DeadTaskRetries<>(
                owner.queueName(),
                backlog,
                new RetryRegistry(topics.registry(), owner.queueName()),
                new RetryExecution<>(owner, topics.events(), new ReplicationEventCodec<>(codec), target, clock),
                topics);
    }

    String queueName() {
        return queueName;
    }

    /** Takes a record of the registry: an order, or the result of one; to be executed afterwards. Never waits for Kafka. */
    public void take(RegistryRecord record) {
        backlog.take(record);
    }

    /** Orders are to be executed; returns false if that is known already. */
    boolean becomesDue() {
        return backlog.size() > 0 && due.compareAndSet(false, true);
    }

    /** Executes no more; interrupts the execution that is under way, unless it is that of the calling thread. Never waits. */
    public void end() {
        ended = true;
        execution.interrupt();
    }

    /** Waits until no execution is under way but that of the calling thread, no longer than the grace. */
    public void awaitEnd(Duration grace) throws InterruptedException {
        if (executing.tryLock(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            executing.unlock();
        }
    }

    /** Executes the orders that wait; returns how long to wait before those that are left are to be executed, if there are some. */
    Optional<Duration> run() {
        due.set(false); // first: an order that comes from now on is executed afterwards
        executing.lock();
        try {
            execution.begin();
            if (ended || executeAll()) {
                backoff = FIRST_BACKOFF;
                return Optional.empty();
            }
        } catch (InterruptedException | InterruptException e) {
            if (ended) {
                return Optional.empty();
            }
        } catch (IllegalStateException e) { // the queue is closed
            LOG.debug("Queue {} has ended; orders that are left are for its next owner", queueName, e);
            return Optional.empty();
        } finally {
            execution.end();
            executing.unlock();
        }
        Duration waits = backoff;
        backoff = backoff.compareTo(LONGEST_BACKOFF) < 0 ? backoff.multipliedBy(2) : backoff;
        return Optional.of(waits);
    }

    /** Returns whether all orders were executed; false if Kafka did not answer. */
    private boolean executeAll() throws InterruptedException {
        if (backlog.size() == 0) {
            return true;
        }
        try (TopicReader reader = topics.readers().get()) {
            do {
                for (Optional<RetryOrder> first = backlog.first(); first.isPresent(); first = backlog.first()) {
                    execute(first.get(), reader);
                    backlog.remove(first.get().id());
                }
                if (backlog.takeNotKept()) {
                    registry.read(reader, backlog);
                }
            } while (backlog.size() > 0);
            return true;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.warn(
                    "Orders to retry dead tasks of queue {} cannot be executed now and are tried again: {}",
                    queueName,
                    e.getMessage());
            return false;
        }
    }

    private void execute(RetryOrder order, TopicReader reader) throws InterruptedException {
        RetryResult result;
        try {
            result = orders.execute(order, reader);
        } catch (KafkaException | QueueClosedException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "Order {} of {} to retry dead tasks of queue {} could not be executed. It stays in the registry for the next"
                            + " start of a source of the queue.",
                    order.id(),
                    order.by(),
                    queueName,
                    e);
            return;
        }
        if (ended) { // what was interrupted may have failed for that reason: its outcome is not one of the order
            throw new InterruptedException("Queue " + queueName + " has ended during order " + order.id());
        }
        write(registry.record(order.id(), RetryJson.of(result)));
        for (UUID surplus : backlog.takeSurplus()) {
            write(registry.record(surplus, null));
        }
        log(order, result);
    }

    private void write(ProducerRecord<byte[], byte[]> record) throws InterruptedException {
        RecordMetadata unused = new KafkaRequests(topics.timeout())
                .await(topics.sender().apply(record), "write to registry " + record.topic());
    }

    private void log(RetryOrder order, RetryResult result) {
        LOG.info(
                "Order {} of {} to retry {} dead tasks of queue {} was executed: {} are in the queue again",
                order.id(),
                order.by(),
                order.tasks().size(),
                queueName,
                result.restored());
        result.tasks().stream()
                .filter(RetryResult.Refused.class::isInstance)
                .map(RetryResult.Refused.class::cast)
                .findFirst()
                .ifPresent(refused -> LOG.warn(
                        "{} of the tasks of order {} were not retried, the first of them {}. {}",
                        result.tasks().size() - result.restored(),
                        order.id(),
                        refused.task(),
                        refused.reason()));
    }
}
