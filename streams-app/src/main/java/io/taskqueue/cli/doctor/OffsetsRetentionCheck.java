package io.taskqueue.cli.doctor;

import io.taskqueue.config.DurationText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;

/** How long Kafka keeps the committed offsets of a sink that is stopped. */
final class OffsetsRetentionCheck implements Check {

    private static final String PROPERTY = "offsets.retention.minutes";
    private static final String SUBJECT = "committed offsets of sinks";

    @Override
    public String name() {
        return "offsets-retention";
    }

    @Override
    public String subject() {
        return SUBJECT;
    }

    @Override
    public String permission() {
        return "DescribeConfigs on the cluster, and Describe on the groups of the sinks";
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        List<String> sinks = cluster.sinks();
        if (sinks.isEmpty()) {
            return List.of();
        }
        String minutes = cluster.brokerConfig(cluster.brokers().get(0)).get(PROPERTY);
        if (minutes == null) {
            return List.of();
        }
        Map<String, ConsumerGroupDescription> groups = cluster.await(
                cluster.admin().describeConsumerGroups(sinks).all(), "describe the consumer groups of the sinks");
        List<String> stopped = new ArrayList<>();
        groups.forEach((sink, group) -> {
            if (group.members().isEmpty()) {
                stopped.add(sink);
            }
        });
        stopped.sort(null);
        return List.of(judge(stopped, Duration.ofMinutes(Long.parseLong(minutes)), cluster.scope()));
    }

    static Finding judge(List<String> stopped, Duration kept, ExaminedCluster.Scope scope) {
        String fact = PROPERTY + " is " + kept.toMinutes() + " (" + DurationText.of(kept) + ")";
        String consequence = ". A sink that starts after that reads topic " + scope.events()
                + " from its beginning; it runs no effect again whose result is recorded";
        String remedy = "Start the sinks, or set a higher " + PROPERTY
                + " in server.properties of each broker, and restart them one after another.";
        if (!stopped.isEmpty()) {
            return Finding.warning(
                    SUBJECT,
                    fact + ", and then Kafka deletes those of the sinks that are stopped: " + Finding.list(stopped)
                            + consequence,
                    remedy);
        }
        return kept.compareTo(scope.replayHorizon()) >= 0
                ? Finding.fit(SUBJECT, fact + "; no sink is stopped")
                : Finding.note(
                        SUBJECT,
                        fact + ", less than --replay-horizon: then Kafka deletes those of a sink that is stopped"
                                + consequence,
                        remedy);
    }
}
