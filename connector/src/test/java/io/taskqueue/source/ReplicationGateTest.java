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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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
                8,
                Ticker.system());
        List<IllegalStateException> ends = new CopyOnWriteArrayList<>();
        ReplicationGate gate = new ReplicationGate(own, () -> new Position(7, 1), broken, 10, ends::add, read -> {});
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
        Claim own = claim("q", 7, "peer-a");
        RegistryWatch refused = new RegistryWatch(
                () -> {
                    asked.incrementAndGet();
                    throw new TopicAuthorizationException("registry");
                },
                "registry",
                own,
                8,
                Ticker.system());
        ReplicationGate gate = new ReplicationGate(own, () -> new Position(7, 1), refused, 10, cause -> {}, read -> {});
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

    @Test
    void actionOfAFutureMayWaitForAnotherFuture() throws Exception {
        ReplicationGate gate = gateThatFails(10);
        CompletableFuture<Position> first = gate.await(() -> new Position(7, 1));
        CompletableFuture<Position> second = gate.await(() -> new Position(7, 1));
        CompletableFuture<String> waited = first.handle((position, error) ->
                second.handle((other, failure) -> "both ended").join());
        Thread thread = new Thread(gate);

        thread.start();

        assertThat(waited.get(20, TimeUnit.SECONDS)).isEqualTo("both ended");
        gate.finish();
        thread.join(20_000);
    }

    @Test
    void actionThatBlocksDoesNotHoldTheRegistryThread() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        ReplicationGate gate = gateThatFails(10);
        AtomicReference<Thread> ran = new AtomicReference<>();
        CompletableFuture<Boolean> blocked = gate.await(() -> new Position(7, 1))
                .handle((position, error) -> {
                    ran.set(Thread.currentThread());
                    return awaited(release);
                });
        Thread registry = new Thread(gate);
        registry.start();
        await().until(() -> ran.get() != null);

        gate.finish();
        registry.join(20_000);

        assertThat(registry.isAlive()).isFalse();
        assertThat(ran.get()).isNotSameAs(registry);
        assertThat(ran.get().getName()).isEqualTo("taskqueue-replicated-q");
        release.countDown();
        assertThat(blocked.get(20, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void futuresThatWaitAreBounded() {
        ReplicationGate gate = gateThatFails(2);
        CompletableFuture<Position> first = gate.await(() -> new Position(7, 2));
        CompletableFuture<Position> second = gate.await(() -> new Position(7, 3));

        assertThatThrownBy(() -> gate.await(() -> new Position(7, 4)).get(1, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "2 futures of replicated() of queue q wait already, the first for event 7/2, while Kafka has "
                                + "acknowledged up to 7/1. Wait for a future again after a time-out, or cancel it, instead of asking for "
                                + "another.");
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
    }

    @Test
    void futureThatIsCancelledOrTimedOutIsNotKept() throws Exception {
        ReplicationGate gate = gateThatFails(2);
        for (int call = 0; call < 10; call++) {
            assertThat(gate.await(() -> new Position(7, 2)).cancel(false)).isTrue();
            CompletableFuture<Position> timedOut =
                    gate.await(() -> new Position(7, 3)).orTimeout(1, TimeUnit.MILLISECONDS);
            assertThatThrownBy(() -> timedOut.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        }
        CompletableFuture<Position> kept = gate.await(() -> new Position(7, 2));
        CompletableFuture<Position> behind = gate.await(() -> new Position(7, 3));

        assertThat(kept).isNotDone();
        assertThat(behind).isNotDone();
    }

    /** A gate with events acknowledged up to 7/1, whose registry cannot be read. */
    private static ReplicationGate gateThatFails(int maxWaiting) {
        Claim own = claim("q", 7, "peer-a");
        RegistryWatch broken = new RegistryWatch(
                () -> {
                    throw new IllegalStateException("no registry");
                },
                "registry",
                own,
                8,
                Ticker.system());
        return new ReplicationGate(own, () -> new Position(7, 1), broken, maxWaiting, cause -> {}, read -> {});
    }
}
