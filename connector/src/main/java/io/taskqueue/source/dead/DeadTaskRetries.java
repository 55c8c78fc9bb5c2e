package io.taskqueue.source.dead;

import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
 * Executes the orders to retry dead tasks of a queue that has a running source, on a thread of its own: decoding a payload is the
 * application's code, and reading records of dead tasks may take long.
 *
 * <pre>
 *   start of the source, then its registry thread      this thread
 *   an order is read -&gt; RetryBacklog              -&gt;   RetryExecution: Restored events, confirmed -&gt; writes the result
 * </pre>
 *
 * <p>Order and result have one key in the registry. A process that ends between the Restored events and the result leaves the order to
 * the next owner of the queue, which finds the events and restores nothing again.
 */
public final class DeadTaskRetries<T> implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(DeadTaskRetries.class);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(200);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    private enum Notice {
        ORDERED
    }

    private final String queueName;
    private final RetryBacklog backlog;
    private final RetryRegistry registry;
    private final RetryExecution<T> execution;
    private final Topics topics;
    private final BlockingQueue<Notice> notices = new ArrayBlockingQueue<>(1);

    private DeadTaskRetries(
            String queueName,
            RetryBacklog backlog,
            RetryRegistry registry,
            RetryExecution<T> execution,
            Topics topics) {
        this.queueName = queueName;
        this.backlog = backlog;
        this.registry = registry;
        this.execution = execution;
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

    /** Takes a record of the registry: an order, or the result of one. Never waits for Kafka. */
    public void take(RegistryRecord record) {
        backlog.take(record);
        boolean unused = notices.offer(Notice.ORDERED); // one is enough: all orders are executed
    }

    /** Executes orders until its thread is interrupted, or the queue has ended. */
    @Override
    public void run() {
        try {
            for (Duration backoff = FIRST_BACKOFF; ; ) {
                if (executeAll()) {
                    backoff = FIRST_BACKOFF;
                    Notice unused = notices.take();
                } else {
                    Notice unused = notices.poll(backoff.toMillis(), TimeUnit.MILLISECONDS);
                    backoff = backoff.compareTo(LONGEST_BACKOFF) < 0 ? backoff.multipliedBy(2) : backoff;
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) { // the queue, or the producer, is closed
            LOG.debug("Queue {} has ended; orders that are left are for its next owner", queueName, e);
        }
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
            result = execution.execute(order, reader);
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
