package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.TestTopics;
import io.taskqueue.cli.TopicEvents;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.EventKind;
import io.taskqueue.source.ReplicationSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PayloadOptionTest {

    @Test
    void aDispatcherIncludesPayloadsInTheFirstEventsOfItsTasksOnly(@TempDir Path directory) throws Exception {
        Path tasks = Files.write(directory.resolve("tasks.ndjson"), List.of("{\"n\":1}", "{\"n\":2}"));
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            TestTopics.create(broker.bootstrapServers(), 1);

            CommandRun run =
                    CommandRun.dispatch(broker.bootstrapServers(), "orders", tasks, "--payload", "first-event");

            assertThat(run.exitCode()).as(run.err()).isZero();
            TopicEvents events = TopicEvents.read(broker.bootstrapServers(), ReplicationSource.DEFAULT_TOPIC, "orders");
            assertThat(events.payloads(EventKind.ENQUEUED)).containsExactly("{\"n\":1}", "{\"n\":2}");
            assertThat(events.of(EventKind.LEASE_GRANTED, EventKind.COMPLETED))
                    .hasSize(4)
                    .noneMatch(event -> event.task().hasPayload());
        }
    }

    @Test
    void anotherValueIsRefused() {
        CommandRun run = CommandRun.of("dispatch", "--queue", "orders", "--payload", "FIRST_EVENT");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'FIRST_EVENT' is not known. Use every-event or first-event.");
    }
}
