package io.taskqueue.source.confirm;

import static io.taskqueue.source.registry.TestClaims.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.SourceTestCluster;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.RegistryWatch;
import io.taskqueue.source.registry.WrittenClaims;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One reading of the registry serves many queues: it costs what has changed, and what fails for one fails for that one only. */
@Timeout(60)
class RegistryTailOfManyQueuesTest {

    private static final int QUEUES = 50;

    private static SourceTestCluster cluster;
    private static int topics;

    private final String registry = "registry-" + topics++;
    private final List<Queue> queues = new ArrayList<>();
    private Thread thread = new Thread(() -> {});
    private RegistryTail tail = tail(() -> null);

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        cluster.close();
    }

    @AfterEach
    void end() throws Exception {
        tail.close();
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void onlyTheQueueWhoseFuturesAreDueIsNotifiedOfAReading() throws Exception {
        start(this::reader);
        await().until(() -> queues.stream().allMatch(queue -> queue.reads.get() == 1));

        Queue due = queues.get(17);
        for (int time = 0; time < 5; time++) {
            CompletableFuture<Position> future = due.gate.await(() -> new Position(1, 1));
            tail.confirm(due.ownership);
            assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(new Position(1, 1));
        }

        assertThat(due.reads.get()).isBetween(2, 6);
        assertThat(queues).filteredOn(queue -> queue != due).allMatch(queue -> queue.reads.get() == 1);
    }

    @Test
    void anErrorOfOneQueueStopsThatQueueOnly() throws Exception {
        addQueues();
        queues.get(3).failure = new NoClassDefFoundError("a meter's class");
        open(this::reader);
        Queue failing = queues.get(3);
        CompletableFuture<Position> lost = failing.gate.await(() -> new Position(1, 1));
        tail.confirm(failing.ownership);

        assertThatThrownBy(() -> lost.get(20, TimeUnit.SECONDS)).hasRootCauseMessage("a meter's class");
        for (Queue queue : queues) {
            if (queue != failing) {
                CompletableFuture<Position> future = queue.gate.await(() -> new Position(1, 1));
                tail.confirm(queue.ownership);
                assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(new Position(1, 1));
            }
        }
    }

    @Test
    void everyQueueIsNotifiedOfTheFirstReadingAfterOneThatFailed() throws Exception {
        AtomicInteger failures = new AtomicInteger(1);
        start(() -> {
            if (failures.getAndDecrement() > 0) {
                throw new TopicAuthorizationException(registry);
            }
            return reader();
        });

        await().until(() -> queues.stream().allMatch(queue -> queue.reads.get() == 1));
        assertThat(queues).allMatch(queue -> queue.unreadable.get() == 1);
    }

    @Test
    void leasesThatAreLimitedAreGrantedAsLongAsTheRegistryIsRead() throws Exception {
        addQueues();
        Queue limited = new Queue(QUEUES, Optional.of(Duration.ofSeconds(2)));
        queues.add(limited);
        open(this::reader);

        await().until(limited.ownership::grantsLeases);
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(limited.ownership::grantsLeases);
        assertThat(limited.reads.get()).isGreaterThan(2);
        assertThat(queues.get(0).reads).hasValue(1);
    }

    private void start(Supplier<TopicReader> readers) throws Exception {
        addQueues();
        open(readers);
    }

    private void addQueues() {
        for (int queue = 0; queue < QUEUES; queue++) {
            queues.add(new Queue(queue, Optional.empty()));
        }
    }

    private void open(Supplier<TopicReader> readers) throws Exception {
        tail = tail(readers);
        queues.forEach(queue -> queue.join(tail));
        cluster.createTopic(registry, 1, Map.of("cleanup.policy", "compact"));
        List<Claim> written = WrittenClaims.write(
                cluster.settings(),
                registry,
                queues.stream().map(queue -> queue.claim).toList());
        for (int queue = 0; queue < queues.size(); queue++) {
            tail.opened(queues.get(queue).ownership, written.get(queue), 0);
        }
        thread = new Thread(tail);
        thread.start();
    }

    private RegistryTail tail(Supplier<TopicReader> readers) {
        return new RegistryTail(new RegistryWatch(readers, registry, Ticker.system()), Ticker.system());
    }

    private TopicReader reader() {
        return TopicReader.open(cluster.settings(), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(20));
    }

    /** A queue, and what its source is notified of. */
    private static final class Queue implements Ownership.Listener {

        private final Claim claim;
        private final Optional<Duration> limit;
        private final AtomicInteger reads = new AtomicInteger();
        private final AtomicInteger unreadable = new AtomicInteger();
        private final ReplicationGate gate = new ReplicationGate("q", () -> 1, 10, () -> {}, new Completions());
        private Ownership ownership;
        private @Nullable Error failure;

        Queue(int number, Optional<Duration> limit) {
            this.claim = claim("queue-" + number, 0, "peer-a");
            this.limit = limit;
            this.ownership = ownership(
                    new RegistryTail(new RegistryWatch(() -> null, "registry", Ticker.system()), Ticker.system()));
        }

        void join(RegistryTail tail) {
            ownership = ownership(tail);
        }

        private Ownership ownership(RegistryTail tail) {
            return new Ownership(tail.expect(claim.queueName()), gate, limit, Ticker.system(), this, record -> {});
        }

        @Override
        public void registryRead(boolean leasesResumed) {
            reads.incrementAndGet();
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public void registryUnreadable(KafkaException cause) {
            unreadable.incrementAndGet();
        }

        @Override
        public void superseded(Claim newer) {
            gate.end(new IllegalStateException("superseded"));
        }

        @Override
        public void registryLost(String reason, Throwable cause) {
            gate.end(new IllegalStateException(reason, cause));
        }

        @Override
        public void unconfirmed(Exception cause) {
            gate.end(new IllegalStateException("unconfirmed", cause));
        }
    }
}
