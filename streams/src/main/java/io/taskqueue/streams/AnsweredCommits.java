package io.taskqueue.streams;

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
 * A producer whose transaction is answered in time, or which counts as fenced.
 *
 * <p>Kafka Streams goes on after a time-out, and in ways that a sink cannot have. After a commit that moved offsets it revives the
 * task, which then commits offsets of records that it has polled and never processed. A commit that moved none it takes for done.
 * After records that were not sent in time it commits, and ends with that. Of a fenced producer it gives up all tasks, makes
 * another one, whose first call ends the open transaction one way or the other, and takes up new tasks from what is committed.
 */
final class AnsweredCommits implements InvocationHandler {

    private static final Set<String> COMMIT = Set.of("sendOffsetsToTransaction", "commitTransaction");

    private final Producer<byte[], byte[]> producer;

    private AnsweredCommits(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    static Producer<byte[], byte[]> of(Producer<byte[], byte[]> producer) {
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Producer<byte[], byte[]> answered = (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, new AnsweredCommits(producer));
        return answered;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(producer, arguments);
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getTargetException();
            Optional<TimeoutException> unanswered = timeOut(thrown);
            if (unanswered.isPresent() && COMMIT.contains(method.getName())) {
                throw fenced(unanswered.get());
            }
            if (unanswered.isPresent() && method.getName().equals("send")) {
                throw new KafkaException(fenced(unanswered.get())); // Kafka Streams looks at the cause
            }
            throw thrown;
        }
    }

    private static Optional<TimeoutException> timeOut(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .filter(TimeoutException.class::isInstance)
                .map(TimeoutException.class::cast)
                .findFirst();
    }

    private static ProducerFencedException fenced(TimeoutException unanswered) {
        ProducerFencedException fenced = new ProducerFencedException("The broker did not answer this sink in time: "
                + unanswered.getMessage() + " Its partitions are given up and taken up again from what is committed, so"
                + " effects that were not committed run again under their first key. If the broker was well, raise"
                + " producer.max.block.ms or producer.delivery.timeout.ms.");
        fenced.initCause(unanswered);
        return fenced;
    }
}
