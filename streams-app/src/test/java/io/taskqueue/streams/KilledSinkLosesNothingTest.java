package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Bytes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KilledSinkLosesNothingTest {

    private static final String SINK = "killed";

    @Test
    void afterKillsEveryEffectWasRunAndOnlyThoseWithoutACommittedResultAgainUnderTheirFirstKey() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            EventWriter source = world.source("orders", 1).open();
            source.tasks(0, 1_500);
            Map<String, Integer> mustNotRunAgain = new HashMap<>();
            for (int kill = 0; kill < 2; kill++) {
                Process child = child(world);
                try {
                    int goal = world.ledger.keys() + 700;
                    Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> world.ledger.keys() >= goal);
                } finally {
                    child.destroyForcibly();
                    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
                }
                assertThat(world.ledger.keys()).isLessThan(4_500);
                for (String key : committedResults()) {
                    mustNotRunAgain.put(key, world.ledger.times(key));
                }
            }

            SinkService last = world.start(world.sink(SINK, world.calling(Duration.ZERO))
                    .stateDirectory(world.state("child"))
                    .concurrency(64));
            world.awaitCaughtUp(SINK, last);

            assertThat(world.ledger.keys()).isEqualTo(4_500);
            for (long position = 1; position <= 4_500; position++) {
                assertThat(world.ledger.times(source.key(SINK, position)))
                        .as("event %d", position)
                        .isBetween(1, 3);
            }
            assertThat(mustNotRunAgain).hasSizeGreaterThan(100);
            mustNotRunAgain.forEach((key, times) -> assertThat(world.ledger.times(key))
                    .as("calls of %s, whose result had been committed after %d", key, times)
                    .isEqualTo(times));
            last.close();
            int calls = world.ledger.calls().size();

            world.rewind(SINK);
            SinkService replay =
                    world.start(world.sink(SINK, world.calling(Duration.ZERO)).stateDirectory(world.state("child")));
            world.awaitCaughtUp(SINK, replay);
            assertThat(replay.status().effects()).isEqualTo(new EffectCounts(0, 4_500, 0, 0, 0, 0));
            assertThat(world.ledger.calls()).hasSize(calls);
        }
    }

    /** The keys of the effects whose results a transaction has committed, as the changelog has them. */
    private static Set<String> committedResults() {
        TopicPartition changelog = new TopicPartition(SINK + "-" + ResultsStore.NAME + "-changelog", 0);
        Set<String> keys = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", SinkWorld.bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(changelog));
            consumer.seekToBeginning(List.of(changelog));
            long end = consumer.endOffsets(List.of(changelog)).get(changelog);
            while (consumer.position(changelog) < end) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> keys.add(
                                ResultBytes.key(SINK, Bytes.wrap(record.key())).toString()));
            }
        }
        return keys;
    }

    private static Process child(SinkWorld world) throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new ProcessBuilder(
                        java.toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildSink.class.getName(),
                        SINK,
                        SinkWorld.bootstrap(),
                        world.topic,
                        world.state("child").toString(),
                        world.ledger.url())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
