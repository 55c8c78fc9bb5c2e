package io.taskqueue.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** That the properties of a topic are what the events or the claims in it need. */
final class TopicSettingsCheck implements Check {

    private static final long DAY_MILLIS = 24L * 60 * 60 * 1000;

    private final String name;
    private final String topic;
    private final List<ConfigRule> rules;

    private TopicSettingsCheck(String name, String topic, List<ConfigRule> rules) {
        this.name = name;
        this.topic = topic;
        this.rules = rules;
    }

    static TopicSettingsCheck ofEvents(String topic) {
        return new TopicSettingsCheck(
                "event-topic-settings",
                topic,
                List.of(
                        ConfigRule.exactly(
                                "cleanup.policy",
                                "delete",
                                Finding.Level.ERROR,
                                "compaction keeps only the newest event of each queue, whose name is the key"),
                        unclean("acknowledged events are lost when a replica that lacks them becomes leader"),
                        ConfigRule.exactly(
                                "message.timestamp.type",
                                "CreateTime",
                                Finding.Level.NOTE,
                                "replay --to-datetime and the ages of events go by the time when a broker stored them"),
                        ConfigRule.atLeast(
                                "message.timestamp.before.max.ms",
                                DAY_MILLIS,
                                Finding.Level.WARNING,
                                "events that wait longer than that for Kafka, or in a file for resend, are refused")));
    }

    static TopicSettingsCheck ofRegistry(String topic) {
        return new TopicSettingsCheck(
                "registry-settings",
                topic,
                List.of(
                        ConfigRule.exactly(
                                "cleanup.policy",
                                "compact",
                                Finding.Level.ERROR,
                                "the owners of queues and their low-water marks are deleted when they are old"),
                        unclean(
                                "the owner of a queue is lost, and two may continue, when a replica that lacks the newest"
                                        + " claim becomes leader")));
    }

    private static ConfigRule unclean(String consequence) {
        return ConfigRule.exactly("unclean.leader.election.enable", "false", Finding.Level.ERROR, consequence);
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
        return "DescribeConfigs on topic " + topic;
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        if (cluster.topic(topic).isEmpty()) {
            return List.of();
        }
        Map<String, String> config = cluster.config(topic);
        List<Finding> findings = new ArrayList<>();
        for (ConfigRule rule : rules) {
            rule.judge(
                            subject(),
                            config,
                            (property, value) -> "Run: " + cluster.tools().configureTopic(topic, property, value))
                    .ifPresent(findings::add);
        }
        return findings.isEmpty()
                ? List.of(Finding.fit(
                        subject(),
                        rules.stream()
                                .filter(rule -> config.containsKey(rule.property()))
                                .map(rule -> rule.property() + "=" + config.get(rule.property()))
                                .collect(Collectors.joining(", "))))
                : findings;
    }
}
