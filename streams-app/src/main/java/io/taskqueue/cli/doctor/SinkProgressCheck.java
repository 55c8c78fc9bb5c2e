package io.taskqueue.cli.doctor;

import io.taskqueue.config.DurationText;
import io.taskqueue.kafka.TopicOffsets.Unconsumed;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;

/** That a sink runs, and is not far behind. */
final class SinkProgressCheck implements Check {

    /** How long an event may wait until it is consumed. */
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    /** The share of {@code retention.ms} after which an event that is not consumed is about to be lost. */
    private static final double LATE = 0.5;

    private final String sink;

    SinkProgressCheck(String sink) {
        this.sink = sink;
    }

    /**
     * How far a sink is.
     *
     * @param instances how many are running
     * @param events how many are not consumed
     * @param age the age of the oldest of them
     */
    record Progress(int instances, long events, Duration age) {}

    @Override
    public String name() {
        return "sink-progress";
    }

    @Override
    public String subject() {
        return "sink " + sink;
    }

    @Override
    public String permission() {
        return "Describe on group " + sink + ", and Read and DescribeConfigs on the event topic";
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
        String topic = cluster.scope().events();
        if (cluster.offsets().committed(sink).isEmpty()) {
            return List.of(Finding.warning(
                    subject(),
                    "it has not committed offsets of topic " + topic + ": it has not run, or Kafka has deleted them",
                    "Check --name and --topic; `taskqueue status` lists the sinks."));
        }
        ConsumerGroupDescription group = cluster.await(
                        cluster.admin().describeConsumerGroups(List.of(sink)).all(), "describe consumer group " + sink)
                .values()
                .iterator()
                .next();
        Collection<Unconsumed> unconsumed =
                cluster.offsets().unconsumed(cluster.kafka(), sink).values();
        Duration age = unconsumed.stream()
                .map(each -> cluster.age(each.first().timestamp()))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        Progress progress = new Progress(
                group.members().size(),
                unconsumed.stream().mapToLong(Unconsumed::offsets).sum(),
                age);
        long retention = Long.parseLong(cluster.config(topic).getOrDefault("retention.ms", "-1"));
        return List.of(judge(sink, progress, retention));
    }

    static Finding judge(String sink, Progress progress, long retentionMillis) {
        String subject = "sink " + sink;
        boolean isStopped = progress.instances() == 0;
        String fact = (isStopped ? "it is stopped" : "it runs with " + Finding.count(progress.instances(), "instance"))
                + (progress.events() == 0
                        ? ", and has consumed every event"
                        : ", and is " + Finding.count(progress.events(), "event") + " behind, the oldest of which is "
                                + DurationText.of(progress.age().truncatedTo(ChronoUnit.SECONDS)) + " old");
        String start = "Start it: taskqueue sink --name " + sink + " …";
        String faster =
                "Read its /health/ready, which states what it waits for; if the target is slow, raise --concurrency or"
                        + " start more instances.";
        if (progress.events() > 0 && retentionMillis >= 0 && progress.age().toMillis() >= LATE * retentionMillis) {
            return Finding.error(
                    subject,
                    fact + ". retention.ms (" + DurationText.of(Duration.ofMillis(retentionMillis))
                            + ") removes events that it has not consumed",
                    (isStopped ? start : faster) + " Raise retention.ms of the topic until it has caught up.");
        }
        if (isStopped) {
            return Finding.warning(subject, fact, start);
        }
        return progress.age().compareTo(TOLERANCE) > 0
                ? Finding.warning(subject, fact, faster)
                : Finding.fit(subject, fact);
    }
}
