package io.taskqueue.streams.admin;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.admin.SinkResults.RecordedFailure;
import io.taskqueue.streams.results.ResultFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;

/**
 * The effects whose newest record is a failure, from the records of the changelog of a sink's results in their order: all of them, read to their
 * end, or followed as they are written. Their keys are held, not what was recorded. Not thread-safe.
 */
public final class FailedEffects {

    private final String sink;
    private final Map<EffectKey, RecordedFailure> failed = new HashMap<>();
    private final Map<EffectKey, NavigableSet<Integer>> reruns = new HashMap<>();

    public FailedEffects(String sink) {
        this.sink = sink;
    }

    /** Adds the next record of a partition. */
    public void add(ConsumerRecord<byte[], byte[]> record) {
        EffectKey key = ResultFormat.key(sink, Bytes.wrap(record.key()));
        if (record.value() != null && ResultFormat.isFailure(record.value())) {
            failed.put(key, new RecordedFailure(key, record.partition(), ResultFormat.offset(record.value())));
        } else {
            failed.remove(key);
        }
        if (key.generation() > 0) {
            NavigableSet<Integer> generations = reruns.computeIfAbsent(key.inGeneration(0), effect -> new TreeSet<>());
            boolean changed =
                    record.value() == null ? generations.remove(key.generation()) : generations.add(key.generation());
            if (changed && generations.isEmpty()) {
                reruns.remove(key.inGeneration(0));
            }
        }
    }

    /** Forgets a partition, whose changelog is read again from its start. Effects that were run again count until they are read. */
    public void forget(int partition) {
        failed.values().removeIf(failure -> failure.partition() == partition);
    }

    /** How many keys are held, which a caller may bound. */
    public long held() {
        return (long) failed.size() + reruns.size();
    }

    /** The failures, in no order. */
    public List<RecordedFailure> list() {
        return failed.values().stream().filter(this::newest).toList();
    }

    /** How many failures there are. */
    public long count() {
        return failed.values().stream().filter(this::newest).count();
    }

    private boolean newest(RecordedFailure failure) {
        NavigableSet<Integer> generations = reruns.get(failure.key().inGeneration(0));
        return generations == null || generations.higher(failure.key().generation()) == null;
    }
}
