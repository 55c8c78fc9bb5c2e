package io.taskqueue.streams;

import io.taskqueue.streams.clients.CommandPriority;
import io.taskqueue.streams.clients.CurrentTimeProducer;
import io.taskqueue.streams.clients.EventTopic;
import io.taskqueue.streams.clients.OffsetResets;
import io.taskqueue.streams.clients.PacedConsumer;
import io.taskqueue.streams.clients.PollBudget;
import io.taskqueue.streams.clients.TimeoutFencingProducer;
import io.taskqueue.streams.clients.TopicFittingAdmin;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.partition.SinkLifecycle;
import java.time.Clock;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Supplies the clients of a sink to Kafka Streams.
 *
 * @param clock the time of each record that the sink writes
 * @param consumers creates the main consumers that make the polls
 */
record SinkClients(
        CommandPriority commands,
        SinkLifecycle lifecycle,
        PollBudget budget,
        OffsetResets resets,
        EventTopic eventTopic,
        Clock clock,
        ThreadGuard failures,
        Function<Map<String, Object>, Consumer<byte[], byte[]>> consumers)
        implements KafkaClientSupplier {

    /**
     * A consumer that leaves the group when it is closed. Kafka Streams before 4.2 would have it stay until its session times out,
     * whatever its own close is asked for; later ones do not set this property.
     */
    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        config.replace("internal.leave.group.on.close", true);
        return PacedConsumer.wrap(consumers.apply(config), commands, lifecycle, budget, resets, failures);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return TimeoutFencingProducer.wrap(CurrentTimeProducer.wrap(
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()), clock));
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return TopicFittingAdmin.wrap(Admin.create(config), eventTopic);
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
