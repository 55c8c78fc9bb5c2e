package io.taskqueue.cli.recover;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.recovery.RemovedTasks;
import io.taskqueue.source.recovery.UndecodableTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecoverySummaryTest {

    private static final RecoveryReport.Reading READING =
            new RecoveryReport.Reading("taskqueue.events", 3, 1_200, 4_700, 3_400, Duration.ofMillis(250));
    private static final RecoveryReport.Tasks TASKS =
            new RecoveryReport.Tasks(1_000, 20, 3, 4, 0, Optional.of(Instant.parse("2026-11-23T09:30:00Z")));

    @Test
    void liveTasksAreCountedByState() {
        RecoverySummary summary = new RecoverySummary(new RecoveryReport(
                READING, TASKS, Optional.of("input:7:00000001:00000002"), Optional.empty(), List.of()));

        assertThat(summary.text())
                .isEqualTo(
                        "1,027 live tasks: 1,000 pending, 20 delayed, 3 leased, 4 handed over; the oldest was enqueued at"
                                + " 2026-11-23T09:30:00Z. Read 3,400 events of topic taskqueue.events, partition 3, from offset 1200 to"
                                + " 4700, in 0.3 s.");
        assertThat(BoundedJson.text(summary.json()))
                .isEqualTo("{\"tasks\":1027,\"pending\":1000,\"delayed\":20,\"leased\":3,\"handedOver\":4,"
                        + "\"oldest\":\"2026-11-23T09:30:00Z\",\"topic\":\"taskqueue.events\",\"partition\":3,"
                        + "\"from\":1200,\"to\":4700,\"events\":3400,\"seconds\":0.25,"
                        + "\"lastKey\":\"input:7:00000001:00000002\"}");
        assertThat(summary.losses()).isEmpty();
    }

    @Test
    void tasksThatRetentionRemovedAreNamed() {
        RecoverySummary exact = removed(new RemovedTasks(5, 1_032, true, Optional.of(new Position(7, 20))));
        RecoverySummary estimated = removed(new RemovedTasks(5, 1_032, false, Optional.empty()));

        assertThat(exact.losses())
                .containsExactly(
                        "5 of 1,032 live tasks are gone: topic taskqueue.events no longer holds any event of them; the first"
                                + " event that it holds is 7/20. Compare the input with the outcome at the target, and raise"
                                + " retention.ms and retention.bytes of the topic.");
        assertThat(estimated.losses())
                .containsExactly(
                        "About 5 of 1,032 live tasks are gone: topic taskqueue.events no longer holds any event of them; it holds no"
                                + " event of the queue. Compare the input with the outcome at the target, and raise retention.ms"
                                + " and retention.bytes of the topic.");
        assertThat(BoundedJson.text(exact.json().get("removed")))
                .isEqualTo("{\"tasks\":5,\"of\":1032,\"exact\":true,\"firstLeft\":\"7/20\"}");
    }

    @Test
    void tasksThatCannotBeDecodedAreNamed() {
        RecoverySummary summary = new RecoverySummary(new RecoveryReport(
                READING,
                new RecoveryReport.Tasks(0, 0, 0, 0, 1, Optional.empty()),
                Optional.empty(),
                Optional.empty(),
                List.of(new UndecodableTask(
                        new TaskId("orders", 7, 42), new Position(7, 99), 1_300, "The value is not JSON."))));

        assertThat(summary.losses())
                .containsExactly(
                        "1 live tasks cannot be decoded and stay on the topic. The first is task orders/7/42 at offset"
                                + " 1300 of partition 3: The value is not JSON. Recover the queue with a program that has its payload"
                                + " codec.");
        assertThat(BoundedJson.text(summary.json().get("undecodable")))
                .isEqualTo("{\"tasks\":1,\"first\":[{\"task\":\"orders/7/42\",\"position\":\"7/99\",\"offset\":1300,"
                        + "\"reason\":\"The value is not JSON.\"}]}");
    }

    private static RecoverySummary removed(RemovedTasks removed) {
        return new RecoverySummary(
                new RecoveryReport(READING, TASKS, Optional.empty(), Optional.of(removed), List.of()));
    }
}
