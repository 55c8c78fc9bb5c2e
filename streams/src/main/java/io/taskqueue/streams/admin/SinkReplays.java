package io.taskqueue.streams.admin;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The replays of a sink, from outside the sink: order one, and read the receipts of the latest.
 *
 * <p>A replay is ordered in two steps: {@link #order}, then the group's committed offsets are moved back while the sink is
 * stopped, with {@link ReplayOrder#offsetMetadata} as their metadata. Without the second step, or where the offsets are moved by
 * others after it, the order has no effect.
 *
 * <p>Thread-safe; each call reads the topics again, whether the sink runs or not. Kafka's exceptions pass through.
 */
public final class SinkReplays {

    private final Map<String, Object> kafka;
    private final String sink;
    private final SinkChangelog changelog;

    /**
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     */
    public SinkReplays(Map<String, ?> kafka, String sink) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
        this.changelog = new SinkChangelog(this.kafka, sink);
    }

    /**
     * The number of the next order: one more than the highest of all that were given.
     *
     * @throws IllegalStateException if the sink has no control topic
     */
    public int nextNumber() {
        AtomicInteger highest = new AtomicInteger(stored().newestOrderNumber());
        int unused = readControl(record -> {
            if (record.value() != null) {
                ReplayOrder.in(record.value()).ifPresent(order -> highest.accumulateAndGet(order.number(), Math::max));
            }
        });
        return highest.get() + 1;
    }

    /**
     * Writes an order for every partition of the sink, and returns when it is durable.
     *
     * @throws IllegalStateException if the sink has no control topic
     */
    public void order(ReplayOrder order) throws InterruptedException {
        int partitions = readControl(record -> {});
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            records.add(new ProducerRecord<>(TopicNames.control(sink), partition, null, order.json()));
        }
        ControlTopicWriter.write(kafka, records);
    }

    /** The receipt of each partition's latest replay, by partition; partitions that never had one are left out. */
    public List<ReplayReceipt> receipts() {
        return stored().receipts();
    }

    private int readControl(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        return changelog
                .readControl(reader)
                .orElseThrow(
                        () -> new IllegalStateException(
                                "Sink " + sink + " has no control topic "
                                        + TopicNames.control(sink)
                                        + ", on which replays are ordered. The sink creates it: start it once, stop it, and repeat the command."));
    }

    private CommittedState stored() {
        CommittedState state = CommittedState.of(StateKind.REPLAY);
        var unused = changelog.read(StoreNames.STATE, state::add);
        return state;
    }
}
