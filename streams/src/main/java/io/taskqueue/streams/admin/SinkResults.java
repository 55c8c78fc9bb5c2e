package io.taskqueue.streams.admin;

import io.taskqueue.sink.EffectKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;

/**
 * What a sink has on record, as operators see it from outside the sink: as committed to the topic behind its store of results.
 *
 * <p>Thread-safe; each call reads the whole topic, whether the sink runs or not. Kafka's exceptions pass through.
 */
public final class SinkResults {

    private static final Comparator<EffectRecord> ORDER = Comparator.comparing(
                    (EffectRecord found) -> found.key().queueName())
            .thenComparing(found -> found.key().position())
            .thenComparing(found -> found.key().effect())
            .thenComparing(found -> found.key().generation());

    private final Map<String, Object> kafka;
    private final String sink;

    /**
     * @param kafka Kafka's properties, as for {@link SinkService.Builder#kafka}
     * @param sink the sink's name
     */
    public SinkResults(Map<String, ?> kafka, String sink) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
    }

    /**
     * The records of the wanted keys, by queue, position, effect and generation; none where there is no such sink. They are all
     * held in memory.
     */
    public List<EffectRecord> find(Predicate<EffectKey> wanted) {
        Map<EffectKey, EffectRecord> found = new HashMap<>();
        try (CommittedRecords changelog = new CommittedRecords(kafka, sink + "-" + ResultsStore.NAME + "-changelog")) {
            changelog.all(record -> {
                EffectKey key = ResultFormat.key(sink, Bytes.wrap(record.key()));
                if (record.value() == null) {
                    found.remove(key);
                } else if (wanted.test(key)) {
                    found.put(key, of(key, record.value()));
                }
            });
        }
        List<EffectRecord> sorted = new ArrayList<>(found.values());
        sorted.sort(ORDER);
        return sorted;
    }

    private static EffectRecord of(EffectKey key, byte[] value) {
        return new EffectRecord(
                key,
                ResultFormat.recordedAt(value),
                ResultFormat.isIntent(value) ? Optional.empty() : Optional.of(ResultFormat.result(value)));
    }
}
