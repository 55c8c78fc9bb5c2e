package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KilledSinkLosesNothingTest {

    private static final String SINK = "killed";

    @Test
    void afterKillsEveryEffectWasRunAndOnlyThoseWithoutACommittedResultAgainUnderTheirFirstKey() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            EventWriter source = world.source("orders", 1).open();
            source.tasks(0, 1_500);
            int calledBeforeKills = 0;
            for (int kill = 0; kill < 2; kill++) {
                Process child = child(world);
                try {
                    int goal = world.ledger.keys() + 700;
                    Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> world.ledger.keys() >= goal);
                } finally {
                    child.destroyForcibly();
                    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
                }
                calledBeforeKills = world.ledger.calls().size();
                assertThat(world.ledger.keys()).isLessThan(4_500);
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
            // what a kill repeats is what one or two commit intervals held, not what came before
            assertThat(world.ledger.repeated().size()).isLessThan(calledBeforeKills / 2);
            last.close();
            int calls = world.ledger.calls().size();

            world.rewind(SINK);
            SinkService replay =
                    world.start(world.sink(SINK, world.calling(Duration.ZERO)).stateDirectory(world.state("child")));
            world.awaitCaughtUp(SINK, replay);
            assertThat(replay.status().effects()).isEqualTo(new EffectCounts(0, 4_500, 0, 0));
            assertThat(world.ledger.calls()).hasSize(calls);
        }
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
