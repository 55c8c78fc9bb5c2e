package io.taskqueue.cli.replay;

import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.serde.UndecodableEventException;
import io.taskqueue.streams.admin.ReplayMove;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.streams.admin.SinkResults.RecordedFailure;
import io.taskqueue.streams.replay.Selection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** How many recorded failures a rerun would run again: those of selected events that a plan reads again. */
final class SelectedFailures {

    private static final ReplicationEventCodec<String> CODEC = new ReplicationEventCodec<>(PayloadCodec.jsonText());

    private SelectedFailures() {}

    static long count(Admin admin, Map<String, Object> kafka, ReplayPlan plan, Selection selection)
            throws InterruptedException {
        Map<Integer, ReplayMove> moves =
                plan.moves().stream().collect(Collectors.toMap(ReplayMove::partition, move -> move));
        Map<TopicPartition, Map<Long, Integer>> failures = new HashMap<>();
        for (RecordedFailure failure : new SinkResults(kafka, plan.name()).failures()) {
            ReplayMove move = moves.get(failure.partition());
            if (move != null && move.to() <= failure.offset() && failure.offset() < move.from()) {
                failures.computeIfAbsent(
                                new TopicPartition(plan.topic(), failure.partition()), partition -> new HashMap<>())
                        .merge(failure.offset(), 1, Integer::sum);
            }
        }
        AtomicLong selected = new AtomicLong();
        ExistingTopic.find(admin, plan.topic()).readRanges(kafka, ranges(failures), record -> {
            int failed = failures.getOrDefault(new TopicPartition(record.topic(), record.partition()), Map.of())
                    .getOrDefault(record.offset(), 0);
            if (failed > 0
                    && decoded(record)
                            .filter(event -> selection.matches(event, true))
                            .isPresent()) {
                selected.addAndGet(failed);
            }
        });
        return selected.get();
    }

    private static Map<TopicPartition, TopicOffsets.Range> ranges(Map<TopicPartition, Map<Long, Integer>> failures) {
        Map<TopicPartition, TopicOffsets.Range> ranges = new HashMap<>();
        failures.forEach((partition, offsets) -> ranges.put(
                partition,
                new TopicOffsets.Range(
                        offsets.keySet().stream()
                                .mapToLong(Long::longValue)
                                .min()
                                .orElseThrow(),
                        offsets.keySet().stream()
                                        .mapToLong(Long::longValue)
                                        .max()
                                        .orElseThrow()
                                + 1)));
        return ranges;
    }

    private static Optional<ReplicationEvent<String>> decoded(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(CODEC.decode(record.value()));
        } catch (UndecodableEventException e) {
            return Optional.empty();
        }
    }
}
