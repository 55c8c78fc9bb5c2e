package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.SinkStoppedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollidingNamesAreRefusedTest {

    @Test
    void aSinkWhoseTopicsCollideWithThoseOfAnotherIsRefusedBeforeAnythingIsCreated() throws Exception {
        try (SinkTestCluster cluster = new SinkTestCluster(1)) {
            cluster.start(cluster.sink("my.app", cluster.calling(Duration.ZERO)));

            assertThatThrownBy(() -> cluster.sink("my_app", cluster.calling(Duration.ZERO))
                            .deadLetterTopic("letters-of-my_app")
                            .start())
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage(
                            "Sink my_app cannot create its control topic my_app.control: Topic 'my_app.control' collides"
                                    + " with existing topic: my.app.control. Kafka does not distinguish dots and underscores in the"
                                    + " names of topics. Give the sink a name that differs in another character.");
            assertThat(cluster.admin.listTopics().names().get()).noneMatch(name -> name.contains("my_app"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "my.app_control, dead,         my.app_control, my.app.control",
        "events,         my_app.dead,  '',             ''",
        "events,         my_app-state-changelog, my_app-state-changelog, my.app-state-changelog",
        "a_b,            a.b,          a_b,            a.b"
    })
    void topicsOfOneSinkThatCollideAreRefused(String events, String deadLetters, String one, String other) {
        SinkService.Builder<String> builder = SinkService.builder("my.app", (event, effects) -> {}, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                .topic(events)
                .deadLetterTopic(deadLetters);
        if (one.isEmpty()) {
            assertThat(builder.settings().topics().deadLetters()).isEqualTo(deadLetters);
            return;
        }
        assertThatThrownBy(builder::settings)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Sink my.app needs the topics " + one + " and " + other
                        + ", but Kafka does not distinguish dots and"
                        + " underscores in the names of topics, so they are the same. Give the sink or the topic that you named"
                        + " another name.");
    }

    @Test
    void aStateDirectoryThatIsThatOfAnotherSinkOnThisFileSystemIsRefused(@TempDir Path directory) throws Exception {
        Path sinks = Files.createDirectory(directory.resolve("id-of-an-event-topic"));
        Files.createDirectory(sinks.resolve("billing"));
        // as on a file system that does not distinguish upper and lower case
        Files.createSymbolicLink(sinks.resolve("Billing"), sinks.resolve("billing"));

        assertThatThrownBy(() -> SinkService.builder("Billing", (event, effects) -> {}, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                        .stateDirectory(directory)
                        .start())
                .isInstanceOf(SinkStoppedException.class)
                .hasMessage("Sink Billing did not start: the directory of its state, " + sinks.resolve("Billing")
                        + ", is that of sink billing, because this file system does not distinguish upper and lower case."
                        + " Pass another --state-dir (in code, stateDirectory).");
    }
}
