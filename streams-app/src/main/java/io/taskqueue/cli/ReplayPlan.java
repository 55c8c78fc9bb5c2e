package io.taskqueue.cli;

import io.taskqueue.streams.ReplayOrder;
import io.taskqueue.streams.SinkReplays;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Where a sink's committed offsets would go: computed first, shown, and carried out only when told to. Only offsets of the event
 * topic are ever touched.
 *
 * @param name the sink's name, which is its consumer group
 * @param topic the event topic
 * @param moves one for each partition, in order
 */
record ReplayPlan(String name, String topic, List<Move> moves) {

    /**
     * One partition's move.
     *
     * @param from the committed offset, or the log's start where nothing is committed
     * @param to the offset to read from; never beyond {@code from}
     * @param events records from {@code to} up to what was committed
     */
    record Move(int partition, long from, long to, long events) {}

    /** Where to go back to, as the offset of each partition. */
    @FunctionalInterface
    interface Target {

        Map<TopicPartition, Long> offsets(EventTopic topic) throws InterruptedException, ExecutionException;

        static Target earliest() {
            return topic -> topic.offsets(OffsetSpec.earliest());
        }

        static Target offset(long offset) {
            return topic ->
                    topic.partitions().stream().collect(Collectors.toMap(Function.identity(), partition -> offset));
        }

        /** The first record at or after a time; where there is none, the end. */
        static Target time(Instant time) {
            return topic -> topic.offsets(OffsetSpec.forTimestamp(time.toEpochMilli()));
        }
    }

    /**
     * Computes the moves, and changes nothing.
     *
     * @throws CommandFailure if the sink has never run, its group is alive, or the topic is missing
     */
    static ReplayPlan compute(Admin admin, String name, String topicName, Target target)
            throws InterruptedException, ExecutionException {
        requireStopped(admin, name);
        EventTopic topic = EventTopic.find(admin, topicName);
        Map<TopicPartition, Long> committed = topic.committed(name);
        Map<TopicPartition, Long> earliest = topic.offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> latest = topic.offsets(OffsetSpec.latest());
        Map<TopicPartition, Long> wanted = target.offsets(topic);
        List<Move> moves = new ArrayList<>();
        for (TopicPartition partition : topic.partitions()) {
            long low = earliest.getOrDefault(partition, 0L);
            long high = latest.getOrDefault(partition, 0L);
            long asked = wanted.getOrDefault(partition, -1L);
            long to = asked < 0 ? high : Math.max(low, Math.min(asked, high));
            // a replay goes back: forward, it would pass over what was never seen
            long from = committed.getOrDefault(partition, low);
            moves.add(new Move(partition.partition(), from, Math.min(to, from), from - Math.min(to, from)));
        }
        return new ReplayPlan(name, topicName, List.copyOf(moves));
    }

    /** The number of the next order. */
    static int nextNumber(SinkReplays replays) {
        try {
            return replays.nextNumber();
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    /** Tells the sink what is wanted, and moves the offsets: in this order, because an order without its move means nothing. */
    void execute(Admin admin, SinkReplays replays, ReplayOrder order) throws InterruptedException, ExecutionException {
        requireStopped(admin, name);
        replays.order(order);
        Map<TopicPartition, OffsetAndMetadata> offsets = moves.stream()
                .collect(Collectors.toMap(
                        move -> new TopicPartition(topic, move.partition()),
                        move -> new OffsetAndMetadata(move.to(), order.offsetMetadata())));
        try {
            admin.alterConsumerGroupOffsets(name, offsets).all().get();
        } catch (ExecutionException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "Kafka refused to move the offsets of sink " + name + ": "
                            + (e.getCause() == null ? e : e.getCause())
                            + ". What was not moved is not replayed, and the order means nothing for it any more. See that "
                            + "every instance is stopped, and try again.",
                    e);
        }
    }

    /** The moves as a table, without partitions where nothing is seen again. */
    String text() {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%9s %12s %12s %12s%n", "partition", "from", "to", "events"));
        List<Move> real = moves.stream().filter(move -> move.events() > 0).toList();
        for (Move move : real) {
            text.append(String.format(
                    Locale.ROOT, "%9d %12d %12d %12d%n", move.partition(), move.from(), move.to(), move.events()));
        }
        if (real.size() < moves.size()) {
            text.append(none(moves.size() - real.size())).append(System.lineSeparator());
        }
        return text.toString();
    }

    /** Says of partitions that they are left out of a table. */
    static String none(int partitions) {
        return partitions + (partitions == 1 ? " partition" : " partitions") + " had none.";
    }

    /** How many records will be seen again. */
    long events() {
        return moves.stream().mapToLong(Move::events).sum();
    }

    private static void requireStopped(Admin admin, String name) throws InterruptedException, ExecutionException {
        ConsumerGroupDescription group;
        try {
            group = admin.describeConsumerGroups(List.of(name)).all().get().get(name);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                group = null;
            } else {
                throw e;
            }
        }
        if (group == null || group.groupState() == GroupState.DEAD) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "There is no sink named " + name
                            + " on this cluster: no consumer group has that name. Check --name; "
                            + "`taskqueue status` lists the sinks.");
        }
        if (group.groupState() != GroupState.EMPTY) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "Sink " + name + " is running: its consumer group is " + group.groupState() + " with "
                            + group.members().size()
                            + " member(s), and the offsets of a live group cannot be moved. Stop every "
                            + "instance of it; one that was killed is gone after its session "
                            + "time-out (session.timeout.ms, 6 s unless set). Then try again.");
        }
    }
}
