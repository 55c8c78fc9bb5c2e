package io.taskqueue.source;

import static io.taskqueue.source.registry.TestClaims.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryWatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the tail of the registry does when the registry cannot be read. */
@Timeout(60)
class RegistryTailTest implements RegistryTail.Listener {

    private final Claim own = claim("q", 7, "peer-a");
    private final ReplicationGate gate = new ReplicationGate("q", () -> new Position(7, 1), 10, () -> {});
    private final List<IllegalStateException> losses = new CopyOnWriteArrayList<>();
    private final List<KafkaException> failures = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Position> replicated = gate.await(() -> new Position(7, 1));
    private Thread thread = new Thread(() -> {});

    @AfterEach
    void awaitEnd() throws Exception {
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void errorStopsTheSourceAndFailsWhatWaits() {
        RegistryTail tail = start(() -> {
            throw new NoClassDefFoundError("a deserializer's class");
        });

        assertThatThrownBy(() -> replicated.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(SourceStoppedException.class)
                .hasMessage(
                        "The registry could not be read: java.lang.NoClassDefFoundError: a deserializer's class. Fix"
                                + " that error, and start a new source.");

        assertThat(losses).hasSize(1);
        assertThat(tail.grantsLeases()).isTrue();
    }

    @Test
    void failureOfKafkaIsReportedAndTheRegistryReadAgainWithBackOffUntilTheEnd() {
        AtomicInteger asked = new AtomicInteger();
        RegistryTail tail = start(() -> {
            asked.incrementAndGet();
            throw new TopicAuthorizationException("registry");
        });

        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(20)).until(() -> !replicated.isDone());

        assertThat(asked.get()).isBetween(2, 5);
        assertThat(failures).hasSizeBetween(2, 5);
        tail.finish();
        assertThatThrownBy(() -> replicated.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(SourceStoppedException.class)
                .hasMessage("The events are on Kafka, but the source ended before it could read in the registry that no"
                        + " other source had claimed the queue. Read the registry to find the queue's owner.");
        assertThat(losses).isEmpty();
    }

    @Test
    void finishedTailEndsAtOnceWhereNothingWaits() {
        replicated.cancel(false);
        RegistryTail tail = start(() -> {
            throw new TopicAuthorizationException("registry");
        });
        await().until(() -> failures.size() >= 2);

        tail.finish();

        await().atMost(Duration.ofSeconds(5)).until(() -> !thread.isAlive());
        CompletableFuture<Position> later = gate.await(() -> new Position(7, 1));
        assertThat(later).isNotDone(); // the source, which knows why, ends the gate
    }

    @Test
    void withALimitNoLeaseIsGrantedBeforeTheRegistryHasBeenRead() {
        RegistryTail tail = tail(
                () -> {
                    throw new TopicAuthorizationException("registry");
                },
                Optional.of(Duration.ofSeconds(10)));

        assertThat(tail.grantsLeases()).isFalse();
    }

    private RegistryTail start(Supplier<TopicReader> readers) {
        RegistryTail tail = tail(readers, Optional.empty());
        thread = new Thread(tail);
        thread.start();
        return tail;
    }

    private RegistryTail tail(Supplier<TopicReader> readers, Optional<Duration> limit) {
        RegistryWatch watch = new RegistryWatch(readers, "registry", own, 8, Ticker.system());
        return new RegistryTail(own, watch, gate, limit, Ticker.system(), this);
    }

    @Override
    public void registryRead(boolean leasesResumed) {
        throw new AssertionError("It cannot be read.");
    }

    @Override
    public void registryUnreadable(KafkaException cause) {
        failures.add(cause);
    }

    @Override
    public void ownershipLost(IllegalStateException cause) {
        losses.add(cause);
    }
}
