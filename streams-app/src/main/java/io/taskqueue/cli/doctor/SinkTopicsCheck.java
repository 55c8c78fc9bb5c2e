package io.taskqueue.cli.doctor;

import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.topics.OwnTopic;
import io.taskqueue.streams.topics.RecordSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;

/** That a sink's own topics exist and fit the event topic. */
final class SinkTopicsCheck implements Check {

    private final String sink;

    SinkTopicsCheck(String sink) {
        this.sink = sink;
    }

    @Override
    public String name() {
        return "sink-topics";
    }

    @Override
    public String subject() {
        return "topics of sink " + sink;
    }

    @Override
    public String permission() {
        return "DescribeConfigs on topics " + sink + "-*, " + TopicNames.control(sink) + " and "
                + TopicNames.deadLetters(sink);
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        Optional<TopicDescription> events = cluster.events();
        if (events.isEmpty()) {
            return List.of();
        }
        int partitions = events.get().partitions().size();
        String taken = cluster.config(cluster.scope().events()).get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        int largest = RecordSizes.withEnvelope(
                taken == null ? TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES : Integer.parseInt(taken));
        List<Finding> findings = new ArrayList<>();
        for (OwnTopic topic : OwnTopic.of(sink, TopicNames.deadLetters(sink), false)) {
            Optional<TopicDescription> found = cluster.topic(topic.name());
            if (found.isEmpty()) {
                findings.add(missing(topic));
                continue;
            }
            if (topic.follows()) {
                judgePartitions(topic, found.get().partitions().size(), partitions, cluster.tools())
                        .ifPresent(findings::add);
            }
            judgeConfig(topic, cluster.config(topic.name()), largest, cluster.tools())
                    .forEach(findings::add);
        }
        return findings.isEmpty()
                ? List.of(Finding.fit(
                        subject(),
                        "all of them exist; " + Finding.count(partitions, "partition")
                                + " as the event topic, and room for its records"))
                : findings;
    }

    private static Finding missing(OwnTopic topic) {
        String fact = "the " + topic.purpose() + " of the sink does not exist";
        return topic.byStreams()
                ? Finding.error(
                        "topic " + topic.name(),
                        fact + ", so what the sink has recorded there is lost",
                        "Stop all instances of the sink, then start one with a new --state-dir; a replay runs effects again"
                                + " whose results are lost.")
                : Finding.warning("topic " + topic.name(), fact, "Start the sink, which creates it.");
    }

    static Optional<Finding> judgePartitions(OwnTopic topic, int has, int events, KafkaTools tools) {
        String subject = "topic " + topic.name();
        String fact = "it has " + Finding.count(has, "partition") + ", and the event topic " + events;
        if (has == events) {
            return Optional.empty();
        }
        return Optional.of(
                has < events
                        ? Finding.error(
                                subject,
                                fact + ", so the sink cannot work on the last ones",
                                "A sink that may (Alter on its topics) adds partitions itself; or run: "
                                        + tools.addPartitions(topic.name(), events))
                        : Finding.error(
                                subject,
                                fact + ", so the sink does not start: the event topic was created again with fewer",
                                "Partitions cannot be removed. Start the sink under a new --name."));
    }

    static List<Finding> judgeConfig(OwnTopic topic, Map<String, String> config, int largest, KafkaTools tools) {
        List<ConfigRule> rules = new ArrayList<>();
        if (topic.compacted()) {
            rules.add(ConfigRule.exactly(
                    TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.CLEANUP_POLICY_COMPACT,
                    Finding.Level.ERROR,
                    "what the sink has recorded is deleted when it is old"));
        }
        if (topic.keepsEvents()) {
            rules.add(ConfigRule.atLeast(
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    largest,
                    Finding.Level.WARNING,
                    "the sink stops at an event that is as large as the event topic takes"));
        }
        rules.add(ConfigRule.exactly(
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                "false",
                Finding.Level.WARNING,
                "committed results can be lost when a replica that lacks them becomes leader"));
        List<Finding> findings = new ArrayList<>();
        for (ConfigRule rule : rules) {
            rule.judge(
                            "topic " + topic.name(),
                            config,
                            (property, value) -> "Run: " + tools.configureTopic(topic.name(), property, value))
                    .ifPresent(findings::add);
        }
        return findings;
    }
}
