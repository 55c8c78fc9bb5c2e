package io.taskqueue.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/** That each partition has a leader and enough replicas that are in sync. */
final class ReplicasCheck implements Check {

    /** How many replicas a topic should have, where there are as many brokers. */
    private static final int ENOUGH = 3;

    private final String topic;

    ReplicasCheck(String topic) {
        this.topic = topic;
    }

    @Override
    public String name() {
        return "replicas";
    }

    @Override
    public String subject() {
        return "topic " + topic;
    }

    @Override
    public String permission() {
        return "Describe on topic " + topic;
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        Optional<TopicDescription> found = cluster.topic(topic);
        return found.isEmpty()
                ? List.of()
                : judge(found.get(), cluster.brokers().size(), cluster.tools());
    }

    /** The partitions of a topic that have no leader. */
    static List<Integer> withoutLeader(TopicDescription topic) {
        return topic.partitions().stream()
                .filter(partition ->
                        partition.leader() == null || partition.leader().isEmpty())
                .map(TopicPartitionInfo::partition)
                .toList();
    }

    static List<Finding> judge(TopicDescription topic, int brokers, KafkaTools tools) {
        String subject = "topic " + topic.name();
        List<Finding> findings = new ArrayList<>();
        List<Integer> offline = withoutLeader(topic);
        if (!offline.isEmpty()) {
            findings.add(Finding.error(
                    subject,
                    Finding.count(offline.size(), "partition") + " without a leader, which cannot be read or written: "
                            + Finding.list(offline),
                    "Start the brokers that hold them: " + Finding.list(holders(topic, offline)) + ". See "
                            + tools.describeTopic(topic.name())));
        }
        List<String> behind = topic.partitions().stream()
                .filter(partition -> !offline.contains(partition.partition()))
                .filter(partition ->
                        partition.isr().size() < partition.replicas().size())
                .map(partition -> partition.partition() + " (" + partition.isr().size() + " of "
                        + partition.replicas().size() + ")")
                .toList();
        if (!behind.isEmpty()) {
            findings.add(Finding.warning(
                    subject,
                    Finding.count(behind.size(), "partition") + " with fewer replicas in sync than it should have: "
                            + Finding.list(behind),
                    "Find the broker that is down or slow: " + tools.describeTopic(topic.name())));
        }
        int replicas = topic.partitions().stream()
                .mapToInt(partition -> partition.replicas().size())
                .min()
                .orElse(0);
        if (replicas < ENOUGH && brokers >= ENOUGH) {
            findings.add(new Finding.Deviation(
                    replicas == 1 ? Finding.Level.WARNING : Finding.Level.NOTE,
                    subject,
                    replicas == 1
                            ? "it has 1 replica, so it is lost with one disk, and unavailable with one broker"
                            : "it has " + replicas
                                    + " replicas, so while one broker is down either nothing can be written,"
                                    + " or what is written is lost with one more disk",
                    "Add replicas with kafka-reassign-partitions.sh; new topics get as many as --replication-factor or the"
                            + " broker's default.replication.factor says."));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.fit(
                    subject, "each partition has a leader, and " + Finding.count(replicas, "replica") + " in sync"));
        }
        return findings;
    }

    private static Set<Integer> holders(TopicDescription topic, List<Integer> partitions) {
        Set<Integer> holders = new TreeSet<>();
        topic.partitions().stream()
                .filter(partition -> partitions.contains(partition.partition()))
                .flatMap(partition -> partition.replicas().stream())
                .map(Node::id)
                .forEach(holders::add);
        return holders;
    }
}
