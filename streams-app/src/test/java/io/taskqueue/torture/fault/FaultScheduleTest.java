package io.taskqueue.torture.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.torture.fault.FaultKind.Area;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FaultScheduleTest {

    private static final FaultSchedule.Subjects SUBJECTS = new FaultSchedule.Subjects(3, 3, 3);
    private static final Duration LENGTH = Duration.ofMinutes(10);
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

    @Test
    void theSameSeedGivesTheSameScheduleAndAnotherSeedAnother() {
        FaultSchedule first = schedule(7);

        assertThat(schedule(7)).isEqualTo(first);
        assertThat(schedule(7).text()).isEqualTo(first.text());
        assertThat(schedule(8)).isNotEqualTo(first);
    }

    @Test
    void eachKindComesInALongRun() {
        assertThat(schedule(3).faults().stream().map(Fault::kind).collect(Collectors.toSet()))
                .isEqualTo(ALL);
    }

    @Test
    void atMostOneBrokerIsDownAtATime() {
        for (long seed = 0; seed < 100; seed++) {
            List<Fault> ofBrokers = schedule(seed).lane(Area.BROKER, 0);
            assertThat(ofBrokers).as("seed %d", seed).isNotEmpty();
            for (int i = 1; i < ofBrokers.size(); i++) {
                Fault before = ofBrokers.get(i - 1);
                assertThat(ofBrokers.get(i).at())
                        .as("seed %d", seed)
                        .isGreaterThan(before.at().plus(before.lasts()));
            }
        }
    }

    @Test
    void everyFaultOfAQueueIsInThatQueuesLane() {
        FaultSchedule all = schedule(5);
        int ofLanes = 0;
        for (int queue = 0; queue < SUBJECTS.queues(); queue++) {
            int lane = queue;
            assertThat(all.lane(Area.QUEUE, queue)).allMatch(fault -> fault.subject() == lane);
            ofLanes += all.lane(Area.QUEUE, queue).size();
        }
        for (Area area : EnumSet.complementOf(EnumSet.of(Area.QUEUE))) {
            ofLanes += all.lane(area, 0).size();
        }

        assertThat(ofLanes).isEqualTo(all.faults().size());
    }

    @Test
    void aKindThatIsSwitchedOffDoesNotChangeTheOtherAreas() {
        FaultSchedule without =
                FaultSchedule.of(7, LENGTH, EnumSet.complementOf(EnumSet.of(FaultKind.KILL_SINK)), SUBJECTS);

        assertThat(without.lane(Area.BROKER, 0)).isEqualTo(schedule(7).lane(Area.BROKER, 0));
        assertThat(without.faults()).noneMatch(fault -> fault.kind() == FaultKind.KILL_SINK);
    }

    @Test
    void withoutKindsNothingIsInjected() {
        assertThat(FaultSchedule.of(1, LENGTH, Set.of(), SUBJECTS).faults()).isEmpty();
    }

    @Test
    void aFaultIsALineOfTheSchedule() {
        assertThat(new Fault(Duration.ofMillis(1_500), FaultKind.PAUSE_SINK, 2, Duration.ofMillis(9_250), 0).text())
                .isEqualTo("    1.5 s  pause-sink                sink-2 for 9.3 s");
        assertThat(new Fault(Duration.ZERO, FaultKind.KILL_BROKER, 0, Duration.ZERO, 0).text())
                .isEqualTo("    0.0 s  kill-broker               broker-1");
    }

    @Test
    void kindsAreReadByName() {
        for (FaultKind kind : FaultKind.values()) {
            assertThat(FaultKind.parse(kind.text())).isEqualTo(kind);
        }
        assertThatThrownBy(() -> FaultKind.parse("flood"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'flood' is not a fault. Use one of "
                        + Arrays.stream(FaultKind.values()).map(FaultKind::text).collect(Collectors.joining(", "))
                        + ".");
    }

    private static FaultSchedule schedule(long seed) {
        return FaultSchedule.of(seed, LENGTH, ALL, SUBJECTS);
    }
}
