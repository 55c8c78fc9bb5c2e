package io.taskqueue.cli.doctor;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.TopicDescription;

/** That a topic of the sources exists, with as many partitions as it may have; the other checks of it depend on that. */
final class SourceTopicCheck implements Check {

    private final String name;
    private final String topic;
    private final String option;
    private final Optional<Integer> partitions;
    private final String policy;

    private SourceTopicCheck(String name, String topic, String option, Optional<Integer> partitions, String policy) {
        this.name = name;
        this.topic = topic;
        this.option = option;
        this.partitions = partitions;
        this.policy = policy;
    }

    static SourceTopicCheck ofEvents(String topic) {
        return new SourceTopicCheck("event-topic", topic, "--topic", Optional.empty(), "delete");
    }

    static SourceTopicCheck ofRegistry(String topic) {
        return new SourceTopicCheck("registry-topic", topic, "--registry-topic", Optional.of(1), "compact");
    }

    @Override
    public String name() {
        return name;
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
        if (found.isEmpty()) {
            return List.of(Finding.error(
                    subject(),
                    "it does not exist on this cluster: no source has been started here",
                    "Check " + option + " and --bootstrap-server. A source creates the topic, or create it, with"
                            + " --replication-factor 3 in production: "
                            + cluster.tools().createTopic(topic, partitions.orElse(12), "cleanup.policy", policy)));
        }
        int has = found.get().partitions().size();
        if (partitions.isPresent() && has != partitions.get()) {
            return List.of(Finding.error(
                    subject(),
                    "it has " + has
                            + " partitions, but the offset of a claim is an epoch, and is unique in one partition"
                            + " only",
                    "Name another registry topic, with one partition, for all dispatchers of this cluster."));
        }
        return List.of(Finding.fit(subject(), "it has " + Finding.count(has, "partition")));
    }
}
