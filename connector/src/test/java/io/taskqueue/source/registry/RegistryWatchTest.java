package io.taskqueue.source.registry;

import static io.taskqueue.source.registry.TestClaims.claim;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.logging.CapturedLog;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.SourceTestCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RegistryWatchTest {

    private static final UUID ORDER = new UUID(1, 2);
    private static final AtomicInteger TESTS = new AtomicInteger();

    @AutoClose
    private static SourceTestCluster cluster;

    /** A topic that no other test uses. */
    private final String registry = "registry-" + TESTS.incrementAndGet();

    @BeforeAll
    static void startBroker(@TempDir Path directory) throws Exception {
        cluster = SourceTestCluster.start(directory);
    }

    @Test
    void onlyANewerClaimOfTheSameQueueIsReportedAndAShorterRegistryIsAnError() throws Exception {
        cluster.createTopic(registry, 1, Map.of("cleanup.policy", "compact"));
        Claim own = claim("q", 1, "peer-a");
        cluster.send(new ProducerRecord<>(
                registry, 0, RegistryKey.claim("q").bytes(), ClaimJson.value(claim("q", 0, "old"))));
        cluster.send(new ProducerRecord<>(registry, 0, RegistryKey.claim("q").bytes(), ClaimJson.value(own)));
        Followed watched = new Followed();
        Followed lost = new Followed();
        try (RegistryWatch watch = watch(own, Ticker.system(), 2, watched);
                RegistryWatch shorter = watch(claim("q", 9, "peer-a"), Ticker.system(), 2, lost)) {
            assertThat(watched.newerClaim(watch)).isEmpty();
            cluster.send(new ProducerRecord<>(
                    registry, 0, RegistryKey.claim("other").bytes(), ClaimJson.value(claim("other", 2, "peer-b"))));
            assertThat(watched.newerClaim(watch)).isEmpty();
            cluster.send(new ProducerRecord<>(
                    registry, 0, RegistryKey.claim("q").bytes(), ClaimJson.value(claim("q", 3, "peer-c"))));
            assertThat(watched.newerClaim(watch)).map(Claim::sourcePeerId).contains("peer-c");

            shorter.read();
            assertThat(lost.losses)
                    .containsExactly(
                            "Registry " + registry + " ends at offset 4, but queue q was claimed there with epoch 9: it"
                                    + " lost records or was recreated, so the owner of the queue is unknown. Restore the"
                                    + " registry, or start with a new registryTopic and a new topic.");
        }
    }

    @Test
    void otherRecordsOfTheOwnQueueAreHandledByKindAndOnceAndBeginWhereTheStartHadReadTo() throws Exception {
        cluster.createTopic(registry, 1, Map.of("cleanup.policy", "compact"));
        send(RegistryKey.retryOrder("q", ORDER), "read by the start");
        send(RegistryKey.retryOrder("q", ORDER), "during the start");
        Claim own = claim("q", 2, "peer-a");
        cluster.send(new ProducerRecord<>(registry, 0, RegistryKey.claim("q").bytes(), ClaimJson.value(own)));
        Followed watched = new Followed();
        try (RegistryWatch watch = watch(own, Ticker.system(), 1, watched)) {
            send(RegistryKey.retryOrder("q", ORDER), "behind the claim");
            send(RegistryKey.retryOrder("other", ORDER), "of another queue");
            send(RegistryKey.mark("q"), "a mark");
            cluster.send(new ProducerRecord<>(registry, 0, new byte[] {(byte) 0xFF, 'z', 'q'}, new byte[0]));
            cluster.send(new ProducerRecord<>(registry, 0, new byte[] {(byte) 0xFF}, new byte[0]));

            assertThat(watched.newerClaim(watch)).isEmpty();
            assertThat(watched.newerClaim(watch)).isEmpty();

            assertThat(watched.records)
                    .containsExactly("during the start at 1", "behind the claim at 3", "a mark at 5");
        }
    }

    private void send(RegistryKey key, String value) throws Exception {
        cluster.send(new ProducerRecord<>(registry, 0, key.bytes(), value.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(RegistryRecord record) {
        return new String(Objects.requireNonNull(record.value()), StandardCharsets.UTF_8) + " at " + record.offset();
    }

    @Test
    void registryThatWasRecreatedAndHasGrownPastTheClaimWhileNobodyReadItIsAnError() throws Exception {
        AtomicLong nanos = new AtomicLong();
        cluster.createTopic(registry, 1, Map.of("cleanup.policy", "compact"));
        Claim own = claim("q", 0, "peer-a");
        cluster.send(new ProducerRecord<>(registry, 0, RegistryKey.claim("q").bytes(), ClaimJson.value(own)));
        Followed watched = new Followed();
        try (RegistryWatch watch = watch(own, nanos::get, 1, watched)) {
            assertThat(watched.newerClaim(watch)).isEmpty();
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(watched.newerClaim(watch))
                    .as("the same registry after a pause")
                    .isEmpty();

            cluster.deleteTopic(registry);
            cluster.createTopic(registry, 1, Map.of("cleanup.policy", "compact"));
            for (String queue : List.of("other", "another")) {
                cluster.send(new ProducerRecord<>(
                        registry, 0, RegistryKey.claim(queue).bytes(), ClaimJson.value(claim(queue, 0, "peer-b"))));
            }
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());

            watch.read();
            assertThat(watched.losses)
                    .containsExactly("Registry " + registry
                            + " no longer holds the claim of queue q with epoch 0: it lost records"
                            + " or was recreated, so the owner of the queue is unknown. Restore the registry, or start"
                            + " with a new registryTopic and a new topic.");
        }
    }

    @Test
    void addedPartitionsOfTheEventTopicAreReportedOnce() throws Exception {
        AtomicLong nanos = new AtomicLong();
        try (CapturedLog log = CapturedLog.of(HomeWatch.class);
                Admin admin = Admin.create(cluster.settings());
                TopicReader reader = reader()) {
            cluster.createTopic("events", 12, Map.of());
            HomeWatch watch = new HomeWatch(nanos::get);
            Claim claim = claim("q", 1, "peer-a");
            watch.check(reader, Stream.of(claim));
            admin.createPartitions(Map.of("events", NewPartitions.increaseTo(20)))
                    .all()
                    .get();
            watch.check(reader, Stream.of(claim));
            assertThat(log.lines()).isEmpty();

            Awaitility.await().until(() -> {
                nanos.addAndGet(HomeWatch.INTERVAL.toNanos());
                watch.check(reader, Stream.of(claim));
                return !log.lines().isEmpty(); // the broker learns of it a moment later
            });
            nanos.addAndGet(HomeWatch.INTERVAL.toNanos());
            watch.check(reader, Stream.of(claim));
            assertThat(log.lines())
                    .containsExactly(
                            "WARN Partitions were added to topic events: it has 20 now. Queue q stays in its partition,"
                                    + " which is found by a count of 12; queues that are new use all partitions");
        }
    }

    private static TopicReader reader() {
        return TopicReader.open(cluster.settings(), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(20));
    }

    private RegistryWatch watch(Claim own, Ticker ticker, long from, Followed followed) {
        RegistryWatch watch = new RegistryWatch(RegistryWatchTest::reader, registry, ticker);
        RegistryFollower follower = new RegistryFollower(own.queueName());
        watch.follow(follower);
        watch.opened(follower, own, from, followed);
        return watch;
    }

    /** What a source is notified of. */
    private static final class Followed implements RegistryFollower.Listener {

        final List<String> records = new ArrayList<>();
        final List<String> losses = new ArrayList<>();
        private Optional<Claim> newer = Optional.empty();

        Optional<Claim> newerClaim(RegistryWatch watch) {
            watch.read();
            return newer;
        }

        @Override
        public void record(RegistryRecord record) {
            records.add(text(record));
            if (record.key().kind() == RegistryKey.Kind.RETRY_ORDER) {
                throw new IllegalStateException("a handler that fails");
            }
        }

        @Override
        public void superseded(Claim claim) {
            newer = Optional.of(claim);
        }

        @Override
        public void lost(RegistryLostException cause) {
            losses.add(cause.getMessage());
        }
    }

    @Test
    void aClaimThatOthersOfTheProcessReadWhileTheOwnOneIsWrittenIsNotMissed() throws Exception {
        cluster.createTopic(registry, 1, Map.of("cleanup.policy", "compact"));
        Claim first = claim("first", 0, "peer-a");
        cluster.send(
                new ProducerRecord<>(registry, 0, RegistryKey.claim("first").bytes(), ClaimJson.value(first)));
        Followed followed = new Followed();
        try (RegistryWatch watch = watch(first, Ticker.system(), 1, new Followed())) {
            RegistryFollower second = new RegistryFollower("second");
            watch.follow(second);
            Claim own = claim("second", 1, "peer-a");
            cluster.send(new ProducerRecord<>(
                    registry, 0, RegistryKey.claim("second").bytes(), ClaimJson.value(own)));
            cluster.send(new ProducerRecord<>(
                    registry, 0, RegistryKey.claim("second").bytes(), ClaimJson.value(claim("second", 2, "peer-b"))));
            watch.read();

            watch.opened(second, own, 1, followed);

            assertThat(followed.newerClaim(watch)).map(Claim::sourcePeerId).contains("peer-b");
        }
    }
}
