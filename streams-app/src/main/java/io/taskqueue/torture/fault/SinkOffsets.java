package io.taskqueue.torture.fault;

import io.taskqueue.cli.replay.ReplayPlan;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.streams.admin.SinkReplays;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Selection;
import io.taskqueue.torture.cluster.RunRecorder;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Moves the committed offsets of a stopped sink back, by the library of the replay command or as Kafka's own tool does. */
public final class SinkOffsets {

    /** How often a move is attempted, once a second: an instance that was killed stays in the group for its session timeout. */
    private static final int ATTEMPTS = 60;

    private final Map<String, Object> kafka;
    private final String sink;
    private final String topic;
    private final ObservedQueues queues;
    private final RunRecorder recorder;
    private final ShutdownSignal shutdown;

    public SinkOffsets(
            Map<String, Object> kafka,
            String sink,
            String topic,
            ObservedQueues queues,
            RunRecorder recorder,
            ShutdownSignal shutdown) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
        this.topic = topic;
        this.queues = queues;
        this.recorder = recorder;
        this.shutdown = shutdown;
    }

    private interface Move {
        Map<Integer, Long> perform(Admin admin) throws InterruptedException, ExecutionException;
    }

    /**
     * Orders a replay that runs nothing, as the command does.
     *
     * @param share which part of the log is read again, counted from its end
     */
    public void replay(double share) throws Exception {
        SinkReplays replays = new SinkReplays(kafka, sink);
        perform(admin -> {
            ReplayPlan plan = ReplayPlan.compute(admin, sink, topic, offsets -> target(offsets, share));
            ReplayOrder order = new ReplayOrder(
                    UUID.randomUUID(),
                    ReplayPlan.nextNumber(replays),
                    ReplayMode.RECORDED_ONLY,
                    Selection.ALL,
                    "torture",
                    Clock.systemUTC().instant());
            plan.execute(admin, replays, order);
            Map<Integer, Long> moved = new HashMap<>();
            plan.moves().forEach(move -> moved.put(move.partition(), move.to()));
            return moved;
        });
    }

    /** Moves the offsets without an order. */
    public void move(double share) throws Exception {
        perform(admin -> {
            TopicOffsets offsets = ExistingTopic.find(admin, topic);
            Map<TopicPartition, Long> committed = offsets.committed(sink);
            Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
            target(offsets, share).forEach((partition, to) -> {
                Long from = committed.get(partition);
                if (from != null && to < from) {
                    moved.put(partition, new OffsetAndMetadata(to));
                }
            });
            admin.alterConsumerGroupOffsets(sink, moved).all().get();
            Map<Integer, Long> byPartition = new HashMap<>();
            moved.forEach((partition, to) -> byPartition.put(partition.partition(), to.offset()));
            return byPartition;
        });
    }

    private static Map<TopicPartition, Long> target(TopicOffsets offsets, double share) throws InterruptedException {
        Map<TopicPartition, Long> first = offsets.offsets(OffsetSpec.earliest());
        Map<TopicPartition, Long> end = offsets.offsets(OffsetSpec.latest());
        Map<TopicPartition, Long> target = new HashMap<>();
        first.forEach((partition, low) -> {
            long high = end.getOrDefault(partition, low);
            target.put(partition, high - (long) ((high - low) * share));
        });
        return target;
    }

    private void perform(Move move) throws Exception {
        Exception last = null;
        for (int attempt = 0; attempt < ATTEMPTS && !shutdown.isReceived(); attempt++) {
            Moment from = recorder.now();
            try (Admin admin = Admin.create(kafka)) {
                queues.together(() -> {
                    Map<Integer, Long> moved = move.perform(admin);
                    queues.forEach((queue, partition) -> {
                        Long to = moved.get(partition);
                        if (to != null) {
                            queues.write(queue, new ObservedEntry.OffsetsReset(from, recorder.now(), sink, to));
                        }
                    });
                });
                return;
            } catch (CommandFailedException | KafkaException | ExecutionException e) {
                last = e;
            }
            if (shutdown.await(Duration.ofSeconds(1))) {
                return;
            }
        }
        throw new IllegalStateException(
                "The offsets of sink " + sink + " could not be moved within " + ATTEMPTS + " s.", last);
    }
}
