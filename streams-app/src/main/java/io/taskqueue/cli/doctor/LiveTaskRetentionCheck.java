package io.taskqueue.cli.doctor;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.config.DurationText;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.QueueMarks;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * That retention does not remove the events of live tasks. The owner of a queue writes its oldest live tasks again when they are older than
 * half of what the topic keeps; so events that are older than that have no owner, or its low-water mark is old.
 */
final class LiveTaskRetentionCheck implements Check {

    /** The share of {@code retention.ms} above which the oldest event of a live task has not been written again in time. */
    private static final double LATE = 0.75;

    private final String topic;
    private final String registry;

    LiveTaskRetentionCheck(String topic, String registry) {
        this.topic = topic;
        this.registry = registry;
    }

    @Override
    public String name() {
        return "live-tasks";
    }

    @Override
    public String subject() {
        return "live tasks on topic " + topic;
    }

    @Override
    public String permission() {
        return "Read on topics " + topic + " and " + registry + ", and DescribeConfigs on topic " + topic;
    }

    @Override
    public boolean readsEvents() {
        return true;
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        Optional<TopicDescription> events = cluster.events();
        if (events.isEmpty() || cluster.topic(registry).isEmpty()) {
            return List.of();
        }
        List<LowWaterMark> live = QueueMarks.readAll(cluster.kafka(), registry).values().stream()
                .filter(mark -> mark.live().tasks() > 0 && mark.place().topic().equals(topic))
                .sorted(Comparator.comparing(LowWaterMark::queueName))
                .toList();
        List<Finding> findings = new ArrayList<>();
        Uuid id = events.get().topicId();
        List<LowWaterMark> elsewhere =
                live.stream().filter(mark -> !mark.place().topicId().equals(id)).toList();
        if (!elsewhere.isEmpty()) {
            findings.add(Finding.error(
                    subject(),
                    "the topic was deleted and created again, and with it the live tasks of " + queues(elsewhere)
                            + " were lost",
                    "Compare the input of these queues with the outcome at the target."));
        }
        List<LowWaterMark> here =
                live.stream().filter(mark -> mark.place().topicId().equals(id)).toList();
        Map<TopicPartition, Long> beginnings = cluster.offsets().offsets(OffsetSpec.earliest());
        List<LowWaterMark> overtaken = here.stream()
                .filter(mark -> mark.offset() < beginnings.getOrDefault(partition(mark), 0L))
                .toList();
        if (!overtaken.isEmpty()) {
            LowWaterMark first = overtaken.get(0);
            findings.add(Finding.error(
                    subject(),
                    "retention has removed events of live tasks of " + queues(overtaken) + ": partition "
                            + first.place().partition() + " begins at offset "
                            + beginnings.getOrDefault(partition(first), 0L)
                            + ", but the oldest live task of queue " + Output.escape(first.queueName())
                            + " was at offset " + first.offset() + " on " + first.at()
                            + ". These tasks are lost, unless they have ended since",
                    "Count them with `taskqueue recover --queue NAME`, and raise retention.ms and retention.bytes."));
        }
        findings.addAll(ages(
                cluster, here.stream().filter(mark -> !overtaken.contains(mark)).toList()));
        return findings;
    }

    private List<Finding> ages(ExaminedCluster cluster, List<LowWaterMark> marks) throws InterruptedException {
        Map<TopicPartition, LowWaterMark> lowest = new HashMap<>();
        marks.forEach(mark ->
                lowest.merge(partition(mark), mark, (one, other) -> one.offset() <= other.offset() ? one : other));
        Optional<Aged> oldest = Optional.empty();
        for (Map.Entry<TopicPartition, LowWaterMark> each : lowest.entrySet()) {
            OptionalLong timestamp =
                    cluster.timestamp(each.getKey(), each.getValue().offset());
            if (timestamp.isPresent()) {
                Duration age = cluster.age(timestamp.getAsLong());
                if (oldest.isEmpty() || age.compareTo(oldest.get().age()) > 0) {
                    oldest = Optional.of(new Aged(each.getValue(), age));
                }
            }
        }
        long retention = Long.parseLong(cluster.config(topic).getOrDefault("retention.ms", "-1"));
        return oldest.map(aged -> judge(topic, marks.size(), aged, retention)).stream()
                .toList();
    }

    /** The event of a live task, and its age. */
    record Aged(LowWaterMark mark, Duration age) {}

    static Finding judge(String topic, int queues, Aged oldest, long retentionMillis) {
        String subject = "live tasks on topic " + topic;
        String found = Finding.count(queues, "queue") + " with live tasks; the oldest event of one is "
                + DurationText.of(oldest.age().truncatedTo(ChronoUnit.SECONDS)) + " old, of queue "
                + Output.escape(oldest.mark().queueName());
        if (retentionMillis < 0 || oldest.age().toMillis() < LATE * retentionMillis) {
            return Finding.fit(subject, found);
        }
        return Finding.error(
                subject,
                found + ", and retention.ms (" + DurationText.of(Duration.ofMillis(retentionMillis))
                        + ") is about to remove it: no owner has written it again",
                "Start a dispatcher of that queue with --recover, or raise retention.ms.");
    }

    private TopicPartition partition(LowWaterMark mark) {
        return new TopicPartition(topic, mark.place().partition());
    }

    private static String queues(Collection<LowWaterMark> marks) {
        return (marks.size() == 1 ? "queue " : marks.size() + " queues, ")
                + Finding.list(marks.stream()
                        .map(mark -> Output.escape(mark.queueName()))
                        .toList());
    }
}
