package io.taskqueue.console.overview;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.CatchUp;
import io.taskqueue.event.Position;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The rates of the overview, and when a lag will be 0. */
class RatesAndEstimatesTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void theRateIsThatOfTheLastMinute() {
        RateMeter meter = new RateMeter();
        for (int second = 0; second <= 600; second++) {
            long total = second <= 300 ? 100L * second : 30_000 + 2L * (second - 300);
            meter.measure(TimeUnit.SECONDS.toNanos(second), total);
        }

        assertThat(meter.perSecond()).isEqualTo(2.0);
    }

    @Test
    void oneMeasurementIsNoRateAndANumberThatGoesBackBeginsAgain() {
        RateMeter meter = new RateMeter();
        assertThat(meter.perSecond()).isZero();
        meter.measure(TimeUnit.SECONDS.toNanos(1), 1_000);
        assertThat(meter.perSecond()).isZero();
        meter.measure(TimeUnit.SECONDS.toNanos(2), 1_010);
        assertThat(meter.perSecond()).isEqualTo(10);

        meter.measure(TimeUnit.SECONDS.toNanos(3), 0);
        assertThat(meter.perSecond()).isZero();
        meter.measure(TimeUnit.SECONDS.toNanos(4), 5);
        assertThat(meter.perSecond()).isEqualTo(5);
    }

    @Test
    void aLagIsCaughtUpByTheDifferenceOfBothRates() {
        assertThat(CatchUpTime.of(1_000L, OptionalDouble.of(60), 10)).isEqualTo(CatchUp.in(20));
        assertThat(CatchUpTime.of(0L, OptionalDouble.empty(), 10)).isEqualTo(CatchUp.DONE);
    }

    @Test
    void whatNeverCatchesUpIsToldApartFromWhatIsUnknown() {
        assertThat(CatchUpTime.of(1L, OptionalDouble.of(10), 10)).isEqualTo(CatchUp.NEVER);
        assertThat(CatchUpTime.of(1L, OptionalDouble.of(5), 10)).isEqualTo(CatchUp.NEVER);
        assertThat(CatchUpTime.of(1_000_000_000L, OptionalDouble.of(10.000001), 10))
                .isEqualTo(CatchUp.NEVER);
        assertThat(CatchUpTime.of(null, OptionalDouble.of(60), 10)).isEqualTo(CatchUp.UNKNOWN);
        assertThat(CatchUpTime.of(7L, OptionalDouble.empty(), 10)).isEqualTo(CatchUp.UNKNOWN);
    }

    @Test
    void theEstimateOfSeveralIsThatOfTheSlowest() {
        assertThat(CatchUp.in(3).and(CatchUp.in(8)).and(CatchUp.DONE)).isEqualTo(CatchUp.in(8));
        assertThat(CatchUp.in(3).and(CatchUp.UNKNOWN)).isEqualTo(CatchUp.UNKNOWN);
        assertThat(CatchUp.UNKNOWN.and(CatchUp.NEVER)).isEqualTo(CatchUp.NEVER);
        assertThat(CatchUp.NEVER.and(CatchUp.in(1))).isEqualTo(CatchUp.NEVER);
    }

    @Test
    void aRateIsKnownAfterTenSecondsAndIsOverTheTimeKnownSoFar() {
        RateMeter meter = new RateMeter();
        meter.measure(0, 0);
        meter.measure(TimeUnit.SECONDS.toNanos(9), 90);
        assertThat(meter.known()).isEmpty();
        meter.measure(TimeUnit.SECONDS.toNanos(20), 200);
        assertThat(meter.known()).hasValue(10);
    }

    @Test
    void theFirstEventBehindAPositionHasTheTimeAtWhichItWasSeen() {
        NewestPositions positions = new NewestPositions();
        positions.add(new Position(1, 10), NOON);
        positions.add(new Position(1, 20), NOON.plusSeconds(10));
        positions.add(new Position(2, 0), NOON.plusSeconds(20));

        assertThat(positions.firstBehind(new Position(1, 10))).contains(NOON.plusSeconds(10));
        assertThat(positions.firstBehind(new Position(1, 20))).contains(NOON.plusSeconds(20));
        assertThat(positions.firstBehind(new Position(2, 0))).isEmpty();
        assertThat(positions.firstBehind(new Position(1, 9)))
                .as("behind an older position, others may be older")
                .isEmpty();
        assertThat(positions.firstBehind(null)).isEmpty();
    }

    @Test
    void positionsOfTopicsThatWereCreatedAgainReplaceThoseOfBefore() {
        NewestPositions positions = new NewestPositions();
        positions.add(new Position(7, 10), NOON);
        positions.add(new Position(7, 20), NOON.plusSeconds(10));

        positions.add(new Position(1, 0), NOON.plusSeconds(60));
        positions.add(new Position(1, 5), NOON.plusSeconds(70));

        assertThat(positions.newest()).contains(new Position(1, 5));
        assertThat(positions.firstBehind(new Position(1, 0))).contains(NOON.plusSeconds(70));
    }

    @Test
    void onlyTheNewestPositionsAreHeld() {
        NewestPositions positions = new NewestPositions();
        for (int second = 0; second < 1_000; second++) {
            positions.add(new Position(1, second), NOON.plusSeconds(second));
        }

        assertThat(positions.firstBehind(new Position(1, 999 - NewestPositions.LIMIT)))
                .isEmpty();
        assertThat(positions.firstBehind(new Position(1, 1_000 - NewestPositions.LIMIT)))
                .contains(NOON.plusSeconds(1_001 - NewestPositions.LIMIT));
    }
}
