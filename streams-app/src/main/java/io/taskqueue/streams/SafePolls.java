package io.taskqueue.streams;

import io.taskqueue.queue.Ticker;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka's own clients, but a poll that could revoke a partition waits until the partition's task will commit.
 *
 * <p>A revocation comes inside a poll, and it commits a task only if the task has done something since its last commit. One
 * that has just committed while workers run has not: what they end during the poll would be lost with the partition, and run
 * again elsewhere. So the poll right after a commit returns nothing, until the task's next tick has marked it.
 *
 * <p>Where Kafka Streams asks what its group has committed, it is noted which of the offsets an operator's order has moved.
 */
final class SafePolls implements KafkaClientSupplier {

    /** A little more than a tick, so that the next one is due. */
    private static final Duration PAUSE = SinkProcessor.TICK.plusMillis(1);

    /** So long may the group go without a poll for it: where workers are stuck, each pass ends with a commit. */
    private static final Duration LONGEST = Duration.ofMillis(500);

    private final Quiesce quiesce;
    private final MovedOffsets moved;
    private final Ticker ticker;

    SafePolls(Quiesce quiesce, MovedOffsets moved, Ticker ticker) {
        this.quiesce = quiesce;
        this.moved = moved;
        this.ticker = ticker;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        Consumer<byte[], byte[]> consumer = plainConsumer(config);
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Consumer<byte[], byte[]> safe = (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, new Polls(consumer));
        return safe;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return plainConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return plainConsumer(config);
    }

    private static Consumer<byte[], byte[]> plainConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private final class Polls implements InvocationHandler {

        private final Consumer<byte[], byte[]> consumer;
        private long lastPoll;

        Polls(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
            this.lastPoll = ticker.nanos();
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("poll")) {
                if (!quiesce.willCommit() && ticker.nanos() - lastPoll < LONGEST.toNanos()) {
                    LockSupport.parkNanos(PAUSE.toNanos());
                    return ConsumerRecords.empty();
                }
                lastPoll = ticker.nanos();
            }
            try {
                Object answer = method.invoke(consumer, arguments);
                return method.getName().equals("committed") ? noted(answer) : answer;
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }

        @SuppressWarnings("unchecked") // what committed returns
        private Object noted(Object committed) {
            return moved.note((Map<TopicPartition, OffsetAndMetadata>) committed);
        }
    }
}
