package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.console.fold.FoldBounds;
import io.taskqueue.queue.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ViewSettingsTest {

    private static final Map<String, String> KAFKA = Map.of("bootstrap.servers", "127.0.0.1:1");

    @Test
    void invalidSettingsAreRefusedBeforeAnythingStarts() {
        refused(
                builder -> builder.name("two words"),
                "The name of the console is 'two words'. It names a consumer group and topics: use up to 200 letters, digits,"
                        + " dots, hyphens and underscores.");
        refused(builder -> builder.topic(""), "The name of the event topic is empty. Name a topic.");
        refused(
                builder -> builder.historySamples(0),
                "The number for samples of histories of the console is 0. Set it to at least 1.");
        refused(
                builder -> builder.stateMemory(1_000),
                "The number for memory of the local state, in bytes, of the console is 1000. Set it to at least 8388608.");
        refused(
                builder -> builder.lifeTimeout(Duration.ZERO),
                "The time for reading a task's events of the console is PT0S. Set it to at least a millisecond.");
        refused(
                builder -> builder.topicCheckInterval(Duration.ofSeconds(-1)),
                "The interval between checks of the event topic of the console is PT-1S. Set it to at least a millisecond.");
    }

    @Test
    void boundsThatAreTooSmallAreRefused() {
        assertThatThrownBy(() -> new FoldBounds(-1, 1, 1, 1, 3))
                .hasMessage("The bound for ended tasks of a queue of the console is -1. Set it to at least 0.");
        assertThatThrownBy(() -> new FoldBounds(1, -1, 1, 1, 3))
                .hasMessage("The bound for ended tasks in total of the console is -1. Set it to at least 0.");
        assertThatThrownBy(() -> new FoldBounds(1, 1, 0, 1, 3))
                .hasMessage("The bound for live tasks in total of the console is 0. Set it to at least 1.");
        assertThatThrownBy(() -> new FoldBounds(1, 1, 1, 0, 3))
                .hasMessage("The bound for queues of the console is 0. Set it to at least 1.");
        assertThatThrownBy(() -> new FoldBounds(1, 1, 1, 1, 2))
                .hasMessage("The bound for events of a task of the console is 2. Set it to at least 3.");
    }

    @Test
    void propertiesThatTheViewNeedsCannotBeChanged() {
        refusedProperty(
                "streams.application.id",
                "mine",
                "The property application.id of the console must be taskqueue-console, which is the name of the console, but"
                        + " it is set to mine. Remove the property.");
        refusedProperty(
                "streams.processing.guarantee",
                "at_least_once",
                "The property processing.guarantee of the console must be exactly_once_v2, which commits offsets and state"
                        + " together, but it is set to at_least_once. Remove the property.");
        refusedProperty(
                "processing.exception.handler",
                "org.example.Skip",
                "The property processing.exception.handler of the console must be"
                        + " org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler, which prevents that an event is"
                        + " skipped, but it is set to org.example.Skip. Remove the property.");
    }

    @Test
    void otherPropertiesAreTheUsers() {
        ViewSettings settings = new ViewSettings(
                "console",
                "events",
                Map.of(
                        "bootstrap.servers", "127.0.0.1:1",
                        "streams.num.stream.threads", "3",
                        "consumer.session.timeout.ms", "9000",
                        "heartbeat.interval.ms", "2000",
                        "security.protocol", "SSL"),
                Path.of("state"),
                new ViewSettings.Limits(FoldBounds.DEFAULT, 1, 8L << 20, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                new ViewSettings.Instruments(Clock.systemUTC(), Ticker.system()));

        assertThat(ViewProperties.of(settings))
                .containsEntry("application.id", "console")
                .containsEntry("num.stream.threads", "3")
                .containsEntry("consumer.session.timeout.ms", "9000")
                .containsEntry("consumer.heartbeat.interval.ms", "2000")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("state.dir", "state")
                .containsEntry("ensure.explicit.internal.resource.naming", true);
    }

    private static void refusedProperty(String property, String value, String message) {
        assertThatThrownBy(() -> ViewService.builder(
                                Map.of("bootstrap.servers", "127.0.0.1:1", property, value), Path.of("unused"))
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static void refused(UnaryOperator<ViewService.Builder> change, String message) {
        assertThatThrownBy(() -> change.apply(ViewService.builder(KAFKA, Path.of("unused")))
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
