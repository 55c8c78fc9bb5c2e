package io.taskqueue.streams.clients;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A producer that reports itself as fenced if a commit or a send is not answered in time.
 *
 * <p>Kafka Streams continues after a timeout, and in ways that a sink cannot accept. After a commit that moved offsets it revives the
 * task, which then commits offsets of records that it has polled and never processed. A commit that moved none counts as successful.
 * After records that were not sent in time it still commits, which fails and ends
 * the stream thread. When its producer is fenced, it gives up all tasks,
 * creates another producer, whose first call ends the open transaction, and resumes new tasks from what is committed.
 */
public final class TimeoutFencingProducer implements InvocationHandler {

    /**
     * How Kafka's producer begins to describe its error state after records that were not answered in time. It is a plain
     * {@code KafkaException}, so nothing else distinguishes it.
     */
    static final String UNACKNOWLEDGED = "The client hasn't received acknowledgment for some previously sent messages";

    private static final Set<String> COMMIT = Set.of("sendOffsetsToTransaction", "commitTransaction");

    private final Producer<byte[], byte[]> producer;

    private TimeoutFencingProducer(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /** Wraps the producer that sends. */
    public static Producer<byte[], byte[]> wrap(Producer<byte[], byte[]> producer) {
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Producer<byte[], byte[]> fencing = (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, new TimeoutFencingProducer(producer));
        return fencing;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(producer, arguments);
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getTargetException();
            Optional<Throwable> timeout = timeout(thrown);
            if (timeout.isPresent() && COMMIT.contains(method.getName())) {
                throw fenced(timeout.get());
            }
            if (timeout.isPresent() && method.getName().equals("send")) {
                throw new KafkaException(fenced(timeout.get())); // Kafka Streams looks at the cause
            }
            throw thrown;
        }
    }

    private static Optional<Throwable> timeout(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .filter(TimeoutFencingProducer::isTimeout)
                .findFirst();
    }

    private static boolean isTimeout(Throwable thrown) {
        if (thrown instanceof TimeoutException) {
            return true;
        }
        return thrown instanceof KafkaException
                && String.valueOf(thrown.getMessage()).startsWith(UNACKNOWLEDGED);
    }

    private static ProducerFencedException fenced(Throwable timeout) {
        ProducerFencedException fenced = new ProducerFencedException("The broker did not answer this sink in time: "
                + timeout.getMessage() + " All partitions of this instance are released and resumed from what is"
                + " committed, so effects that were not committed run again under their first key. If the broker was"
                + " available, raise producer.max.block.ms or producer.delivery.timeout.ms.");
        fenced.initCause(timeout);
        return fenced;
    }
}
