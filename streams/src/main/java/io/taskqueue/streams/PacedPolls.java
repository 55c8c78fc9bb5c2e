package io.taskqueue.streams;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
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
 * Kafka's own clients, but a poll of the stream thread comes when it may, takes what there is room for, and is as long as it
 * may be.
 *
 * <ul>
 *   <li>A revocation comes inside a poll, and it commits a task only if the task has done something since its last commit. One
 *       that has just committed while workers run has not: what they end during the poll would be lost with the partition,
 *       and run again elsewhere; so would be an intent that nobody has acted on yet. So the poll right after a commit is held
 *       back, and returns nothing, until the task's next tick has marked it.
 *   <li>Commands are taken before the events of their partition ({@link CommandsFirst}).
 *   <li>Of a partition with as much in flight as may be nothing more is taken. Kafka Streams would stop only at a number of
 *       records that it has taken and not handed on, and it hands on all.
 *   <li>Polls are short, so that what workers find out is noticed soon. Where nothing runs and all is committed, they are long.
 * </ul>
 *
 * <p>Where Kafka Streams asks what its group has committed, it is noted which of the offsets an operator's order has moved.
 */
final class PacedPolls implements KafkaClientSupplier {

    /** A little more than a tick, so that the next one is due. */
    private static final Duration PAUSE = SinkProcessor.TICK.plusMillis(1);

    /** A poll where there is nothing to notice; it ends when a record comes. */
    private static final Duration LONG = Duration.ofMillis(100);

    private final CommandsFirst commands;
    private final Quiesce quiesce;
    private final Pace pace;
    private final MovedOffsets moved;
    private final Function<Map<String, Object>, Consumer<byte[], byte[]>> consumers;

    /** @param consumers makes the consumers that do the polling */
    PacedPolls(
            CommandsFirst commands,
            SinkParts.StreamThread thread,
            MovedOffsets moved,
            Function<Map<String, Object>, Consumer<byte[], byte[]>> consumers) {
        this.commands = commands;
        this.quiesce = thread.quiesce();
        this.pace = thread.pace();
        this.moved = moved;
        this.consumers = consumers;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        Consumer<byte[], byte[]> consumer = consumers.apply(config);
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Consumer<byte[], byte[]> paced = (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, new Polls(consumer));
        return paced;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return AnsweredCommits.of(new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
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

        /** What a rebalance inside the poll took away: what comes back is paused by Kafka Streams until it is restored. */
        private final Set<TopicPartition> left = new HashSet<>();

        Polls(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("poll") && arguments[0] instanceof Duration asked) {
                return poll(asked);
            }
            if (method.getName().equals("subscribe")) {
                watchRebalances(arguments);
            }
            try {
                Object answer = method.invoke(consumer, arguments);
                return method.getName().equals("committed") ? noted(answer) : answer;
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }

        private void watchRebalances(Object[] arguments) {
            for (int i = 0; i < arguments.length; i++) {
                if (arguments[i] instanceof ConsumerRebalanceListener listener) {
                    arguments[i] = new Rebalances(listener, left);
                }
            }
        }

        private ConsumerRecords<byte[], byte[]> poll(Duration asked) {
            if (!quiesce.willCommit() && pace.holdBack()) {
                LockSupport.parkNanos(PAUSE.toNanos());
                return ConsumerRecords.empty();
            }
            pace.polled();
            Set<TopicPartition> stopped = commands.waiting(consumer);
            boolean mayBeLong = stopped.isEmpty() && quiesce.still() && !asked.isZero();
            Duration wait = mayBeLong && asked.compareTo(LONG) < 0 ? LONG : asked;
            quiesce.full().forEach(partition -> stopped.add(commands.events(partition)));
            return stopped.isEmpty() ? consumer.poll(wait) : pollBut(stopped, wait);
        }

        /** Leaves the pauses as they were: Kafka Streams has its own. */
        private ConsumerRecords<byte[], byte[]> pollBut(Set<TopicPartition> stopped, Duration wait) {
            stopped.retainAll(consumer.assignment());
            stopped.removeAll(consumer.paused());
            consumer.pause(stopped);
            left.clear();
            try {
                return consumer.poll(wait);
            } finally {
                stopped.removeAll(left);
                consumer.resume(stopped);
            }
        }

        @SuppressWarnings("unchecked") // what committed returns
        private Object noted(Object committed) {
            return moved.note((Map<TopicPartition, OffsetAndMetadata>) committed);
        }
    }

    /** What runs is waited for in the commit of a revocation, and goes on right after it where its partition stays here. */
    private final class Rebalances implements ConsumerRebalanceListener {

        private final ConsumerRebalanceListener listener;
        private final Set<TopicPartition> left;

        Rebalances(ConsumerRebalanceListener listener, Set<TopicPartition> left) {
            this.listener = listener;
            this.left = left;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            left.addAll(partitions);
            quiesce.handingOver(!partitions.isEmpty());
            try {
                listener.onPartitionsRevoked(partitions);
            } finally {
                quiesce.handingOver(false);
            }
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            listener.onPartitionsAssigned(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            left.addAll(partitions);
            listener.onPartitionsLost(partitions);
        }
    }
}
