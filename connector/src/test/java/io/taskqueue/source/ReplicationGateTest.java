package io.taskqueue.source;

import static io.taskqueue.source.registry.TestClaims.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryWatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReplicationGateTest {

    @Test
    void futureFailsWhenReadingTheRegistryThrowsAnError() throws Exception {
        Claim own = claim("q", 7, "peer-a");
        RegistryWatch broken = new RegistryWatch(
                () -> {
                    throw new NoClassDefFoundError("a deserializer's class");
                },
                "registry",
                own,
                Ticker.system());
        List<IllegalStateException> ends = new CopyOnWriteArrayList<>();
        ReplicationGate gate = new ReplicationGate(() -> new Position(7, 1), broken, 7, ends::add, read -> {});
        CompletableFuture<Position> replicated = gate.await(() -> new Position(7, 1));
        Thread thread = new Thread(gate);
        thread.start();

        assertThatThrownBy(() -> replicated.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(SourceStoppedException.class)
                .hasRootCauseMessage("a deserializer's class");

        await().until(() -> ends.size() == 1);
        gate.finish();
        thread.join(20_000);
    }

    @Test
    void unreadableRegistryIsReadWithBackOff() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RegistryWatch refused = new RegistryWatch(
                () -> {
                    asked.incrementAndGet();
                    throw new TopicAuthorizationException("registry");
                },
                "registry",
                claim("q", 7, "peer-a"),
                Ticker.system());
        ReplicationGate gate = new ReplicationGate(() -> new Position(7, 1), refused, 7, cause -> {}, read -> {});
        CompletableFuture<Position> replicated = gate.await(() -> new Position(7, 1));
        Thread thread = new Thread(gate);
        thread.start();

        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(() -> !replicated.isDone());

        assertThat(asked.get()).isBetween(1, 6);
        gate.finish();
        thread.join(20_000);
        assertThatThrownBy(replicated::get)
                .hasMessageContaining(
                        "The events are on Kafka, but the source ended before it could read in the registry");
    }
}
