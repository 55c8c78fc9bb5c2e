package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.console.topology.ReadProgress.Found;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadProgressTest {

    private static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");

    private final ReadProgress catchUp = new ReadProgress();

    @Test
    void aViewThatHasReadAllIsCurrent() {
        assertThat(observe(0, Map.of(0, 10L, 1, 0L), Map.of(0, 10L, 1, 0L)))
                .isEqualTo(new Found(State.CURRENT, T0, 0, 1));
    }

    @Test
    void whileEventsAreWrittenAViewIsCurrentWhenItHasReadWhatWasThereBefore() {
        assertThat(observe(0, Map.of(0, 100L), Map.of(0, 90L)).state()).isEqualTo(State.CATCHING_UP);

        assertThat(observe(1, Map.of(0, 200L), Map.of(0, 150L))).isEqualTo(new Found(State.CURRENT, T0, 50, 1));
        assertThat(observe(2, Map.of(0, 300L), Map.of(0, 199L)).state())
                .as("less than what was there a second before")
                .isEqualTo(State.CATCHING_UP);
    }

    @Test
    void theShareThatIsReadCountsFromWhereTheReadingBegan() {
        assertThat(observe(0, Map.of(0, 1_100L), Map.of(0, 100L)).done()).isZero();
        Found half = observe(1, Map.of(0, 1_100L), Map.of(0, 600L));

        assertThat(half).isEqualTo(new Found(State.CATCHING_UP, null, 500, 0.5));
    }

    @Test
    void recordsThatTheTopicNoLongerHoldsAreNotBehind() {
        Found found =
                catchUp.observe(T0, Map.of(0, 900L), Map.of(0, 1_000L), Map.of(0, new ReadProgress.Read(0, null)));

        assertThat(found.behind()).isEqualTo(100);
    }

    @Test
    void aViewWithoutAllPartitionsIsNotCurrent() {
        assertThat(observe(0, Map.of(0, 10L, 1, 5L), Map.of(0, 10L)))
                .isEqualTo(new Found(State.CATCHING_UP, null, 5, 0));
        assertThat(observe(1, Map.of(0, 10L, 1, 5L), Map.of(0, 10L)).state()).isEqualTo(State.CATCHING_UP);
        assertThat(observe(2, Map.of(0, 10L, 1, 5L), Map.of(0, 10L, 1, 5L)))
                .isEqualTo(new Found(State.CURRENT, T0.plusSeconds(2), 0, 1));
    }

    @Test
    void whileItCatchesUpAgainTheTimeOfWhatIsShownStays() {
        observe(0, Map.of(0, 10L), Map.of(0, 10L));
        observe(1, Map.of(0, 1_000L), Map.of(0, 10L));

        assertThat(observe(2, Map.of(0, 1_000L), Map.of(0, 505L)))
                .isEqualTo(new Found(State.CATCHING_UP, T0, 495, 0.5));
    }

    @Test
    void aViewThatCatchesUpIsAsOfTheNewestEventOfThePartitionThatIsFarthestBehindInTime() {
        Found found = catchUp.observe(
                T0,
                Map.of(),
                Map.of(0, 10L, 1, 20L, 2, 5L),
                Map.of(
                        0,
                        part(5, T0.minusSeconds(300)),
                        1,
                        part(6, T0.minusSeconds(60)),
                        2,
                        part(5, T0.minusSeconds(900))));

        assertThat(found.asOf()).isEqualTo(T0.minusSeconds(300));
    }

    private static ReadProgress.Read part(long next, Instant newest) {
        return new ReadProgress.Read(next, newest);
    }

    private Found observe(int second, Map<Integer, Long> ends, Map<Integer, Long> read) {
        Map<Integer, ReadProgress.Read> parts = new HashMap<>();
        read.forEach((partition, next) -> parts.put(partition, new ReadProgress.Read(next, null)));
        return catchUp.observe(T0.plusSeconds(second), Map.of(), ends, parts);
    }
}
