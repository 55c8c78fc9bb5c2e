package io.taskqueue.streams.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResultsPurgeTest {

    private static final int QUEUES = 130; // more than one step looks at

    private final MemoryKeyValues store = new MemoryKeyValues();
    private final ResultsStore results = new ResultsStore("billing", store);
    private final ResultsPurge purge = new ResultsPurge(results, offset -> false);

    @Test
    void nothingIsPendingWhileAnEventInFlightLiesBeforeTheLogStart() {
        List<String> queues = new ArrayList<>();
        for (int queue = 0; queue < QUEUES; queue++) {
            queues.add("q" + queue);
            record("q" + queue, 1, queue);
            record("q" + queue, 2, 1_000 + queue);
        }
        purge.purgeUpTo(5_000, queues);

        steps(500, Set.of(500L));
        assertThat(purge.pending(offset -> offset == 500)).isFalse();
        assertThat(count()).isEqualTo(QUEUES); // those behind the event

        assertThat(purge.pending(offset -> false)).isTrue();
        steps(Long.MAX_VALUE, Set.of());
        assertThat(purge.pending(offset -> false)).isFalse();
        assertThat(count()).isZero();
    }

    @Test
    void laterLogStartIsLookedAtAgain() {
        record("q", 1, 10);
        purge.purgeUpTo(5, List.of("q"));
        steps(3, Set.of(3L));
        assertThat(purge.pending(offset -> offset == 3)).isFalse();

        purge.purgeUpTo(50, List.of("q"));
        assertThat(purge.pending(offset -> offset == 3)).isTrue();
        steps(Long.MAX_VALUE, Set.of());
        assertThat(count()).isZero();
    }

    /** At most as many steps as a few rounds need. */
    private void steps(long keepFrom, Set<Long> inFlight) {
        for (int step = 0; step < 20 && purge.pending(inFlight::contains); step++) {
            purge.step(keepFrom);
        }
    }

    private void record(String queue, long sequence, long offset) {
        results.record(
                new EffectKey("billing", 0, queue, new Position(1, sequence), "call"),
                offset,
                Instant.EPOCH,
                new EffectResult.Done("text", "\"done\""));
    }

    private int count() {
        int found = 0;
        try (KeyValues.Entries all = store.all()) {
            while (all.hasNext()) {
                all.next();
                found++;
            }
        }
        return found;
    }
}
