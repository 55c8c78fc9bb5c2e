package io.taskqueue.streams.clients;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A producer that gives each record the current time.
 *
 * <p>Kafka Streams gives what it writes, dead letters and changelog records, the time of the record that is being processed. For a topic
 * with a retention time that may be long ago, and a topic refuses a time outside {@code message.timestamp.before.max.ms} and {@code
 * message.timestamp.after.max.ms} (by default an hour ahead), which would stop the sink at each start.
 */
public final class CurrentTimeProducer implements InvocationHandler {

    private final Producer<byte[], byte[]> producer;
    private final Clock clock;

    private CurrentTimeProducer(Producer<byte[], byte[]> producer, Clock clock) {
        this.producer = producer;
        this.clock = clock;
    }

    /** Wraps the producer that sends. */
    public static Producer<byte[], byte[]> wrap(Producer<byte[], byte[]> producer, Clock clock) {
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Producer<byte[], byte[]> current = (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                new CurrentTimeProducer(producer, clock));
        return current;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("send")) {
            arguments[0] = current((ProducerRecord<?, ?>) arguments[0]);
        }
        try {
            return method.invoke(producer, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private ProducerRecord<?, ?> current(ProducerRecord<?, ?> record) {
        return new ProducerRecord<>(
                record.topic(), record.partition(), clock.millis(), record.key(), record.value(), record.headers());
    }
}
