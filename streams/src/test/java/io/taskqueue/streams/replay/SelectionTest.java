package io.taskqueue.streams.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SelectionTest {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    /** Event 7/20 of a queue, about its task 6/12, at {@link #THEN}. */
    private static ReplicationEvent<String> event(String queue, EventKind kind) {
        Task<String> task = new Task<>(new TaskId("born", 6, 12), 1, THEN, "payload");
        return ReplicationEvent.of(
                queue,
                new SourceMetadata(new Position(7, 20), "test", null, THEN),
                TaskEvent.builder(kind, 20, THEN, task).build());
    }

    private static boolean selected(String... texts) {
        return Selection.parse(List.of(texts)).matches(event("orders", EventKind.ENQUEUED), false);
    }

    @Test
    void valuesOfOneFieldAreAlternativesAndDifferentFieldsMustAllMatch() {
        assertThat(selected("all")).isTrue();
        assertThat(selected("queue=orders")).isTrue();
        assertThat(selected("queue=other")).isFalse();
        assertThat(selected("queue=other,queue=orders")).isTrue();
        assertThat(selected("kind=Enqueued", "kind=Completed")).isTrue();
        assertThat(selected("kind=Completed")).isFalse();
        assertThat(selected("queue=orders,kind=Completed")).isFalse();
        assertThat(selected("queue=orders", "kind=Enqueued")).isTrue();
    }

    @Test
    void eventsWithARecordedFailureAreSelectedByTheirResult() {
        ReplicationEvent<String> event = event("orders", EventKind.ENQUEUED);
        Selection failed = Selection.parse(List.of("result=failed", "queue=orders"));

        assertThat(failed.failuresOnly()).isTrue();
        assertThat(failed.matches(event, true)).isTrue();
        assertThat(failed.matches(event, false)).isFalse();
        assertThat(failed.matches(event("other", EventKind.ENQUEUED), true)).isFalse();
        assertThat(failed)
                .hasToString("queue=orders,result=failed")
                .isNotEqualTo(Selection.parse(List.of("queue=orders")));
        assertThat(Selection.parse(List.of(failed.toString()))).isEqualTo(failed);
        assertThat(Selection.parse(List.of("result=failed")).isAll()).isFalse();
        assertThat(Selection.ALL.failuresOnly()).isFalse();
    }

    @Test
    void onlyARerunReplacesARecordedFailure() {
        Selection failed = Selection.parse(List.of("result=failed"));
        assertThatThrownBy(() -> new ReplayOrder(UUID.randomUUID(), 1, ReplayMode.FILL_GAPS, failed, "a test", THEN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "A recorded failure is a result, which only a rerun replaces, but the selection result=failed was given "
                                + "with mode fill-gaps. Choose rerun.");
    }

    @Test
    void aTaskIsNamedWithOrWithoutItsOriginalQueue() {
        assertThat(selected("task=6/12")).isTrue();
        assertThat(selected("task=06/012")).isTrue();
        assertThat(selected("task=born/6/12")).isTrue();
        assertThat(selected("task=orders/6/12")).isFalse();
        assertThat(selected("task=6/13,task=6/12")).isTrue();
    }

    @Test
    void boundsArePositionsOrTimesAndAreIncluded() {
        assertThat(selected("from=7/20,to=7/20")).isTrue();
        assertThat(selected("from=7/21")).isFalse();
        assertThat(selected("to=7/19")).isFalse();
        assertThat(selected("from=6/99,to=8/0")).isTrue();
        assertThat(selected("from=2026-01-02T03:04:05Z,to=2026-01-02T04:04:05+01:00"))
                .isTrue();
        assertThat(selected("from=2026-01-02T03:04:05.000000001Z")).isFalse();
        assertThat(selected("from=7/20,to=2026-01-02T03:04:04Z")).isFalse();
    }

    @Test
    void namesOfAnyKindCanBeWritten() {
        String queue = "a,b=100%/\"☃\" + x";
        Selection selection = Selection.parse(List.of("queue=a%2Cb=100%25/\"☃\" + x"));

        assertThat(selection.matches(event(queue, EventKind.ENQUEUED), false)).isTrue();
        assertThat(selection.toString()).isEqualTo("queue=a%2Cb=100%25/\"☃\" + x");
    }

    @Test
    void aSelectionIsReadBackAsWritten() {
        assertThat(List.of(
                        "all",
                        "kind=Enqueued",
                        "queue=a,queue=b%2C,kind=Completed,kind=Failed,task=6/12,task=x%2Cy/6/12,from=1/2",
                        "from=2026-01-02T03:04:05Z,to=9/9"))
                .allSatisfy(text -> {
                    Selection selection = Selection.parse(List.of(text));
                    assertThat(selection.toString()).isEqualTo(text);
                    assertThat(Selection.parse(List.of(selection.toString()))).isEqualTo(selection);
                });
        assertThat(Selection.parse(List.of("queue=b", "kind=Failed,queue=a")))
                .isEqualTo(Selection.parse(List.of("queue=a,queue=b,kind=Failed")));
        assertThat(Selection.parse(List.of("all")).isAll()).isTrue();
        assertThat(Selection.parse(List.of("from=0/0")).isAll()).isFalse();
    }

    @Test
    void anInvalidSelectionIsRefusedWithTheSyntax() {
        assertThat(List.of(
                        "",
                        "queue",
                        "queue=",
                        "color=red",
                        "kind=completed",
                        "kind=SourceStarted",
                        "task=12",
                        "task=a/b",
                        "from=yesterday",
                        "from=1/1,from=1/2",
                        "queue=a,all",
                        "queue=100%",
                        "queue=a,"))
                .allSatisfy(text -> assertThatThrownBy(() -> Selection.parse(List.of(text)))
                        .as(text)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("Write all, or clauses separated by commas"));
        assertThatThrownBy(() -> Selection.parse(List.of("queue=a,kind=completed")))
                .hasMessage(
                        "The selection 'kind=completed' does not name a kind of event that sinks get. Write all, or clauses "
                                + "separated by commas: queue=NAME, kind=KIND (Enqueued, Available, LeaseGranted, Heartbeat, Completed, Failed, "
                                + "Requeued, DeadLettered, LeaseExpired, Drained, Restored), task=EPOCH/SEQUENCE or "
                                + "task=QUEUE/EPOCH/SEQUENCE, from=BOUND and to=BOUND with a position EPOCH/SEQUENCE or a time like "
                                + "2026-11-23T09:30:00Z, result=failed. In a name, a comma is %2C and a percent sign %25.");
    }
}
