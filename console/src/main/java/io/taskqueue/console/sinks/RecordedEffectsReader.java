package io.taskqueue.console.sinks;

import io.taskqueue.console.fold.EventViews;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.TaskEffect;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.admin.EffectRecord;
import io.taskqueue.streams.results.ResultFormat;
import io.taskqueue.streams.state.StoreNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What sinks have recorded of the effects of a task: from the newest results that are held and, where older ones were removed from there, from the
 * changelog.
 *
 * <p>A result is never recorded before its event has occurred, and each record of the changelog has the time at which it was written. So only the
 * records from that time on are read, less {@link #CLOCK_SKEW}.
 *
 * @param limit how long reading may take
 */
record RecordedEffectsReader(SinkIndexSettings settings, Ticker ticker, Duration limit) {

    /** How far the clocks of a queue and of a sink may be apart. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);

    private static final Comparator<TaskEffect> ORDER = Comparator.comparingLong(TaskEffect::epoch)
            .thenComparingLong(TaskEffect::sequence)
            .thenComparing(TaskEffect::sink)
            .thenComparing(TaskEffect::effect)
            .thenComparingInt(TaskEffect::generation);

    /** Thrown where a record is read, because the time is over. */
    private static final class OutOfTimeException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * The effects of a task, in the order of its events.
     *
     * @param results the newest results of each sink whose results can be read, by its name
     * @throws TimeoutException if older ones cannot be read in time
     * @throws IllegalStateException if Kafka refuses to let them be read; the message states why
     */
    List<TaskEffect> of(TaskLife task, Map<String, NewestResults> results, boolean showResults)
            throws InterruptedException, TimeoutException {
        List<TaskEffect> effects = new ArrayList<>();
        long deadline = ticker.nanos() + limit.toNanos();
        for (Map.Entry<String, NewestResults> sink : results.entrySet()) {
            Map<EffectKey, EffectRecord> found = new HashMap<>();
            if (!sink.getValue().holdsAllSince(occurred(task).minus(CLOCK_SKEW))) {
                found.putAll(read(sink.getKey(), task, deadline));
            }
            for (EventView event : task.events()) {
                found.putAll(sink.getValue().of(event.queueName(), position(event)));
            }
            found.values().forEach(record -> effects.add(effect(record, showResults)));
        }
        effects.sort(ORDER);
        return List.copyOf(effects);
    }

    private static Instant occurred(TaskLife task) {
        return task.events().stream()
                .map(EventView::occurredAt)
                .min(Instant::compareTo)
                .orElse(task.task().enqueuedAt());
    }

    private Map<EffectKey, EffectRecord> read(String sink, TaskLife task, long deadline)
            throws InterruptedException, TimeoutException {
        String changelog = TopicNames.changelog(sink, StoreNames.RESULTS);
        Set<Integer> partitions =
                task.events().stream().map(EventView::partition).collect(Collectors.toSet());
        Set<Bytes> events = task.events().stream()
                .map(event -> ResultFormat.eventPrefix(event.queueName(), position(event)))
                .collect(Collectors.toCollection(HashSet::new));
        Map<EffectKey, EffectRecord> found = new HashMap<>();
        try (Admin admin = Admin.create(new ClientProperties(settings.kafka()).of(ClientProperties.Client.ADMIN))) {
            Map<TopicPartition, Long> from = new HashMap<>();
            Optional<TopicOffsets> topic = TopicOffsets.find(admin, changelog, limit);
            if (topic.isEmpty()) {
                return found;
            }
            long since = Math.max(0, occurred(task).minus(CLOCK_SKEW).toEpochMilli());
            topic.get().offsets(OffsetSpec.forTimestamp(since)).forEach((partition, offset) -> {
                if (offset >= 0 && partitions.contains(partition.partition())) {
                    from.put(partition, offset);
                }
            });
            try (TopicReader reader = TopicReader.open(settings.kafka(), IsolationLevel.READ_COMMITTED, limit)) {
                reader.readToEnd(from, record -> {
                    if (ticker.nanos() - deadline > 0) {
                        throw new OutOfTimeException();
                    }
                    add(found, sink, events, record);
                });
            }
        } catch (OutOfTimeException | org.apache.kafka.common.errors.TimeoutException e) {
            TimeoutException timeout = new TimeoutException("the results of sink " + sink + " that were recorded since "
                    + occurred(task) + " could not be read within " + limit.toSeconds() + " s");
            timeout.initCause(e);
            throw timeout;
        } catch (KafkaException e) {
            throw new IllegalStateException(
                    "The results of sink " + sink + " could not be read: "
                            + KafkaFailure.of(
                                            e, new ClientProperties(settings.kafka()).of(ClientProperties.Client.ADMIN))
                                    .text(),
                    e);
        }
        return found;
    }

    private static void add(
            Map<EffectKey, EffectRecord> found, String sink, Set<Bytes> events, ConsumerRecord<byte[], byte[]> record) {
        EffectKey key = ResultFormat.key(sink, Bytes.wrap(record.key()));
        if (!events.contains(ResultFormat.eventPrefix(key.queueName(), key.position()))) {
            return;
        }
        if (record.value() == null) {
            found.remove(key);
        } else {
            found.put(key, NewestResults.record(key, record.value()));
        }
    }

    private static TaskEffect effect(EffectRecord record, boolean showResults) {
        EffectKey key = record.key();
        @Nullable EffectResult result = record.result().orElse(null);
        return new TaskEffect(
                key.sink(),
                key.position().epoch(),
                key.position().sequence(),
                key.effect(),
                key.toString(),
                key.generation(),
                record.recordedAt(),
                result == null ? "unknown" : result instanceof EffectResult.Done ? "succeeded" : "failed",
                result == null || !showResults ? null : text(result));
    }

    private static String text(EffectResult result) {
        return result instanceof EffectResult.Done done
                ? done.json()
                : EventViews.text(((EffectResult.Failed) result).error());
    }

    private static Position position(EventView event) {
        return new Position(event.epoch(), event.sequence());
    }
}
