package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink that always has records to take purges results all the same, faster than it records them. */
class PurgeKeepsUpWithRecordsTest {

    private static final int OLD = 400;
    private static final Uuid TOPIC = new Uuid(7, 8);

    @TempDir
    Path directory;

    @Test
    void resultsArePurgedWhileNoTickComes() {
        try (SinkDriver driver = new SinkDriver(directory, (event, effects) -> effects.run("call", key -> {}))) {
            events(driver, OLD);
            driver.settle();
            List<String> old = LongStream.rangeClosed(1, OLD)
                    .mapToObj(sequence -> SinkDriver.key(sequence, "call"))
                    .toList();
            assertThat(driver.recorded()).containsAll(old);

            driver.describe(TOPIC, OLD + 1);
            events(driver, OLD / 4);

            assertThat(driver.recorded()).doesNotContainAnyElementsOf(old);
            driver.settle();
            assertThat(driver.recorded()).hasSize(OLD / 4);
        }
    }

    private static void events(SinkDriver driver, int events) {
        for (int event = 0; event < events; event++) {
            driver.event(1 + event);
        }
    }
}
