package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DiagnosticsEventTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final String QUEUE = "orders / ü\n";

    private final ReplicationEvent<String> enqueued = ReplicationEvent.of(
            QUEUE,
            new SourceMetadata(new Position(17, 42), "dispatcher-a", null, NOON),
            TaskEvent.builder(EventKind.ENQUEUED, 42, NOON, new Task<>(new TaskId(QUEUE, 17, 7), 1, NOON, "the secret"))
                    .build());

    @Test
    void payloadIsHiddenUnlessRequested() {
        DiagnosticsEvent event = DiagnosticsEvent.of(enqueued, PayloadCodec.utf8());

        assertThat(event.json(false)).contains("\"value\":\"(hidden)\"").doesNotContain("the secret");
        assertThat(event.json(true)).contains("\"value\":\"the secret\"");
        assertThat(event.json(false).replace("(hidden)", "the secret")).isEqualTo(event.json(true));
    }

    @Test
    void anEventWithoutItsPayloadHasNoValueHiddenOrNot() {
        Task<String> task = new Task<>(new TaskId(QUEUE, 17, 7), 1, NOON, "the secret");
        ReplicationEvent<String> available = ReplicationEvent.of(
                QUEUE,
                enqueued.metadata(),
                TaskEvent.builder(EventKind.AVAILABLE, 42, NOON, task.withoutPayload())
                        .build());

        DiagnosticsEvent event = DiagnosticsEvent.of(available, PayloadCodec.utf8());

        assertThat(event.json(true)).isEqualTo(event.json(false)).doesNotContain("\"value\"");
    }

    @Test
    void dataIsTheWireFormat() {
        DiagnosticsEvent event = DiagnosticsEvent.of(enqueued, PayloadCodec.utf8());

        assertThat(new ReplicationEventCodec<>(PayloadCodec.utf8())
                        .decode(event.json(true).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(enqueued);
    }

    @Test
    void idIsThatOfTheRecordAndOneLineForAnyQueueName() {
        DiagnosticsEvent event = DiagnosticsEvent.of(enqueued, PayloadCodec.utf8());

        assertThat(event.id()).isEqualTo("orders%20%2F%20%C3%BC%0A/17/42");
        assertThat(event.kind()).isEqualTo("Enqueued");
    }

    @Test
    void sourceStartedIsEncodedAsWell() {
        UUID instance = UUID.fromString("00000000-0000-0000-0000-00000000000b");
        DiagnosticsEvent event = DiagnosticsEvent.of(
                ReplicationEvent.sourceStarted(
                        "orders", new SourceMetadata(new Position(17, 0), "dispatcher-a", null, NOON), instance),
                PayloadCodec.utf8());

        assertThat(event.json(false)).isEqualTo(event.json(true)).contains(instance.toString());
    }

    @Test
    void idThatWouldBreakTheStreamIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsEvent.of("1\ndata: forged", "Enqueued", "{}"))
                .withMessage(
                        "The id of a diagnostics event must be one line of text, but this one is '1%0Adata%3A%20forged' "
                                + "(percent-encoded). Percent-encode names that may contain control characters.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagnosticsEvent.of("1", "", "{}"))
                .withMessage(
                        "The kind of a diagnostics event must be one line of text, but this one is empty. Percent-encode names "
                                + "that may contain control characters.");
    }

    @Test
    void serverHidesPayloadsByDefault() throws IOException {
        assertThat(shownBy(DiagnosticsServer.builder()))
                .contains("\"(hidden)\"")
                .doesNotContain("the secret");
        assertThat(shownBy(DiagnosticsServer.builder().showPayloads(true))).contains("the secret");
    }

    private String shownBy(DiagnosticsServer.Builder builder) throws IOException {
        ManualEventFeed feed = new ManualEventFeed();
        try (var server = builder.feed(feed).start();
                var stream = new HttpTestClient(server).connect()) {
            stream.next();
            feed.emit(DiagnosticsEvent.of(enqueued, PayloadCodec.utf8()));
            return stream.nextEvent();
        }
    }
}
