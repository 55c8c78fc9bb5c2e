package io.taskqueue.streams;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Which committed offsets an operator's order has moved: they carry its id as their metadata, so that the move and the order
 * belong together whatever happens between them. Any other move, and the next commit, takes the mark away.
 *
 * <p>Kafka Streams asks for the committed offsets of a task before it starts it, through the sink's own consumer, which notes
 * the marks here. Thread-safe.
 */
final class MovedOffsets {

    /** A partition begins at an offset because of an order. */
    record Move(UUID order, long offset) {}

    private static final String MARK = "taskqueue-replay:";

    private final Map<TopicPartition, Move> moves = new ConcurrentHashMap<>();

    /** The metadata of an offset that is moved by an order. */
    static String mark(UUID order) {
        return MARK + order;
    }

    /** Notes the marks among what the group has committed, and returns it as Kafka Streams expects it: without them. */
    Map<TopicPartition, OffsetAndMetadata> note(Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<TopicPartition, OffsetAndMetadata> plain = new HashMap<>();
        committed.forEach((partition, offset) -> {
            Optional<Move> move = move(offset);
            move.ifPresentOrElse(found -> moves.put(partition, found), () -> moves.remove(partition));
            plain.put(partition, move.isPresent() ? new OffsetAndMetadata(offset.offset()) : offset);
        });
        return plain;
    }

    /** The order that moved a partition to where it begins; empty where none has. */
    Optional<Move> of(String topic, int partition) {
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
