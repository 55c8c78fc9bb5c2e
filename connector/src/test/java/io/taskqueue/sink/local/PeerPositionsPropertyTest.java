package io.taskqueue.sink.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.store.MemoryCheckpointStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

class PeerPositionsPropertyTest {

    /**
     * The feeds of several peers, each in its own order, are interleaved at random. A feed sometimes goes back and delivers
     * events again. The runner stops at random, by a failing event, and the next run continues over the same stores with all
     * feeds from an earlier event.
     */
    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void eachEventIsAppliedOnceWhateverIsDeliveredAgain(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 5) int peers,
            @ForAll @IntRange(min = 1, max = 60) int last)
            throws Exception {
        Random random = new Random(seed);
        List<List<ReplicationEvent<String>>> feeds = feeds(random, peers, last);
        var checkpoints = new MemoryCheckpointStore();
        var effects = new MemoryEffectStore();
        Map<Position, Integer> actions = new HashMap<>();
        Map<Position, Integer> applications = new HashMap<>();
        int[] failAt = {-1};
        ReplicationSink<String> sink = (event, outside) -> {
            outside.run("act", key -> actions.merge(key.position(), 1, Integer::sum));
            if (failAt[0]-- == 0) {
                throw new IOException("planted");
            }
            applications.merge(event.position(), 1, Integer::sum);
        };
        LocalSinkRunner<String> runner = LocalSinkRunner.builder("billing", sink)
                .checkpoints(checkpoints)
                .effects(effects)
                .buffer(1 + random.nextInt(8))
                .retry(new RetryPolicy(1, Duration.ZERO, Duration.ZERO, 0))
                .build();

        for (int crash = 0; crash < 4; crash++) {
            failAt[0] = random.nextInt(last);
            List<ReplicationEvent<String>> delivered = interleaved(random, feeds);
            Position newest = checkpoints.load("billing", "orders").position().orElse(new Position(0, 0));
            try {
                runner.run(delivered);
            } catch (SinkFailedException planted) {
                assertThat(planted).hasRootCauseMessage("planted");
            }
            assertThat(checkpoints.load("billing", "orders").position().orElse(new Position(0, 0)))
                    .isGreaterThanOrEqualTo(newest);
        }
        failAt[0] = -1;
        RunReceipt finish = runner.run(interleaved(random, feeds));
        RunReceipt nothingLeft = runner.run(interleaved(random, feeds));

        assertThat(applications).hasSize(last).allSatisfy((position, times) -> assertThat(times)
                .isEqualTo(1));
        assertThat(actions).hasSize(last).allSatisfy((position, times) -> assertThat(times)
                .isEqualTo(1));
        assertThat(effects.size()).isEqualTo(last);
        assertThat(finish.fenced()).isZero();
        assertThat(nothingLeft.applied()).isZero();
    }

    /** Proves the check above: with one position for all peers, slow ones are skipped, and the check detects it. */
    @Property(tries = 1)
    void oneCommonPositionWouldSkipASlowPeer() throws Exception {
        List<Position> applied = new ArrayList<>();
        LocalSinkRunner<String> common = LocalSinkRunner.<String>builder(
                        "billing", (event, outside) -> applied.add(event.position()))
                .peerKey(event -> LocalSinkRunner.DEFAULT_PEER)
                .build();
        common.run(List.of(Events.enqueued("orders", 7, 2, "fast"), Events.enqueued("orders", 7, 1, "slow")));
        assertThatThrownBy(() -> assertThat(applied).hasSize(2)).isInstanceOf(AssertionError.class);
    }

    private static List<List<ReplicationEvent<String>>> feeds(Random random, int peers, int last) {
        List<List<ReplicationEvent<String>>> feeds = new ArrayList<>();
        for (int peer = 0; peer < peers; peer++) {
            feeds.add(new ArrayList<>());
        }
        for (int sequence = 1; sequence <= last; sequence++) {
            int peer = random.nextInt(peers);
            feeds.get(peer)
                    .add(Events.enqueued("orders", 7 + sequence / 20, sequence, peer == 0 ? null : "peer-" + peer));
        }
        return feeds;
    }

    private static List<ReplicationEvent<String>> interleaved(
            Random random, List<List<ReplicationEvent<String>>> feeds) {
        int[] next = new int[feeds.size()];
        List<ReplicationEvent<String>> delivered = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        for (int feed = 0; feed < feeds.size(); feed++) {
            if (!feeds.get(feed).isEmpty()) {
                open.add(feed);
            }
        }
        while (!open.isEmpty()) {
            int feed = open.get(random.nextInt(open.size()));
            delivered.add(feeds.get(feed).get(next[feed]++));
            if (random.nextInt(12) == 0) {
                next[feed] = random.nextInt(next[feed]);
            }
            if (next[feed] == feeds.get(feed).size()) {
                open.remove(Integer.valueOf(feed));
            }
        }
        return delivered;
    }
}
