package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerResolverTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void functionSeesTheEvent() {
        PeerResolver<String> peers = new PeerResolver<>(
                "peer-a",
                null,
                event -> event.kind() == EventKind.COMPLETED
                        ? "archive"
                        : event.task().payload());

        assertThat(peers.ownerOf(enqueued())).isEqualTo("shop-1");
        assertThat(peers.ownerOf(completed())).isEqualTo("archive");
    }

    @Test
    void nameIsTheOwnerWhereTheFunctionHasNone() {
        PeerResolver<String> peers =
                new PeerResolver<>("peer-a", "shops", event -> event.kind() == EventKind.COMPLETED ? "archive" : null);

        assertThat(peers.ownerOf(enqueued())).isEqualTo("shops");
        assertThat(peers.ownerOf(completed())).isEqualTo("archive");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "shops")
    void nameIsTheOwnerWhereTheFunctionFails(String name) {
        PeerResolver<String> illegal = new PeerResolver<>("peer-a", name, event -> "");
        PeerResolver<String> throwing = new PeerResolver<>("peer-a", name, event -> {
            throw new IllegalStateException("no idea");
        });
        PeerResolver<String> broken = new PeerResolver<>("peer-a", name, event -> {
            throw new OutOfMemoryError("a large table of owners");
        });

        assertThat(illegal.ownerOf(enqueued())).isEqualTo(name);
        assertThat(throwing.ownerOf(enqueued())).isEqualTo(name);
        assertThat(broken.ownerOf(enqueued())).isEqualTo(name);
    }

    @Test
    void interruptionByTheFunctionEndsWithIt() {
        PeerResolver<String> peers = new PeerResolver<>("peer-a", null, event -> {
            Thread.currentThread().interrupt();
            return "shops";
        });

        assertThat(peers.ownerOf(enqueued())).isEqualTo("shops");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void illegalNamesAreRefused() {
        assertThatThrownBy(() -> new PeerResolver<String>("", null, event -> null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PeerResolver<String>("peer-a", "", event -> null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static TaskEvent<String> enqueued() {
        return TaskEvent.builder(EventKind.ENQUEUED, 1, NOON, task()).build();
    }

    private static TaskEvent<String> completed() {
        return TaskEvent.builder(EventKind.COMPLETED, 2, NOON, task())
                .token(new OwnershipToken(1, 1, new UUID(1, 1)))
                .build();
    }

    private static Task<String> task() {
        return new Task<>(new TaskId("q", 7, 1), 1, NOON, "shop-1");
    }
}
