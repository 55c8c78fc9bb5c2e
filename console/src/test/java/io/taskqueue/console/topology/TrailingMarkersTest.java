package io.taskqueue.console.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrailingMarkersTest {

    private final List<String> asked = new ArrayList<>();
    private boolean exist;
    private long now;
    private final TrailingMarkers markers = new TrailingMarkers(
            (partition, from, end) -> {
                asked.add(partition + ": " + from + "-" + end);
                return exist;
            },
            () -> now);

    @Test
    void anEndBehindWhichOnlyMarkersAreLeftCountsAsRead() throws Exception {
        assertThat(markers.readUpTo(0, 10, 12))
                .as("it may just not be read yet")
                .isEqualTo(10);
        pass(Duration.ofSeconds(4));

        assertThat(markers.readUpTo(0, 10, 12)).isEqualTo(12);
        assertThat(markers.readUpTo(0, 10, 12)).isEqualTo(12);
        assertThat(asked).as("asked once").containsExactly("0: 10-12");

        assertThat(markers.readUpTo(0, 10, 13)).as("something was written").isEqualTo(10);
        assertThat(markers.readUpTo(0, 13, 13)).isEqualTo(13);
    }

    @Test
    void aViewThatDoesNotReadItsRecordsIsBehind() throws Exception {
        exist = true;
        assertThat(markers.readUpTo(0, 10, 12)).isEqualTo(10);
        pass(Duration.ofSeconds(4));
        assertThat(markers.readUpTo(0, 10, 12)).isEqualTo(10);
        pass(Duration.ofSeconds(1));
        assertThat(markers.readUpTo(0, 10, 12)).isEqualTo(10);

        assertThat(asked).as("not asked each second").hasSize(1);
    }

    @Test
    void whileAViewReadsOnNothingIsAsked() throws Exception {
        for (int next = 0; next < 10; next++) {
            pass(Duration.ofSeconds(4));
            assertThat(markers.readUpTo(0, next, 12)).isEqualTo(next);
        }
        assertThat(asked).isEmpty();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
