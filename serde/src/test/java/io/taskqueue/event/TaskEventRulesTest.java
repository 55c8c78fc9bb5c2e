package io.taskqueue.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables in TaskEvent's documentation, cell by cell: what they allow can be built, and nothing else. */
class TaskEventRulesTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final int ATTEMPT = 3;

    /** A column of the table for token, lease expiration, available at and error. */
    private enum Cell {
        YES,
        OPTIONAL,
        NO;

        boolean allows(boolean present) {
            return this == OPTIONAL || present == (this == YES);
        }
    }

    private record Row(
            EventKind kind,
            Cell token,
            Set<Integer> attempts,
            Cell lease,
            Cell available,
            Cell error,
            Set<EventFlag> flags) {}

    private record Parts(
            EventKind kind,
            @Nullable Integer tokenAttempt,
            boolean lease,
            boolean available,
            boolean error,
            Set<EventFlag> flags) {

        Parts(EventKind kind, @Nullable Integer tokenAttempt, boolean lease, boolean error, Set<EventFlag> flags) {
            this(kind, tokenAttempt, lease, false, error, flags);
        }
    }

    private static final Set<EventFlag> NONE = Set.of();
    private static final Set<Integer> THIS = Set.of(ATTEMPT);
    private static final Set<Integer> BEFORE = Set.of(ATTEMPT - 1);
    private static final Set<Integer> EARLIER = Set.of(ATTEMPT - 1, ATTEMPT - 2);

    private static final Set<EventFlag> DRAINED = Set.of(EventFlag.FROM_DRAIN);
    private static final Set<EventFlag> HANDED_OVER = Set.of(EventFlag.FROM_DRAIN, EventFlag.HAND_OVER);

    /** A kind that shows the state of its task has a row for each state: leased, delayed, pending. */
    private static final List<Row> TABLE = List.of(
            new Row(EventKind.ENQUEUED, Cell.NO, Set.of(), Cell.NO, Cell.OPTIONAL, Cell.NO, NONE),
            new Row(EventKind.AVAILABLE, Cell.NO, Set.of(), Cell.NO, Cell.NO, Cell.NO, NONE),
            new Row(EventKind.LEASE_GRANTED, Cell.YES, THIS, Cell.YES, Cell.NO, Cell.NO, NONE),
            new Row(EventKind.HEARTBEAT, Cell.YES, THIS, Cell.YES, Cell.NO, Cell.NO, NONE),
            new Row(EventKind.COMPLETED, Cell.YES, THIS, Cell.NO, Cell.NO, Cell.NO, NONE),
            new Row(EventKind.FAILED, Cell.YES, THIS, Cell.NO, Cell.OPTIONAL, Cell.YES, NONE),
            new Row(
                    EventKind.LEASE_EXPIRED,
                    Cell.YES,
                    THIS,
                    Cell.YES,
                    Cell.OPTIONAL,
                    Cell.OPTIONAL,
                    Set.of(EventFlag.FROM_EXPIRATION)),
            new Row(EventKind.REQUEUED, Cell.YES, BEFORE, Cell.NO, Cell.NO, Cell.OPTIONAL, NONE),
            new Row(
                    EventKind.DEAD_LETTERED,
                    Cell.YES,
                    THIS,
                    Cell.NO,
                    Cell.NO,
                    Cell.OPTIONAL,
                    Set.of(EventFlag.DEAD_LETTER)),
            new Row(EventKind.DRAINED, Cell.OPTIONAL, EARLIER, Cell.NO, Cell.NO, Cell.OPTIONAL, DRAINED),
            new Row(EventKind.DRAINED, Cell.OPTIONAL, EARLIER, Cell.NO, Cell.NO, Cell.OPTIONAL, HANDED_OVER),
            new Row(EventKind.DRAINED, Cell.YES, BEFORE, Cell.NO, Cell.YES, Cell.OPTIONAL, HANDED_OVER),
            new Row(EventKind.RESTORED, Cell.YES, THIS, Cell.YES, Cell.NO, Cell.OPTIONAL, NONE),
            new Row(EventKind.RESTORED, Cell.YES, BEFORE, Cell.NO, Cell.YES, Cell.OPTIONAL, NONE),
            new Row(EventKind.RESTORED, Cell.OPTIONAL, EARLIER, Cell.NO, Cell.NO, Cell.OPTIONAL, NONE),
            new Row(EventKind.SNAPSHOT, Cell.YES, THIS, Cell.YES, Cell.NO, Cell.OPTIONAL, NONE),
            new Row(EventKind.SNAPSHOT, Cell.YES, BEFORE, Cell.NO, Cell.YES, Cell.OPTIONAL, NONE),
            new Row(EventKind.SNAPSHOT, Cell.OPTIONAL, EARLIER, Cell.NO, Cell.NO, Cell.OPTIONAL, NONE));

    static Stream<EventKind> kinds() {
        return TABLE.stream().map(Row::kind).distinct();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void exactlyWhatTheTableAllowsCanBeBuilt(EventKind kind) {
        int allowed = 0;
        for (Parts parts : everyCombination(kind)) {
            if (TABLE.stream().anyMatch(row -> isAllowed(row, parts))) {
                allowed++;
                assertThatCode(() -> build(parts)).as("%s", parts).doesNotThrowAnyException();
            } else {
                assertThatIllegalArgumentException()
                        .as("%s", parts)
                        .isThrownBy(() -> build(parts))
                        .withMessageStartingWith(
                                "This event is not valid: " + kind.wireName() + " #9 of task orders/1/5,")
                        .withMessageEndingWith(".");
            }
        }
        assertThat(allowed).isPositive();
    }

    @Test
    void everyKindWithATaskIsInTheTable() {
        Set<EventKind> kinds = EnumSet.noneOf(EventKind.class);
        TABLE.forEach(row -> kinds.add(row.kind));
        kinds.add(EventKind.SOURCE_STARTED);

        assertThat(kinds).containsExactly(EventKind.values());
    }

    @Test
    void delayedTaskHasNoTokenBeforeItsFirstAttempt() {
        Task<String> task = new Task<>(new TaskId("orders", 1, 5), 1, NOW, "payload");
        for (EventKind kind : List.of(EventKind.RESTORED, EventKind.SNAPSHOT)) {
            TaskEvent<String> event =
                    TaskEvent.builder(kind, 9, NOW, task).availableAt(NOW).build();

            assertThat(event.token()).isEmpty();
            assertThat(event.availableAt()).contains(NOW);
        }
    }

    @Test
    void missingPartIsNamed() {
        assertRejected(
                new Parts(EventKind.LEASE_GRANTED, null, true, false, NONE),
                "This event is not valid: LeaseGranted #9 of task orders/1/5, attempt 3: it has no ownership token.");
        assertRejected(
                new Parts(EventKind.HEARTBEAT, ATTEMPT, false, false, NONE),
                "This event is not valid: Heartbeat #9 of task orders/1/5, attempt 3: it has no lease expiration.");
        assertRejected(
                new Parts(EventKind.FAILED, ATTEMPT, false, false, NONE),
                "This event is not valid: Failed #9 of task orders/1/5, attempt 3: it has no error.");
    }

    @Test
    void partOfOtherKindsIsNamed() {
        assertRejected(
                new Parts(EventKind.ENQUEUED, ATTEMPT, false, false, NONE),
                "This event is not valid: Enqueued #9 of task orders/1/5, attempt 3: only other kinds have the "
                        + "ownership token that it has.");
        assertRejected(
                new Parts(EventKind.COMPLETED, ATTEMPT, true, false, NONE),
                "This event is not valid: Completed #9 of task orders/1/5, attempt 3: only other kinds have the "
                        + "lease expiration that it has.");
        assertRejected(
                new Parts(EventKind.ENQUEUED, null, false, true, NONE),
                "This event is not valid: Enqueued #9 of task orders/1/5, attempt 3: only other kinds have the error "
                        + "that it has.");
    }

    @Test
    void wrongFlagsAreNamed() {
        assertRejected(
                new Parts(EventKind.DRAINED, null, false, false, Set.of(EventFlag.DEAD_LETTER)),
                "This event is not valid: Drained #9 of task orders/1/5, attempt 3: its flags are [DEAD_LETTER], but "
                        + "must be [FROM_DRAIN].");
    }

    @Test
    void partsThatShowNoStateAreNamed() {
        assertRejected(
                new Parts(EventKind.SNAPSHOT, ATTEMPT, true, true, false, NONE),
                "This event is not valid: Snapshot #9 of task orders/1/5, attempt 3: its task is leased or waits for its "
                        + "next attempt, not both, but it has a lease expiration and a time at which it is available.");
        assertRejected(
                new Parts(EventKind.RESTORED, null, true, false, NONE),
                "This event is not valid: Restored #9 of task orders/1/5, attempt 3: it has no ownership token, which a task "
                        + "has that is leased or waits for its next attempt.");
        assertRejected(
                new Parts(EventKind.RESTORED, ATTEMPT - 1, true, false, NONE),
                "This event is not valid: Restored #9 of task orders/1/5, attempt 3: its ownership token is for attempt 2.");
        assertRejected(
                new Parts(EventKind.DRAINED, ATTEMPT - 1, false, true, false, DRAINED),
                "This event is not valid: Drained #9 of task orders/1/5, attempt 3: its task was handed to a caller, but it "
                        + "has a time at which it is available.");
        assertRejected(
                new Parts(EventKind.REQUEUED, ATTEMPT - 1, false, true, false, NONE),
                "This event is not valid: Requeued #9 of task orders/1/5, attempt 3: only other kinds have the time at which "
                        + "it is available that it has.");
    }

    @Test
    void onlyTheSnapshotOfAPendingTaskHasTheEventSinceWhichItIsPending() {
        assertThat(snapshot().pendingSince(8).build().pendingSince()).hasValue(8);
        assertThat(snapshot().build().pendingSince()).isEmpty();
        String snapshot = "This event is not valid: Snapshot #9 of task orders/1/5, attempt 3: ";
        for (long since : List.of(0L, 9L)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> snapshot().pendingSince(since).build())
                    .withMessage(
                            snapshot + "its task is pending since event " + since + ", which is not an earlier one.");
        }
        String only = "only the Snapshot of a pending task has the event since which the task is pending.";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> snapshot()
                        .token(new OwnershipToken(5, ATTEMPT - 1, UUID.randomUUID()))
                        .availableAt(NOW)
                        .pendingSince(8)
                        .build())
                .withMessage(snapshot + only);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskEvent.builder(EventKind.RESTORED, 9, NOW, task())
                        .pendingSince(8)
                        .build())
                .withMessage("This event is not valid: Restored #9 of task orders/1/5, attempt 3: " + only);
    }

    private static TaskEvent.Builder<String> snapshot() {
        return TaskEvent.builder(EventKind.SNAPSHOT, 9, NOW, task());
    }

    @Test
    void tokenOfAnotherAttemptIsNamed() {
        assertRejected(
                new Parts(EventKind.COMPLETED, 2, false, false, NONE),
                "This event is not valid: Completed #9 of task orders/1/5, attempt 3: its ownership token is for attempt 2.");
    }

    @Test
    void tokenOfAnotherTaskIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskEvent.builder(EventKind.COMPLETED, 9, NOW, task())
                        .token(new OwnershipToken(6, ATTEMPT, UUID.randomUUID()))
                        .build())
                .withMessage(
                        "This event is not valid: Completed #9 of task orders/1/5, attempt 3: its ownership token is for "
                                + "task 6.");
    }

    @Test
    void sourceStartedIsNotATaskEvent() {
        assertRejected(
                new Parts(EventKind.SOURCE_STARTED, null, false, false, NONE),
                "This event is not valid: SourceStarted #9 of task orders/1/5, attempt 3: it has no task, and is written by "
                        + "a source, not by a queue.");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anEventIsWithoutItsPayloadWhereThatIsOptional(EventKind kind) {
        TaskEvent<String> event = everyCombination(kind).stream()
                .filter(parts -> TABLE.stream().anyMatch(row -> isAllowed(row, parts)))
                .findFirst()
                .map(TaskEventRulesTest::build)
                .orElseThrow();

        assertThat(PayloadInclusion.EVERY_EVENT.includes(kind)).isTrue();
        if (PayloadInclusion.FIRST_EVENT.includes(kind)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(event::withoutPayload)
                    .withMessage("This event is not valid: " + kind.wireName()
                            + " #9 of task orders/1/5, attempt 3: it has no payload.");
        } else {
            TaskEvent<String> without = event.withoutPayload();
            assertThat(without.task().hasPayload()).isFalse();
            assertThat(without).isNotEqualTo(event);
            assertThat(without.withPayload("payload")).isEqualTo(event);
        }
    }

    @Test
    void firstEventsAreThoseThatATaskCanBeRestoredFrom() {
        assertThat(kinds().filter(EventKind::requiresPayload))
                .containsExactlyInAnyOrder(
                        EventKind.ENQUEUED,
                        EventKind.DEAD_LETTERED,
                        EventKind.DRAINED,
                        EventKind.RESTORED,
                        EventKind.SNAPSHOT);
    }

    @Test
    void numberBelowOneIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        TaskEvent.builder(EventKind.ENQUEUED, 0, NOW, task()).build())
                .withMessage(
                        "This event is not valid: Enqueued #0 of task orders/1/5, attempt 3: its number is 0, but a "
                                + "queue numbers its events from 1.");
    }

    @Test
    void eventDoesNotChangeWithItsBuilder() {
        TaskEvent.Builder<String> builder = TaskEvent.builder(EventKind.ENQUEUED, 9, NOW, task());
        TaskEvent<String> event = builder.build();

        builder.flag(EventFlag.DEAD_LETTER);

        assertThat(event.flags()).isEmpty();
    }

    private static void assertRejected(Parts parts, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> build(parts)).withMessage(message);
    }

    private static boolean isAllowed(Row row, Parts parts) {
        return row.kind == parts.kind
                && row.token.allows(parts.tokenAttempt != null)
                && (parts.tokenAttempt == null || row.attempts.contains(parts.tokenAttempt))
                && row.lease.allows(parts.lease)
                && row.available.allows(parts.available)
                && row.error.allows(parts.error)
                && row.flags.equals(parts.flags);
    }

    private static List<Parts> everyCombination(EventKind kind) {
        List<Parts> all = new ArrayList<>();
        for (int attempt = 0; attempt <= ATTEMPT + 1; attempt++) {
            for (int bits = 0; bits < 8 * 16; bits++) {
                Set<EventFlag> flags = EnumSet.noneOf(EventFlag.class);
                int flagBits = bits >> 3;
                for (EventFlag flag : EventFlag.values()) {
                    if (flagBits % 2 == 1) {
                        flags.add(flag);
                    }
                    flagBits /= 2;
                }
                all.add(new Parts(
                        kind, attempt == 0 ? null : attempt, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, flags));
            }
        }
        return all;
    }

    private static TaskEvent<String> build(Parts parts) {
        TaskEvent.Builder<String> builder = TaskEvent.builder(parts.kind, 9, NOW, task());
        if (parts.tokenAttempt != null) {
            builder.token(new OwnershipToken(5, parts.tokenAttempt, UUID.randomUUID()));
        }
        if (parts.lease) {
            builder.leaseExpiration(NOW);
        }
        if (parts.available) {
            builder.availableAt(NOW);
        }
        if (parts.error) {
            builder.error(TaskError.of("no route"));
        }
        parts.flags.forEach(builder::flag);
        return builder.build();
    }

    private static Task<String> task() {
        return new Task<>(new TaskId("orders", 1, 5), ATTEMPT, NOW, "payload");
    }
}
