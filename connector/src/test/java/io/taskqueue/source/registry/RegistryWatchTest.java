package io.taskqueue.source.registry;

import static io.taskqueue.source.registry.TestClaims.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.SourceTestCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class RegistryWatchTest {

    private static final UUID ORDER = new UUID(1, 2);

    @Test
    void onlyANewerClaimOfTheSameQueueIsReportedAndAShorterRegistryIsAnError(@TempDir Path directory) throws Exception {
        try (SourceTestCluster cluster = SourceTestCluster.start(directory)) {
            cluster.createTopic("registry", 1, Map.of("cleanup.policy", "compact"));
            Claim own = claim("q", 1, "peer-a");
            cluster.send(new ProducerRecord<>(
                    "registry", 0, RegistryKey.claim("q").bytes(), ClaimJson.value(claim("q", 0, "old"))));
            cluster.send(
                    new ProducerRecord<>("registry", 0, RegistryKey.claim("q").bytes(), ClaimJson.value(own)));
            try (RegistryWatch watch = watch(cluster, own);
                    RegistryWatch lost = watch(cluster, claim("q", 9, "peer-a"))) {
                assertThat(watch.newerClaim()).isEmpty();
                cluster.send(new ProducerRecord<>(
                        "registry",
                        0,
                        RegistryKey.claim("other").bytes(),
                        ClaimJson.value(claim("other", 2, "peer-b"))));
                assertThat(watch.newerClaim()).isEmpty();
                cluster.send(new ProducerRecord<>(
                        "registry", 0, RegistryKey.claim("q").bytes(), ClaimJson.value(claim("q", 3, "peer-c"))));
                assertThat(watch.newerClaim()).map(Claim::sourcePeerId).contains("peer-c");

                assertThatThrownBy(lost::newerClaim)
                        .isInstanceOf(RegistryLostException.class)
                        .hasMessage("Registry registry ends at offset 4, but queue q was claimed there with epoch 9: it"
                                + " lost records or was recreated, so the owner of the queue is unknown. Restore the"
                                + " registry, or start with a new registryTopic and a new topic.");
            }
        }
    }

    @Test
    void otherRecordsOfTheOwnQueueAreHandledByKindAndOnceAndBeginWhereTheStartHadReadTo(@TempDir Path directory)
            throws Exception {
        try (SourceTestCluster cluster = SourceTestCluster.start(directory)) {
            cluster.createTopic("registry", 1, Map.of("cleanup.policy", "compact"));
            send(cluster, RegistryKey.retryOrder("q", ORDER), "read by the start");
            send(cluster, RegistryKey.retryOrder("q", ORDER), "during the start");
            Claim own = claim("q", 2, "peer-a");
            cluster.send(
                    new ProducerRecord<>("registry", 0, RegistryKey.claim("q").bytes(), ClaimJson.value(own)));
            List<String> orders = new ArrayList<>();
            List<String> marks = new ArrayList<>();
            try (RegistryWatch watch = new RegistryWatch(() -> reader(cluster), "registry", own, 1, Ticker.system())) {
                watch.handle(RegistryKey.Kind.RETRY_ORDER, record -> orders.add(text(record)));
                watch.handle(RegistryKey.Kind.MARK, record -> {
                    marks.add(text(record));
                    throw new IllegalStateException("a handler that fails");
                });
                send(cluster, RegistryKey.retryOrder("q", ORDER), "behind the claim");
                send(cluster, RegistryKey.retryOrder("other", ORDER), "of another queue");
                send(cluster, RegistryKey.mark("q"), "a mark");
                cluster.send(new ProducerRecord<>("registry", 0, new byte[] {(byte) 0xFF, 'z', 'q'}, new byte[0]));
                cluster.send(new ProducerRecord<>("registry", 0, new byte[] {(byte) 0xFF}, new byte[0]));

                assertThat(watch.newerClaim()).isEmpty();
                assertThat(watch.newerClaim()).isEmpty();

                assertThat(orders).containsExactly("during the start at 1", "behind the claim at 3");
                assertThat(marks).containsExactly("a mark at 5");
            }
        }
    }

    private static void send(SourceTestCluster cluster, RegistryKey key, String value) throws Exception {
        cluster.send(new ProducerRecord<>("registry", 0, key.bytes(), value.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(RegistryRecord record) {
        return new String(Objects.requireNonNull(record.value()), StandardCharsets.UTF_8) + " at " + record.offset();
    }

    @Test
    void registryThatWasRecreatedAndHasGrownPastTheClaimWhileNobodyReadItIsAnError(@TempDir Path directory)
            throws Exception {
        AtomicLong nanos = new AtomicLong();
        try (SourceTestCluster cluster = SourceTestCluster.start(directory)) {
            cluster.createTopic("registry", 1, Map.of("cleanup.policy", "compact"));
            Claim own = claim("q", 0, "peer-a");
            cluster.send(
                    new ProducerRecord<>("registry", 0, RegistryKey.claim("q").bytes(), ClaimJson.value(own)));
            try (RegistryWatch watch = new RegistryWatch(() -> reader(cluster), "registry", own, 1, nanos::get)) {
                assertThat(watch.newerClaim()).isEmpty();
                nanos.addAndGet(Duration.ofSeconds(2).toNanos());
                assertThat(watch.newerClaim())
                        .as("the same registry after a pause")
                        .isEmpty();

                cluster.deleteTopic("registry");
                cluster.createTopic("registry", 1, Map.of("cleanup.policy", "compact"));
                for (String queue : List.of("other", "another")) {
                    cluster.send(new ProducerRecord<>(
                            "registry",
                            0,
                            RegistryKey.claim(queue).bytes(),
                            ClaimJson.value(claim(queue, 0, "peer-b"))));
                }
                nanos.addAndGet(Duration.ofSeconds(2).toNanos());

                assertThatThrownBy(watch::newerClaim)
                        .isInstanceOf(RegistryLostException.class)
                        .hasMessage(
                                "Registry registry no longer holds the claim of queue q with epoch 0: it lost records"
                                        + " or was recreated, so the owner of the queue is unknown. Restore the registry, or start"
                                        + " with a new registryTopic and a new topic.");
            }
        }
    }

    @Test
    void addedPartitionsOfTheEventTopicAreReportedOnce(@TempDir Path directory) throws Exception {
        AtomicLong nanos = new AtomicLong();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(HomeWatch.class);
        logger.addAppender(log);
        try (SourceTestCluster cluster = SourceTestCluster.start(directory);
                Admin admin = Admin.create(cluster.settings());
                TopicReader reader = reader(cluster)) {
            cluster.createTopic("events", 12, Map.of());
            HomeWatch watch = new HomeWatch(claim("q", 1, "peer-a"), nanos::get);
            watch.check(reader);
            admin.createPartitions(Map.of("events", NewPartitions.increaseTo(20)))
                    .all()
                    .get();
            watch.check(reader);
            assertThat(log.list).isEmpty();

            Awaitility.await().until(() -> {
                nanos.addAndGet(HomeWatch.INTERVAL.toNanos());
                watch.check(reader);
                return !log.list.isEmpty(); // the broker learns of it a moment later
            });
            nanos.addAndGet(HomeWatch.INTERVAL.toNanos());
            watch.check(reader);
            assertThat(log.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly(
                            "Partitions were added to topic events: it has 20 now. Queue q stays in its partition,"
                                    + " which is found by a count of 12; queues that are new use all partitions");
        } finally {
            logger.detachAppender(log);
        }
    }

    private static TopicReader reader(SourceTestCluster cluster) {
        return TopicReader.open(cluster.settings(), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(20));
    }

    private static RegistryWatch watch(SourceTestCluster cluster, Claim own) {
        return new RegistryWatch(() -> reader(cluster), "registry", own, own.epoch() + 1, Ticker.system());
    }
}
