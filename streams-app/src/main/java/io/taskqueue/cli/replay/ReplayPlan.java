package io.taskqueue.cli.replay;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.streams.admin.ReplayMove;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.replay.ReplayOrder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * The offsets that a replay commits for a sink: computed first, printed, and committed only by {@link #execute}. Only offsets of the
 * event topic are ever changed.
 *
 * @param name the name of the sink, which is its consumer group
 * @param topic the event topic
 * @param moves one for each partition, in order of the partitions
 */
public record ReplayPlan(String name, String topic, List<ReplayMove> moves) {

    /**
     * Computes the moves, and changes nothing.
     *
     * @throws CommandFailedException if the sink has never run or is running, or the topic does not exist
     */
    public static ReplayPlan compute(Admin admin, String name, String topicName, ReplayMove.Target target)
            throws InterruptedException {
        requireStopped(admin, name);
        return new ReplayPlan(name, topicName, ReplayMove.all(ExistingTopic.find(admin, topicName), name, target));
    }

    /**
     * The number of the next order.
     *
     * @throws CommandFailedException if the sink has no control topic
     */
    public static int nextNumber(SinkReplays replays) {
        try {
            return replays.nextNumber();
        } catch (IllegalStateException e) {
            throw new CommandFailedException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Sends the order to the sink, then moves the offsets. In this sequence, because an order whose offsets were not moved has no
     * effect.
     *
     * @throws CommandFailedException if the sink is running, or Kafka does not move the offsets
     */
    public void execute(Admin admin, SinkReplays replays, ReplayOrder order)
            throws InterruptedException, ExecutionException {
        requireStopped(admin, name);
        replays.order(order);
        Map<TopicPartition, OffsetAndMetadata> offsets = moves.stream()
                .collect(Collectors.toMap(
                        move -> new TopicPartition(topic, move.partition()),
                        move -> new OffsetAndMetadata(move.to(), order.offsetMetadata())));
        try {
            KafkaOptions.REQUESTS.await(
                    admin.alterConsumerGroupOffsets(name, offsets).all(), "move the offsets of group " + name);
        } catch (KafkaException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "Kafka refused to move the offsets of sink " + name + ": "
                            + e
                            + ". Partitions whose offsets were not moved are not replayed. Check that every instance is "
                            + "stopped, and run the command again.",
                    e);
        }
    }

    /** The moves as a table, without partitions where no record is read again. */
    String text() {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%9s %12s %12s %12s%n", "partition", "from", "to", "events"));
        List<ReplayMove> real = moves.stream().filter(move -> move.events() > 0).toList();
        for (ReplayMove move : real) {
            text.append(String.format(
                    Locale.ROOT, "%9d %12d %12d %12d%n", move.partition(), move.from(), move.to(), move.events()));
        }
        if (real.size() < moves.size()) {
            text.append(omitted(moves.size() - real.size())).append(System.lineSeparator());
        }
        return text.toString();
    }

    /** The line of a table about the partitions that it omits. */
    static String omitted(int partitions) {
        return partitions + (partitions == 1 ? " partition" : " partitions") + " had none.";
    }

    /** The number of records that will be read again. */
    long events() {
        return moves.stream().mapToLong(ReplayMove::events).sum();
    }

    private static void requireStopped(Admin admin, String name) throws InterruptedException {
        ConsumerGroupDescription group;
        try {
            group = KafkaOptions.REQUESTS
                    .await(admin.describeConsumerGroups(List.of(name)).all(), "describe consumer group " + name)
                    .get(name);
        } catch (GroupIdNotFoundException e) {
            group = null;
        }
        if (group == null || group.groupState() == GroupState.DEAD) {
            throw new CommandFailedException(
                    ExitCode.REFUSED,
                    "There is no sink " + name
                            + " on this cluster: no consumer group has that name. Check --name; "
                            + "`taskqueue status` lists the sinks.");
        }
        if (group.groupState() != GroupState.EMPTY) {
            throw new CommandFailedException(
                    ExitCode.REFUSED,
                    "Sink " + name + " is running: its consumer group is " + group.groupState() + " with "
                            + group.members().size()
                            + " members, and Kafka does not move the offsets of a group with members. Stop every instance of "
                            + "it; one that was killed remains a member for its session timeout "
                            + "(session.timeout.ms, 6 s by default). Then run the command again.");
        }
    }
}
