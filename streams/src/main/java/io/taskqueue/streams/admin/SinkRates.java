package io.taskqueue.streams.admin;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.rate.RateOrder;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Changes the rate limit of a sink, from outside the sink. The sink need not run: an order takes effect as soon as it does. Thread-safe.
 * Kafka's exceptions pass through.
 */
public final class SinkRates {

    private final Map<String, Object> kafka;
    private final String sink;

    /**
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     */
    public SinkRates(Map<String, ?> kafka, String sink) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
    }

    /**
     * Writes an order for every partition of the sink, and returns when it is durable.
     *
     * @throws IllegalStateException if the sink has no control topic
     */
    public void order(RateOrder order) throws InterruptedException {
        int partitions = new SinkChangelog(kafka, sink)
                .readControl(record -> {})
                .orElseThrow(
                        () -> new IllegalStateException(
                                "Sink " + sink + " has no control topic "
                                        + TopicNames.control(sink)
                                        + ", on which rate limits are ordered. The sink creates it: start it once, and repeat the command."));
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            records.add(new ProducerRecord<>(TopicNames.control(sink), partition, null, order.json()));
        }
        ControlTopicWriter.write(kafka, records);
    }

    /** The order in force, as of the sink's last commit; empty where there was none. */
    public Optional<RateOrder> latest() {
        CommittedState state = CommittedState.of(StateKind.RATE);
        var unused = new SinkChangelog(kafka, sink).read(StoreNames.STATE, state::add);
        return state.rate();
    }
}
