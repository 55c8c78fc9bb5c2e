package io.taskqueue.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Node;

/** The settings of brokers on which transactions and new topics depend. */
final class BrokerSettingsCheck implements Check {

    private static final String SUBJECT = "settings of the brokers";
    private static final long DAY_MILLIS = 24L * 60 * 60 * 1000;

    /** The shortest transaction that a sink asks for, in milliseconds. */
    private static final long SINK_TRANSACTION_MILLIS = 10_000;

    private static final String TRANSACTIONS_LOST =
            "a sink cannot commit while one broker is down, or its open transactions are lost with one broker";

    private static final ConfigRule UNCLEAN = ConfigRule.exactly(
            "unclean.leader.election.enable",
            "false",
            Finding.Level.WARNING,
            "a topic that does not set it itself loses acknowledged events when a replica that lacks them becomes leader");

    private static final List<ConfigRule> RULES = List.of(
            ConfigRule.atLeast(
                    "transactional.id.expiration.ms",
                    DAY_MILLIS,
                    Finding.Level.WARNING,
                    "a sink that has been idle for that long fails its next transaction, and starts its threads again"),
            ConfigRule.atLeast(
                    "transaction.max.timeout.ms",
                    SINK_TRANSACTION_MILLIS,
                    Finding.Level.ERROR,
                    "no sink can start: its transactions may take 10 s or longer"),
            ConfigRule.exactly(
                    "transaction.partition.verification.enable",
                    "true",
                    Finding.Level.WARNING,
                    "a late request can leave a transaction open for ever, behind which no sink reads"));

    @Override
    public String name() {
        return "broker-settings";
    }

    @Override
    public String subject() {
        return SUBJECT;
    }

    @Override
    public String permission() {
        return "DescribeConfigs on the cluster";
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        List<Node> brokers = cluster.brokers();
        Map<Finding, TreeSet<Integer>> byFinding =
                new TreeMap<>((one, other) -> one.toString().compareTo(other.toString()));
        for (Node broker : brokers) {
            for (Finding finding : judge(cluster.brokerConfig(broker), brokers.size(), cluster.tools())) {
                byFinding.computeIfAbsent(finding, first -> new TreeSet<>()).add(broker.id());
            }
        }
        if (byFinding.isEmpty()) {
            return List.of(Finding.fit(
                    SUBJECT,
                    "transaction.state.log.replication.factor and .min.isr, transactional.id.expiration.ms,"
                            + " transaction.max.timeout.ms, transaction.partition.verification.enable and"
                            + " unclean.leader.election.enable are as sinks need them"));
        }
        List<Finding> findings = new ArrayList<>();
        byFinding.forEach((finding, ids) -> findings.add(
                ids.size() == brokers.size()
                        ? finding
                        : new Finding.Deviation(
                                finding.level(),
                                (ids.size() == 1 ? "settings of broker " : "settings of brokers ") + Finding.list(ids),
                                finding.fact(),
                                finding.remedy().orElse(""))));
        return findings;
    }

    /** Judges the settings of one broker. */
    static List<Finding> judge(Map<String, String> config, int brokers, KafkaTools tools) {
        List<Finding> findings = new ArrayList<>();
        UNCLEAN.judge(
                        SUBJECT,
                        config,
                        (property, value) ->
                                "Run: " + tools.configureBrokers(property, value) + "; or set it on each topic.")
                .ifPresent(findings::add);
        List<ConfigRule> rules = new ArrayList<>(RULES);
        if (brokers >= 3) {
            rules.add(ConfigRule.atLeast(
                    "transaction.state.log.replication.factor", 3, Finding.Level.WARNING, TRANSACTIONS_LOST));
            rules.add(ConfigRule.atLeast("transaction.state.log.min.isr", 2, Finding.Level.WARNING, TRANSACTIONS_LOST));
            rules.add(ConfigRule.atLeast(
                    "offsets.topic.replication.factor",
                    3,
                    Finding.Level.WARNING,
                    "the committed offsets of sinks are lost with one broker"));
        }
        rules.forEach(
                rule -> rule.judge(SUBJECT, config, BrokerSettingsCheck::inFile).ifPresent(findings::add));
        return findings;
    }

    private static String inFile(String property, String value) {
        return "Set " + property + "=" + value
                + " in server.properties of each broker, and restart them one after another"
                + (property.endsWith("replication.factor")
                        ? "; for a topic that exists, add replicas with kafka-reassign-partitions.sh."
                        : ".");
    }
}
