package io.taskqueue.streams.clients;

import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.partition.SinkLifecycle;
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
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * The main consumer of a sink: a poll of the stream thread happens when it is safe, fetches what there is capacity for, and waits as
 * long as it may.
 *
 * <ul>
 *   <li>A revocation happens inside a poll, and it commits a task only if the task has done something since its last commit. A task
 *       that has just committed while workers run has not: what they end during the poll would be lost with the partition,
 *       and run again elsewhere; so would be an intent that was not acted on yet. So the poll right after a commit is deferred,
 *       and returns nothing, until a record that was polled before, or the task's next tick, has marked it.
 *   <li>Commands are read before the events of their partition ({@link CommandPriority}).
 *   <li>Of a partition with as many events in flight as may be, no more are fetched. Kafka Streams would stop only at a number of
 *       records that it has polled and not processed, and it processes all.
 *   <li>Polls are short, so that outcomes are noticed soon. Where nothing runs and all is committed, they are long.
 * </ul>
 *
 * <p>Where another thread of the sink has failed, the poll throws that failure, which ends the sink. Where Kafka Streams asks for the committed offsets of its group, those that were moved for an operator's order are noted. Where
 * the log does not hold the next record, its partition is read from the log's start ({@link OffsetResets}).
 */
public final class PacedConsumer implements InvocationHandler {

    /** Before the next look whether a deferred poll may happen. */
    private static final Duration DEFERRAL = Duration.ofMillis(1);

    private final Consumer<byte[], byte[]> consumer;
    private final CommandPriority commands;
    private final SinkLifecycle sink;
    private final PollBudget budget;
    private final OffsetResets resets;
    private final ThreadGuard failures;

    /** Partitions that a rebalance inside the poll took away; if one is assigned again, Kafka Streams pauses it until it is restored. */
    private final Set<TopicPartition> revoked = new HashSet<>();

    private PacedConsumer(
            Consumer<byte[], byte[]> consumer,
            CommandPriority commands,
            SinkLifecycle sink,
            PollBudget budget,
            OffsetResets resets,
            ThreadGuard failures) {
        this.consumer = consumer;
        this.commands = commands;
        this.sink = sink;
        this.budget = budget;
        this.resets = resets;
        this.failures = failures;
    }

    /** Wraps the consumer that makes the polls. */
    public static Consumer<byte[], byte[]> wrap(
            Consumer<byte[], byte[]> consumer,
            CommandPriority commands,
            SinkLifecycle sink,
            PollBudget budget,
            OffsetResets resets,
            ThreadGuard failures) {
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Consumer<byte[], byte[]> paced = (Consumer<byte[], byte[]>) Proxy.newProxyInstance(
                Consumer.class.getClassLoader(),
                new Class<?>[] {Consumer.class},
                new PacedConsumer(consumer, commands, sink, budget, resets, failures));
        return paced;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("poll") && arguments[0] instanceof Duration requested) {
            failures.check();
            return poll(requested);
        }
        if (method.getName().equals("subscribe")) {
            interceptRebalances(arguments);
        }
        try {
            Object answer = method.invoke(consumer, arguments);
            return method.getName().equals("committed") ? observed(answer) : answer;
        } catch (InvocationTargetException e) {
            if (method.getName().equals("position")
                    && e.getTargetException() instanceof OffsetOutOfRangeException found) {
                resets.outOfRange(consumer, found); // Kafka Streams would end: it expects that from a poll only
                return method.invoke(consumer, arguments);
            }
            throw e.getTargetException();
        }
    }

    private void interceptRebalances(Object[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof ConsumerRebalanceListener listener) {
                arguments[i] = new Rebalances(listener);
            }
        }
    }

    private ConsumerRecords<byte[], byte[]> poll(Duration requested) {
        if (!sink.safeToRevoke() && budget.defer()) {
            if (budget.deferredBefore()) {
                LockSupport.parkNanos(DEFERRAL.toNanos());
            }
            return ConsumerRecords.empty();
        }
        budget.polled();
        resets.seek(consumer);
        Set<TopicPartition> stopped = commands.waiting(consumer);
        boolean mayBeLong = stopped.isEmpty() && sink.idle() && !requested.isZero();
        Duration wait =
                mayBeLong && requested.compareTo(SinkLifecycle.LONG_POLL) < 0 ? SinkLifecycle.LONG_POLL : requested;
        sink.full().forEach(partition -> stopped.add(commands.events(partition)));
        return stopped.isEmpty() ? pollInRange(wait) : pollWithout(stopped, wait);
    }

    /** Leaves the pauses as they were: Kafka Streams has its own. */
    private ConsumerRecords<byte[], byte[]> pollWithout(Set<TopicPartition> stopped, Duration wait) {
        stopped.retainAll(consumer.assignment());
        stopped.removeAll(consumer.paused());
        consumer.pause(stopped);
        revoked.clear();
        try {
            return pollInRange(wait);
        } finally {
            stopped.removeAll(revoked);
            consumer.resume(stopped);
        }
    }

    private ConsumerRecords<byte[], byte[]> pollInRange(Duration wait) {
        try {
            return consumer.poll(wait);
        } catch (OffsetOutOfRangeException e) {
            resets.outOfRange(consumer, e);
            return ConsumerRecords.empty();
        }
    }

    @SuppressWarnings("unchecked") // what committed returns
    private Object observed(Object committed) {
        return resets.observe((Map<TopicPartition, OffsetAndMetadata>) committed);
    }

    /** What runs is waited for in the commit of a revocation, and continues right after it where its partition stays here. */
    private final class Rebalances implements ConsumerRebalanceListener {

        private final ConsumerRebalanceListener listener;

        private Rebalances(ConsumerRebalanceListener listener) {
            this.listener = listener;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            revoked.addAll(partitions);
            if (!partitions.isEmpty()) {
                sink.handOver();
            }
            try {
                listener.onPartitionsRevoked(partitions);
            } finally {
                sink.resume();
            }
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            listener.onPartitionsAssigned(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            revoked.addAll(partitions);
            listener.onPartitionsLost(partitions);
        }
    }
}
