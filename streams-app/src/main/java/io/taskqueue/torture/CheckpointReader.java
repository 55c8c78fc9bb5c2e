package io.taskqueue.torture;

import io.taskqueue.cli.shared.ExistingTopic;
import io.taskqueue.event.Position;
import io.taskqueue.streams.admin.CommittedCheckpoint;
import io.taskqueue.torture.history.ObservedEntry;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** The checkpoints and committed offsets of the sink, as Kafka holds them now, written to the history. */
final class CheckpointReader {

    private CheckpointReader() {}

    static void write(TortureCluster cluster) throws Exception {
        cluster.observed.together(() -> {
            Map<String, Position> done = new HashMap<>();
            for (CommittedCheckpoint each : CommittedCheckpoint.read(cluster.clients(), TortureSettings.SINK)) {
                done.put(each.queueName(), each.done());
            }
            try (Admin admin = Admin.create(cluster.clients())) {
                Map<TopicPartition, Long> committed =
                        ExistingTopic.find(admin, TortureSettings.TOPIC).committed(TortureSettings.SINK);
                cluster.observed.forEach((queue, partition) -> cluster.observed.write(
                        queue,
                        new ObservedEntry.CheckpointSeen(
                                cluster.recorder.now(),
                                TortureSettings.SINK,
                                done.get(queue),
                                committed.get(new TopicPartition(TortureSettings.TOPIC, partition)))));
            }
        });
    }
}
