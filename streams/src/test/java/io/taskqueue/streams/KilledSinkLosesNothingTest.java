package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.status.EffectCounts;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KilledSinkLosesNothingTest {

    private static final String SINK = "killed";

    @Test
    void afterKillsEveryEffectWasRunAndOnlyThoseWithoutACommittedResultAgainUnderTheirFirstKey() throws Exception {
        try (SinkWorld world = new SinkWorld(1)) {
            EventTopicWriter source = world.source("orders", 1).open();
            source.tasks(0, 1_500);
            Map<String, Integer> mustNotRunAgain = new HashMap<>();
            for (int kill = 0; kill < 2; kill++) {
                int goal = world.ledger.keys() + 700;
                world.ledger.holdBeyond(goal + 500); // killed before it is through, however late we look
                Process child = ChildSink.start(world, SINK);
                try {
                    Awaitility.await().atMost(SinkWorld.PATIENCE).until(() -> world.ledger.keys() >= goal);
                } finally {
                    child.destroyForcibly();
                    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
                    world.ledger.letGo();
                }
                world.endSessions(SINK);
                assertThat(world.ledger.keys()).isLessThan(4_500);
                for (String key : world.committedResults(SINK)) {
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
}
