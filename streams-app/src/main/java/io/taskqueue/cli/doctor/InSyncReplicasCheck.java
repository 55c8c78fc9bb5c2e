package io.taskqueue.cli.doctor;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.TopicDescription;

/** That what is acknowledged survives the loss of a broker, and that the loss of one does not stop writing. */
final class InSyncReplicasCheck implements Check {

    private static final String PROPERTY = "min.insync.replicas";

    private final String topic;

    InSyncReplicasCheck(String topic) {
        this.topic = topic;
    }

    @Override
    public String name() {
        return "in-sync-replicas";
    }

    @Override
    public String subject() {
        return "topic " + topic;
    }

    @Override
    public String permission() {
        return "DescribeConfigs on topic " + topic;
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        Optional<TopicDescription> found = cluster.topic(topic);
        if (found.isEmpty()) {
            return List.of();
        }
        int replicas = found.get().partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
        String least = cluster.config(topic).get(PROPERTY);
        return least == null ? List.of() : List.of(judge(topic, replicas, Integer.parseInt(least), cluster.tools()));
    }

    static Finding judge(String topic, int replicas, int least, KafkaTools tools) {
        String subject = "topic " + topic;
        String found = PROPERTY + " is " + least + " of " + Finding.count(replicas, "replica");
        if (least > replicas) {
            return Finding.error(
                    subject,
                    found + ", so nothing can be written",
                    "Run: " + tools.configureTopic(topic, PROPERTY, String.valueOf(Math.max(1, replicas - 1))));
        }
        if (replicas > 1 && least == 1) {
            return Finding.warning(
                    subject,
                    found + ", so what only the leader has counts as confirmed, and is lost with it",
                    "Run: " + tools.configureTopic(topic, PROPERTY, "2"));
        }
        if (replicas > 1 && least == replicas) {
            return Finding.warning(
                    subject,
                    found + ", so nothing can be written while one broker is down",
                    replicas == 2
                            ? "Add a third replica with kafka-reassign-partitions.sh."
                            : "Run: " + tools.configureTopic(topic, PROPERTY, String.valueOf(replicas - 1)));
        }
        return Finding.fit(subject, found);
    }
}
