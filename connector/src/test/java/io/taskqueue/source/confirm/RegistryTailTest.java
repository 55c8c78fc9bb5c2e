package io.taskqueue.source.confirm;

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
class RegistryTailTest implements Ownership.Listener {

    private final Claim own = claim("q", 7, "peer-a");
    private final ReplicationGate gate = new ReplicationGate("q", () -> 1, 10, () -> {}, new Completions());
    private final List<String> losses = new CopyOnWriteArrayList<>();
    private final List<KafkaException> failures = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Position> replicated = gate.await(() -> new Position(7, 1));
    private Ownership ownership = ownership(tail(() -> null), Optional.empty());
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
                .hasMessage(
                        "The registry could not be read: java.lang.NoClassDefFoundError: a deserializer's class. Fix"
                                + " that error, and start a new source.");

        assertThat(losses).hasSize(1);
        assertThat(ownership.grantsLeases()).isTrue();
        tail.close();
    }

    @Test
    void failureOfKafkaIsReportedAndTheRegistryReadAgainWithBackOffUntilTheEnd() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RegistryTail tail = start(() -> {
            asked.incrementAndGet();
            throw new TopicAuthorizationException("registry");
        });

        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(20)).until(() -> !replicated.isDone());

        assertThat(asked.get()).isBetween(2, 5);
        assertThat(failures).hasSizeBetween(2, 5);
        tail.finish(ownership, Duration.ofSeconds(20));
        tail.close();
        assertThatThrownBy(() -> replicated.get(20, TimeUnit.SECONDS)).cause().hasMessage("unconfirmed");
        assertThat(losses).isEmpty();
    }

    @Test
    void finishedTailEndsAtOnceWhereNothingWaits() throws Exception {
        replicated.cancel(false);
        RegistryTail tail = start(() -> {
            throw new TopicAuthorizationException("registry");
        });
        await().until(() -> failures.size() >= 2);

        tail.finish(ownership, Duration.ofSeconds(20));
        tail.close();

        await().atMost(Duration.ofSeconds(5)).until(() -> !thread.isAlive());
        CompletableFuture<Position> later = gate.await(() -> new Position(7, 1));
        assertThat(later).isNotDone(); // the source, which knows why, ends the gate
    }

    @Test
    void withALimitNoLeaseIsGrantedBeforeTheRegistryHasBeenRead() {
        RegistryTail tail = tail(() -> {
            throw new TopicAuthorizationException("registry");
        });

        assertThat(ownership(tail, Optional.of(Duration.ofSeconds(10))).grantsLeases())
                .isFalse();
    }

    @Test
    void tailRestsAfterALookThatConfirmedManyFuturesAndOtherwiseNot() {
        long milli = TimeUnit.MILLISECONDS.toNanos(1);

        assertThat(RegistryTail.rest(1, milli)).isZero();
        assertThat(RegistryTail.rest(15, milli)).isZero();
        assertThat(RegistryTail.rest(16, milli)).isEqualTo(milli);
        assertThat(RegistryTail.rest(10_000, 100 * milli)).isEqualTo(5 * milli);
    }

    private RegistryTail start(Supplier<TopicReader> readers) {
        RegistryTail tail = tail(readers);
        ownership = ownership(tail, Optional.empty());
        tail.opened(ownership, own, 8);
        tail.confirm(ownership);
        thread = new Thread(tail);
        thread.start();
        return tail;
    }

    private static RegistryTail tail(Supplier<TopicReader> readers) {
        return new RegistryTail(new RegistryWatch(readers, "registry", Ticker.system()), Ticker.system());
    }

    private Ownership ownership(RegistryTail tail, Optional<Duration> limit) {
        return new Ownership(tail.expect("q"), gate, limit, Ticker.system(), this, record -> {});
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
    public void superseded(Claim newer) {
        throw new AssertionError("It cannot be read.");
    }

    @Override
    public void registryLost(String reason, Throwable cause) {
        losses.add(reason);
        gate.end(new IllegalStateException(reason, cause));
    }

    @Override
    public void unconfirmed(Exception cause) {
        gate.end(new IllegalStateException("unconfirmed", cause));
    }
}
