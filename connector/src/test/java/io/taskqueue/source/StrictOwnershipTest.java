package io.taskqueue.source;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.Lease;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ownershipStrict}: no lease without a recent read of the registry. */
@Timeout(120)
class StrictOwnershipTest {

    @Test
    void registryThatCannotBeReadSuspendsLeasingUntilItCan(@TempDir Path directory) throws Exception {
        SourceTestCluster cluster = SourceTestCluster.start(directory);
        try (var strict = TaskQueue.<String>builder("strict").build();
                var lenient = TaskQueue.<String>builder("lenient").build();
                var source = cluster.source(strict)
                        .ownershipStrict(Duration.ofSeconds(2))
                        .start();
                var other = cluster.source(lenient).start()) {
            for (int task = 0; task < 100; task++) {
                strict.enqueue("task");
                lenient.enqueue("task");
            }
            Lease<String> held = strict.lease();
            source.replicated().get(30, SECONDS);
            cluster.close();

            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> strict.tryLease().isEmpty());
            assertThat(strict.counts().pending()).isPositive();
            assertThat(lenient.tryLease()).isPresent();
            held.complete();
            strict.enqueue("still accepted");
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(source.health().reason()).hasValueSatisfying(reason -> assertThat(reason)
                                    .startsWith("no broker can be reached")
                                    .endsWith(". No leases are granted, because the registry has not been read for more"
                                            + " than 2s (ownershipStrict)")));
            assertThat(other.health().reason())
                    .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("No leases are granted"));
            CompletableFuture<Lease<String>> waiting = CompletableFuture.supplyAsync(() -> lease(strict));
            assertThat(waiting).isNotDone();

            cluster = SourceTestCluster.start(directory, cluster.port());

            assertThat(waiting.get(60, SECONDS).payload()).isEqualTo("task");
            await().atMost(Duration.ofSeconds(60)).until(() -> source.health().ready());
            strict.stop("The test is over.");
            lenient.stop("The test is over.");
        } finally {
            cluster.close();
        }
    }

    private static Lease<String> lease(TaskQueue<String> queue) {
        try {
            return queue.lease();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void limitThatASingleSlowReadWouldReachIsRefused() {
        try (var queue = TaskQueue.<String>builder("q").build()) {
            var builder = ReplicationSource.builder(queue, PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"))
                    .ownershipStrict(Duration.ofMillis(1_999));

            assertThatThrownBy(builder::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "ownershipStrict is 1999ms, but the registry is read every 500ms, and a single slow read"
                                    + " must not suspend leasing. Set it to at least 2s.");
        }
    }
}
