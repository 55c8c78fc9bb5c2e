package io.taskqueue.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.SinkLog;
import io.taskqueue.streams.SinkTestCluster;
import io.taskqueue.streams.settings.SinkSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EventTopicMonitorTest {

    /** As a permission that was withdrawn, a topic that was deleted does not come back by itself. */
    @Test
    void descriptionThatIsRefusedIsLoggedOnceAndShownUntilItSucceeds() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1);
                SinkLog log = new SinkLog(EventTopicMonitor.class)) {
            SinkSettings<String> settings =
                    SettingsForTests.of("refused", (event, effects) -> {}, builder -> builder.topic(cluster.topic)
                            .topicCheckInterval(Duration.ofHours(1))
                            .kafka(Map.of("bootstrap.servers", SinkTestCluster.bootstrap())));
            EventTopicAdmin admin = new EventTopicAdmin(settings);
            try (EventTopicMonitor monitor = new EventTopicMonitor(admin, admin.describe(), settings, 1_000_000)) {
                monitor.read();
                assertThat(monitor.problem()).isEmpty();
                cluster.admin.deleteTopics(List.of(cluster.topic)).all().get(30, TimeUnit.SECONDS);
                Awaitility.await().until(() -> {
                    monitor.read();
                    return monitor.problem().isPresent();
                });
                monitor.read();

                String problem =
                        "the event topic cannot be described, so results of events that its log does not hold any more are"
                                + " kept: Topic " + cluster.topic + " does not exist. Create it.";
                assertThat(monitor.problem()).contains(problem);
                cluster.admin
                        .createTopics(List.of(new NewTopic(cluster.topic, 1, (short) 1)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
                Awaitility.await().until(() -> {
                    monitor.read();
                    return monitor.problem().isEmpty();
                });
                assertThat(log.lines())
                        .containsExactly(
                                "WARN Sink refused: " + problem
                                        + ". It is tried again at each interval; permit the sink to describe the topic.",
                                "WARN Sink refused: the event topic can be described again; results are purged.");
            }
        }
    }
}
