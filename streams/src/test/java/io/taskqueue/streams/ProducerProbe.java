package io.taskqueue.streams;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.KafkaClientSupplier;

/** A sink's own clients, with callbacks for what its producer sends and commits. */
abstract class ProducerProbe implements KafkaClientSupplier {

    private final KafkaClientSupplier clients;

    ProducerProbe(KafkaClientSupplier clients) {
        this.clients = clients;
    }

    void sending(ProducerRecord<byte[], byte[]> record) {}

    void committing() {}

    void committed() {}

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Producer<byte[], byte[]> producer = clients.getProducer(config);
        @SuppressWarnings("unchecked") // a proxy of the same interface
        Producer<byte[], byte[]> probed = (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    boolean commit = method.getName().equals("commitTransaction");
                    if (method.getName().equals("send")) {
                        @SuppressWarnings("unchecked") // its first parameter
                        var record = (ProducerRecord<byte[], byte[]>) arguments[0];
                        sending(record);
                    } else if (commit) {
                        committing();
                    }
                    try {
                        Object result = method.invoke(producer, arguments);
                        if (commit) {
                            committed();
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
        return probed;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return clients.getConsumer(config);
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return clients.getAdmin(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return clients.getRestoreConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return clients.getGlobalConsumer(config);
    }
}
