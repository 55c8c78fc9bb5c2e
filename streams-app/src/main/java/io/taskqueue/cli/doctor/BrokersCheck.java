package io.taskqueue.cli.doctor;

import io.taskqueue.kafka.KafkaFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.DescribeFeaturesOptions;
import org.apache.kafka.clients.admin.SupportedVersionRange;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/** That every broker answers here, and is of a version that was tested. */
final class BrokersCheck implements Check {

    private static final String SUBJECT = "brokers";
    private static final String FEATURE = "metadata.version";
    private static final int TIMEOUT_MILLIS = 10_000;

    /** The highest {@code metadata.version} that the brokers of a release support. */
    private static final TreeMap<Short, String> RELEASES = new TreeMap<>(Map.ofEntries(
            Map.entry((short) 7, "3.3"),
            Map.entry((short) 8, "3.4"),
            Map.entry((short) 11, "3.5"),
            Map.entry((short) 14, "3.6"),
            Map.entry((short) 19, "3.7"),
            Map.entry((short) 20, "3.8"),
            Map.entry((short) 21, "3.9"),
            Map.entry((short) 25, "4.0"),
            Map.entry((short) 27, "4.1"),
            Map.entry((short) 29, "4.2"),
            Map.entry((short) 30, "4.3"),
            Map.entry((short) 31, "4.4")));

    @Override
    public String name() {
        return "brokers";
    }

    @Override
    public String subject() {
        return SUBJECT;
    }

    @Override
    public String permission() {
        return "Describe on a topic of the cluster";
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        List<Node> brokers = cluster.brokers();
        List<Finding> findings = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (Node broker : brokers) {
            try {
                Short level = level(cluster, broker);
                String release = release(level).orElse(null);
                if (release == null) {
                    findings.add(untested("broker " + broker.id(), level));
                } else {
                    answers.add(broker.id() + " (Kafka " + release + ")");
                }
            } catch (KafkaException e) {
                findings.add(silent(broker, KafkaFailure.of(e, Map.of())));
            }
        }
        if (!answers.isEmpty()) {
            findings.add(0, Finding.fit(SUBJECT, "these answer here: " + Finding.list(answers)));
        }
        if (brokers.size() == 1) {
            findings.add(Finding.note(
                    SUBJECT,
                    "the cluster has 1 broker, so every topic has 1 replica, and its events are lost with that broker's disk",
                    "In production use at least 3 brokers, topics with 3 replicas, and min.insync.replicas=2."));
        }
        return findings;
    }

    /** The highest metadata.version that a broker supports; null if it does not state one, as with ZooKeeper. */
    private static @Nullable Short level(ExaminedCluster cluster, Node broker) throws InterruptedException {
        DescribeFeaturesOptions options = new DescribeFeaturesOptions().nodeId(broker.id());
        SupportedVersionRange range = cluster.await(
                        cluster.admin()
                                .describeFeatures(options.timeoutMs(TIMEOUT_MILLIS))
                                .featureMetadata(),
                        "read the version of broker " + broker.id())
                .supportedFeatures()
                .get(FEATURE);
        return range == null ? null : range.maxVersion();
    }

    /** The release of a broker; empty if it was not tested. */
    static Optional<String> release(@Nullable Short level) {
        return level == null || level < RELEASES.firstKey()
                ? Optional.empty()
                : Optional.ofNullable(RELEASES.ceilingEntry(level)).map(Map.Entry::getValue);
    }

    static Finding untested(String broker, @Nullable Short level) {
        return level == null
                ? Finding.warning(
                        broker,
                        "it supports no metadata.version, so it uses ZooKeeper or is older than Kafka 3.3, which is not"
                                + " supported",
                        "Use brokers of Kafka " + RELEASES.firstEntry().getValue() + " to "
                                + RELEASES.lastEntry().getValue() + " in KRaft mode.")
                : Finding.warning(
                        broker,
                        "it supports metadata.version up to " + level
                                + ", and no version of Kafka that was tested does",
                        "Use brokers of Kafka " + RELEASES.firstEntry().getValue() + " to "
                                + RELEASES.lastEntry().getValue() + ", or a newer version of this program.");
    }

    static Finding silent(Node broker, KafkaFailure failure) {
        return Finding.error(
                "broker " + broker.id(),
                "it does not answer at " + broker.host() + ":" + broker.port() + ": " + failure.found(),
                "Check that it runs, and that the address that it advertises (advertised.listeners) can be reached from"
                        + " here.");
    }
}
