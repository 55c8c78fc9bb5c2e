package io.taskqueue.streams.admin;

import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.streams.state.UndecodableFormat;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;

/** How many records a sink could not decode. Thread-safe. */
public final class SinkDeadLetters {

    private final Map<String, Object> kafka;
    private final String sink;

    /**
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     */
    public SinkDeadLetters(Map<String, ?> kafka, String sink) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
    }

    /**
     * The records that were moved to the dead-letter topic, as of the last commit; those of a partition count as long as its log
     * holds the newest of them. Empty where the sink has no state on this cluster.
     *
     * @throws KafkaException if the cluster does not answer
     */
    public OptionalLong count() {
        Map<Integer, Long> counts = new HashMap<>();
        boolean found = new SinkChangelog(kafka, sink)
                .read(StoreNames.STATE, record -> {
                    if (StateKind.UNDECODABLE.owns(record.key())) {
                        byte[] value = record.value();
                        counts.put(
                                record.partition(),
                                value == null
                                        ? 0
                                        : UndecodableFormat.read(value).count());
                    }
                })
                .isPresent();
        return found
                ? OptionalLong.of(
                        counts.values().stream().mapToLong(Long::longValue).sum())
                : OptionalLong.empty();
    }
}
