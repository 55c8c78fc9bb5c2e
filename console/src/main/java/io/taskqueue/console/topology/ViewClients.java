package io.taskqueue.console.topology;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Supplies the clients of one run of the view to Kafka Streams, and can end what its stream thread waits for. Thread-safe.
 *
 * <p>A producer repeats the commit of an offset for a topic that does not exist until {@code max.block.ms}, because a topic that was just created
 * looks the same; Kafka Streams then commits once more while it closes. For so long the stream thread keeps the state directory locked.
 */
final class ViewClients implements KafkaClientSupplier {

    private final Set<Thread> calling = new HashSet<>();
    private boolean abandoned;

    /** Abandons what is not committed: a call of a producer that waits now, or is made after this, fails at once. */
    synchronized void abandon() {
        abandoned = true;
        calling.forEach(Thread::interrupt);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Producer<byte[], byte[]> abandonable = (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                (proxy, method, arguments) -> call(producer, method, arguments));
        return abandonable;
    }

    private @Nullable Object call(Producer<byte[], byte[]> producer, Method method, Object @Nullable [] arguments)
            throws Throwable {
        boolean closes = method.getName().equals("close");
        if (begin()) {
            if (closes) {
                producer.close(Duration.ZERO); // it would wait for what is abandoned
                return null;
            }
            throw new KafkaException("This run of the console's view ends: what it has not committed is abandoned.");
        }
        try {
            return method.invoke(producer, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        } finally {
            end();
        }
    }

    /** Begins a call, unless the clients are abandoned; returns whether they are. */
    private synchronized boolean begin() {
        if (!abandoned) {
            calling.add(Thread.currentThread());
        }
        return abandoned;
    }

    /** Ends a call. The interruption was for the call: with it, the stream thread could not close its files. */
    private synchronized void end() {
        calling.remove(Thread.currentThread());
        if (abandoned) {
            boolean unused = Thread.interrupted();
        }
    }

    /**
     * A consumer that leaves the group when it is closed, also where Kafka Streams ends by itself: the view starts again at once, and its group
     * can be deleted.
     */
    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
            @Override
            public void close(CloseOptions options) {
                super.close(options.withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
            }
        };
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
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
}
