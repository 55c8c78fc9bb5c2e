package io.taskqueue.streams.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Which committed offsets were moved for an operator's order: they carry its id as their metadata, so that the move and the order
 * belong together whatever happens between them. Any other move, and the next commit, removes the mark.
 *
 * <p>Kafka Streams asks for the committed offsets of a task before it starts the task, through the sink's own consumer, which
 * reports them here. Thread-safe.
 */
public final class MovedOffsets {

    /** A partition begins at an offset because of an order. */
    public record Move(UUID order, long offset) {}

    private static final String MARK = "taskqueue-replay:";

    private final Map<TopicPartition, Move> moves = new ConcurrentHashMap<>();

    /** The metadata of an offset that is moved for an order. */
    static String mark(UUID order) {
        return MARK + order;
    }

    /** Remembers the marks among the committed offsets of the group, and returns these as Kafka Streams expects them: without marks. */
    public Map<TopicPartition, OffsetAndMetadata> observe(Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<TopicPartition, OffsetAndMetadata> plain = new HashMap<>();
        committed.forEach((partition, offset) -> {
            Optional<Move> move = move(offset);
            move.ifPresentOrElse(found -> moves.put(partition, found), () -> moves.remove(partition));
            plain.put(partition, move.isPresent() ? new OffsetAndMetadata(offset.offset()) : offset);
        });
        return plain;
    }

    /** The move because of which a partition begins where it does; empty if there was none. */
    public Optional<Move> find(String topic, int partition) {
        return Optional.ofNullable(moves.get(new TopicPartition(topic, partition)));
    }

    private static Optional<Move> move(@Nullable OffsetAndMetadata committed) {
        if (committed == null || !committed.metadata().startsWith(MARK)) {
            return Optional.empty();
        }
        try {
            UUID order = UUID.fromString(committed.metadata().substring(MARK.length()));
            return Optional.of(new Move(order, committed.offset()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
