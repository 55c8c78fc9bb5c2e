package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application creates its sources with everything else, and starts them when all of that exists. */
@Timeout(60)
class SourceIsBuiltBeforeItStartsTest {

    @AutoClose
    private static SourceTestCluster cluster;

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @Test
    void aBuiltSourceFencesItsPredecessorWhenItStartsAndNotBefore() throws Exception {
        try (var queue = TaskQueue.<String>builder("handed").build();
                var running = cluster.source(queue).start();
                var nextQueue = TaskQueue.<String>builder("handed").build();
                var next = cluster.source(nextQueue).build()) {
            queue.enqueue("a");
            assertThat(running.replicated().get(20, SECONDS).sequence()).isEqualTo(1);
            assertThat(next.started()).isFalse();

            next.start();

            assertThat(next.started()).isTrue();
            await().until(() -> running.health().state() == SourceState.FENCED);
            nextQueue.enqueue("b");
            assertThat(next.replicated().get(20, SECONDS).epoch()).isGreaterThan(running.epoch());
        }
    }

    @Test
    void sourcesOfAnyPayloadTypeStartTogetherInTheirGroup() throws Exception {
        try (SourceGroup group = SourceGroup.builder().kafka(cluster.settings()).start();
                var texts = TaskQueue.<String>builder("texts").build();
                var bytes = TaskQueue.<byte[]>builder("bytes").build()) {
            var ofTexts = ReplicationSource.builder(texts, PayloadCodec.utf8())
                    .group(group)
                    .build();
            var ofBytes = ReplicationSource.builder(bytes, PayloadCodec.bytes())
                    .group(group)
                    .build();

            group.startTogether(List.of(ofTexts, ofBytes));

            texts.enqueue("a");
            bytes.enqueue("b".getBytes(StandardCharsets.UTF_8));
            assertThat(group.size()).isEqualTo(2);
            assertThat(ofTexts.replicated().get(20, SECONDS).sequence()).isEqualTo(1);
            assertThat(ofBytes.replicated().get(20, SECONDS).sequence()).isEqualTo(1);
            assertThatThrownBy(() -> group.startTogether(List.of(ofTexts)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "The source of queue texts was started before. Build another source for another queue.");
        }
    }

    @Test
    void aSourceOfAnotherGroupIsNotStarted() throws Exception {
        try (SourceGroup group = SourceGroup.builder().kafka(cluster.settings()).start();
                var mine = TaskQueue.<String>builder("mine").build();
                var others = TaskQueue.<String>builder("others").build();
                var inGroup = ReplicationSource.builder(mine, PayloadCodec.utf8())
                        .group(group)
                        .build();
                var alone = cluster.source(others).build()) {
            assertThatThrownBy(() -> group.startTogether(List.of(inGroup, alone)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The source of queue others was built without this group."
                            + " Start it with its own start(), or build it with group(...).");
            assertThat(inGroup.started()).isFalse();
            assertThatThrownBy(() -> group.startTogether(List.of(inGroup, inGroup)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Two sources are of one queue, mine. Start one source for each queue.");

            inGroup.start();

            assertThat(inGroup.started()).isTrue();
        }
    }

    @Test
    void beforeItsStartASourceAnswersNothing() {
        try (var queue = TaskQueue.<String>builder("early").build();
                var source = cluster.source(queue).build()) {
            assertThat(source.queue()).isSameAs(queue);
            assertThat(source.queueName()).isEqualTo("early");
            assertThat(source.closeReport()).isEmpty();
            assertThatThrownBy(source::position)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The source of queue early is not started. Call start() first.");
        }
    }

    @Test
    void aSourceThatIsClosedBeforeItsStartClosesItsQueueAndStartsNoMore() {
        var queue = TaskQueue.<String>builder("unused").build();
        var source = cluster.source(queue).build();

        source.close();

        assertThat(queue.isOpen()).isFalse();
        assertThatThrownBy(source::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The source of queue unused was closed before. Build another source for another queue.");
        assertThatThrownBy(source::health)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The source of queue unused was closed before it was started.");
    }

    @Test
    void aStartThatFailedCanBeRepeated(@TempDir Path directory) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (var queue = TaskQueue.<String>builder("patient").build();
                var source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                        .kafka(Map.of(
                                "bootstrap.servers",
                                "127.0.0.1:" + port,
                                "default.api.timeout.ms",
                                "1500",
                                "request.timeout.ms",
                                "1000"))
                        .closeTimeout(Duration.ofSeconds(10))
                        .build()) {
            assertThatThrownBy(source::start).isInstanceOf(SourceStartException.class);
            assertThat(source.started()).isFalse();

            try (SourceTestCluster late = SourceTestCluster.start(directory, port)) {
                await().ignoreExceptionsInstanceOf(SourceStartException.class).until(() -> {
                    source.start();
                    return true;
                });
                queue.enqueue("a");
                assertThat(source.replicated().get(20, SECONDS).sequence()).isEqualTo(1);
                assertThat(source.close(Duration.ofSeconds(20)).complete()).isTrue();
                assertThat(late.events(ReplicationSource.DEFAULT_TOPIC, "patient"))
                        .extracting(ReplicationEvent::kind)
                        .containsExactly(EventKind.SOURCE_STARTED, EventKind.ENQUEUED, EventKind.DRAINED);
            }
        }
    }
}
