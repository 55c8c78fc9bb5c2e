package io.taskqueue.streams.admin;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;

/**
 * The recorded results of a sink, from outside the sink: as committed to the changelog of its store of results.
 *
 * <p>Thread-safe; each call reads the whole topic, whether the sink runs or not. Kafka's exceptions pass through.
 */
public final class SinkResults {

    private static final Comparator<EffectRecord> ORDER = Comparator.comparing(
                    (EffectRecord found) -> found.key().queueName())
            .thenComparing(found -> found.key().position())
            .thenComparing(found -> found.key().effect())
            .thenComparing(found -> found.key().generation());

    private final String sink;
    private final SinkChangelog changelog;

    /**
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     */
    public SinkResults(Map<String, ?> kafka, String sink) {
        this.sink = sink;
        this.changelog = new SinkChangelog(Map.copyOf(kafka), sink);
    }

    /**
     * The records of the selected keys, by queue, position, effect and generation; none where there is no such sink. They are all
     * held in memory.
     */
    public List<EffectRecord> find(Predicate<EffectKey> selected) {
        Map<EffectKey, EffectRecord> found = new HashMap<>();
        var unused = changelog.read(StoreNames.RESULTS, record -> {
            EffectKey key = ResultFormat.key(sink, Bytes.wrap(record.key()));
            if (record.value() == null) {
                found.remove(key);
            } else if (selected.test(key)) {
                found.put(
                        key,
                        new EffectRecord(
                                key, ResultFormat.recordedAt(record.value()), ResultFormat.result(record.value())));
            }
        });
        List<EffectRecord> sorted = new ArrayList<>(found.values());
        sorted.sort(ORDER);
        return sorted;
    }
}
