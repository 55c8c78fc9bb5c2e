package io.taskqueue.streams.admin;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;

/**
 * The recorded results of a sink, from outside the sink: as committed to the changelog of its store of results.
 *
 * <p>Thread-safe; each call reads the whole topic unless it states otherwise, whether the sink runs or not. Kafka's exceptions pass through.
 */
public final class SinkResults {

    private static final Comparator<EffectKey> KEYS = Comparator.comparing(EffectKey::queueName)
            .thenComparing(EffectKey::position)
            .thenComparing(EffectKey::effect)
            .thenComparing(EffectKey::generation);

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
     * An effect whose newest record is a failure.
     *
     * @param key under the generation of that record
     * @param partition that of the event
     * @param offset that of the event
     */
    public record RecordedFailure(EffectKey key, int partition, long offset) {}

    /**
     * The effects whose newest record is a failure, by queue, position and effect; none where there is no such sink. Their keys are all
     * held in memory, not what was recorded.
     */
    public List<RecordedFailure> failures() {
        return failures(Long.MAX_VALUE).orElseThrow();
    }

    /**
     * The same, unless there are too many records to read for it.
     *
     * @param mostRecords how many of the topic are read, about
     * @return empty if it has more; results that were replaced or deleted are among them until Kafka compacts the topic
     */
    public Optional<List<RecordedFailure>> failures(long mostRecords) {
        FailedEffects failed = new FailedEffects(sink);
        if (!changelog.readAtMost(StoreNames.RESULTS, mostRecords, failed::add)) {
            return Optional.empty();
        }
        return Optional.of(failed.list().stream()
                .sorted(Comparator.comparing(RecordedFailure::key, KEYS))
                .toList());
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
        sorted.sort(Comparator.comparing(EffectRecord::key, KEYS));
        return sorted;
    }
}
