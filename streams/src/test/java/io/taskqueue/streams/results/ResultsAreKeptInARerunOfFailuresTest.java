package io.taskqueue.streams.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ResultsAreKeptInARerunOfFailuresTest {

    private static final Position POSITION = new Position(7, 20);
    private static final EffectResult DONE = new EffectResult.Done("int", "1");
    private static final EffectResult FAILED = new EffectResult.Failed(TaskError.of("refused"));

    private final ResultsStore store = new ResultsStore("billing", new MemoryKeyValues());

    private static EffectKey key(int generation, String effect) {
        return new EffectKey("billing", generation, "orders", POSITION, effect);
    }

    private RecordedResults found() {
        return store.find("orders", POSITION);
    }

    private RecordedResults keep(int generation) {
        RecordedResults kept = store.keep(found(), generation, 5, Instant.EPOCH);
        assertThat(kept).isEqualTo(found());
        return kept;
    }

    @Test
    void eachEffectKeepsItsNewestResultUnlessThatIsAFailure() {
        store.record(key(0, "done"), 5, Instant.EPOCH, DONE);
        store.record(key(0, "failed"), 5, Instant.EPOCH, FAILED);
        store.record(key(0, "failed once"), 5, Instant.EPOCH, FAILED);
        store.record(key(2, "failed once"), 5, Instant.EPOCH, DONE);
        store.record(key(0, "failed later"), 5, Instant.EPOCH, DONE);
        store.record(key(2, "failed later"), 5, Instant.EPOCH, FAILED);
        assertThat(found().anyFailed()).isTrue();

        RecordedResults kept = keep(3);

        assertThat(kept.results().keySet())
                .filteredOn(key -> key.generation() == 3)
                .containsExactlyInAnyOrder(key(3, "done"), key(3, "failed once"));
        assertThat(kept.results())
                .containsEntry(key(0, "failed"), FAILED)
                .containsEntry(key(2, "failed later"), FAILED);
        assertThat(kept.generation()).isEqualTo(3);
        assertThat(kept.anyFailed()).isTrue();

        store.record(key(3, "failed"), 5, Instant.EPOCH, DONE);
        store.record(key(3, "failed later"), 5, Instant.EPOCH, DONE);
        assertThat(found().anyFailed()).isFalse();
    }

    @Test
    void effectInDoubtStaysInDoubtUnderTheNewKey() {
        store.record(key(0, "failed"), 5, Instant.EPOCH, FAILED);
        store.intend(key(0, "begun"), 5, Instant.EPOCH, false);
        store.intend(key(0, "undecided"), 5, Instant.EPOCH, true);

        RecordedResults kept = keep(1);

        assertThat(kept.intents()).contains(key(1, "begun"), key(1, "undecided"));
        assertThat(kept.undecided()).containsExactlyInAnyOrder(key(0, "undecided"), key(1, "undecided"));
    }

    @Test
    void effectWhoseResultIsTooLargeStaysDone() {
        store.record(key(0, "failed"), 5, Instant.EPOCH, FAILED);
        store.recordTooLarge(key(0, "large"), 5, Instant.EPOCH, 2_000_000);

        assertThat(keep(1).tooLarge()).containsEntry(key(1, "large"), 2_000_000L);
    }

    @Test
    void resultsOfTheSameGenerationStay() {
        store.record(key(0, "failed"), 5, Instant.EPOCH, FAILED);
        store.record(key(1, "failed"), 5, Instant.EPOCH, FAILED);
        store.record(key(1, "done"), 5, Instant.EPOCH, DONE);

        assertThat(keep(1).results()).hasSize(3);
    }
}
