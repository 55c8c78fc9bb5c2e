package io.taskqueue.cli.doctor;

import io.taskqueue.config.DurationText;
import io.taskqueue.kafka.TopicOffsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;

/** That the event topic keeps events for as long as they may be replayed. */
final class ReplayHorizonCheck implements Check {

    private static final String MILLIS = "retention.ms";
    private static final String BYTES = "retention.bytes";

    /** A partition this full is at its limit: retention removes whole segments. */
    private static final double FULL = 0.9;

    private final String topic;

    ReplayHorizonCheck(String topic) {
        this.topic = topic;
    }

    /**
     * A partition that is limited in size.
     *
     * @param bytes its size
     * @param reach the age of its oldest record
     */
    record Filled(int partition, long bytes, Duration reach) {}

    @Override
    public String name() {
        return "replay-horizon";
    }

    @Override
    public String subject() {
        return "topic " + topic;
    }

    @Override
    public String permission() {
        return "DescribeConfigs and Read on topic " + topic;
    }

    @Override
    public boolean readsEvents() {
        return true;
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        if (cluster.events().isEmpty()) {
            return List.of();
        }
        Map<String, String> config = cluster.config(topic);
        Duration horizon = cluster.scope().replayHorizon();
        List<Finding> findings = new ArrayList<>();
        findings.add(judgeAge(topic, Long.parseLong(config.getOrDefault(MILLIS, "-1")), horizon, cluster.tools()));
        long bytes = Long.parseLong(config.getOrDefault(BYTES, "-1"));
        if (bytes >= 0) {
            findings.add(judgeSize(cluster, bytes, horizon));
        }
        return findings;
    }

    static Finding judgeAge(String topic, long millis, Duration horizon, KafkaTools tools) {
        String subject = "topic " + topic;
        if (millis < 0) {
            return Finding.fit(subject, MILLIS + " is " + millis + ": events are kept, however old they are");
        }
        String kept = MILLIS + " is " + millis + " (" + DurationText.of(Duration.ofMillis(millis)) + ")";
        return millis >= horizon.toMillis()
                ? Finding.fit(subject, kept + ", and a replay of " + DurationText.of(horizon) + " is possible")
                : Finding.warning(
                        subject,
                        kept + ", so a replay of " + DurationText.of(horizon) + " (--replay-horizon) is not possible",
                        "Run: " + tools.configureTopic(topic, MILLIS, String.valueOf(horizon.toMillis()))
                                + ". If less is enough, pass it as --replay-horizon.");
    }

    private Finding judgeSize(ExaminedCluster cluster, long limit, Duration horizon) throws InterruptedException {
        try {
            return judgeSize(topic, limit, fullest(cluster), horizon, cluster.tools());
        } catch (AuthorizationException denied) {
            return Finding.unknown(
                    subject(),
                    BYTES + " is " + limit
                            + ", and this user may not read the sizes of partitions, so how far back a replay"
                            + " can go is not known",
                    "Permit Describe on the cluster, also to dispatchers: they need it to keep live tasks from being"
                            + " removed.");
        }
    }

    /** The partition with the most bytes, or empty if there are no records. */
    private Optional<Filled> fullest(ExaminedCluster cluster) throws InterruptedException {
        TopicOffsets offsets = cluster.offsets();
        long most = 0;
        TopicPartition fullest = null;
        for (TopicPartition partition : offsets.partitions()) {
            long size = cluster.topics().sizeOnLeader(partition);
            if (size > most) {
                most = size;
                fullest = partition;
            }
        }
        if (fullest == null) {
            return Optional.empty();
        }
        long first = offsets.offsets(OffsetSpec.earliest()).getOrDefault(fullest, 0L);
        OptionalLong oldest = cluster.timestamp(fullest, first);
        if (oldest.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Filled(fullest.partition(), most, cluster.age(oldest.getAsLong())));
    }

    static Finding judgeSize(String topic, long limit, Optional<Filled> fullest, Duration horizon, KafkaTools tools) {
        String subject = "topic " + topic;
        String found = BYTES + " is " + limit
                + fullest.map(partition ->
                                "; the largest partition, " + partition.partition() + ", has " + partition.bytes()
                                        + " bytes, from the last "
                                        + DurationText.of(partition.reach().truncatedTo(ChronoUnit.SECONDS)))
                        .orElse("");
        String remedy = "Run: " + tools.configureTopic(topic, BYTES, "-1") + ", and limit the age with " + MILLIS + ".";
        boolean isShort = fullest.filter(partition -> partition.bytes() >= FULL * limit)
                .filter(partition -> partition.reach().compareTo(horizon) < 0)
                .isPresent();
        return isShort
                ? Finding.warning(
                        subject,
                        found + ", so a replay of " + DurationText.of(horizon) + " (--replay-horizon) is not possible",
                        remedy)
                : Finding.note(
                        subject, found + ". How far back a replay can go depends on the number of events", remedy);
    }
}
