package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.fold.ViewEvents;
import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.DecisionView.Outcome.State;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedCommand.Action;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What became of decisions about parked tasks, from the state that the sink has committed. */
class DecisionLogTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final TaskId TASK = new ViewEvents("orders", 1).id(42);
    private static final long OFFSET = 900;

    private final DecisionLog log = new DecisionLog("billing");
    private final Committed state = new Committed();
    private long written;

    /** What the sink has committed. */
    private static final class Committed implements DecisionLog.Parked {

        private @Nullable List<ParkedEvent> events = List.of();
        private final Set<Long> inFlight = new HashSet<>();
        private boolean running = true;

        @Override
        public @Nullable List<ParkedEvent> events() {
            return events;
        }

        @Override
        public boolean inFlight(int partition, long offset) {
            return inFlight.contains(offset);
        }

        @Override
        public boolean running() {
            return running;
        }
    }

    private static ParkedEvent parked(int round, boolean released, ParkedState why) {
        return new ParkedEvent(new ViewEvents("orders", 1).enqueued(42), 3, OFFSET, NOW, round, released, why);
    }

    private static ParkedState.Failed failed(String error) {
        return new ParkedState.Failed(5, TaskError.of(error), Map.of());
    }

    private static ParkedState discarded(String by) {
        return new ParkedState.Discarded(by, "refunded", NOW, Optional.of(failed("503")));
    }

    private void command(Action action, int round, String by) {
        write(new ParkedCommand(action, TASK, OFFSET, round, by, "refunded", false, "d-" + round).json());
    }

    private void write(byte[] value) {
        log.add(new ConsumerRecord<>(
                "billing.control",
                3,
                written++,
                NOW.plusSeconds(written).toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                value.length,
                "orders".getBytes(StandardCharsets.UTF_8),
                value,
                new RecordHeaders(),
                Optional.empty()));
    }

    /** Of the newest decision. */
    private State outcome() {
        return log.views(state).get(0).outcome().state();
    }

    @Test
    void aRedriveIsFollowedUntilTheEventIsApplied() {
        state.events = List.of(parked(1, false, failed("503")));
        assertThat(log.views(state)).isEmpty();

        command(Action.REDRIVE, 1, "ann");
        assertThat(outcome()).isEqualTo(State.WAITING);
        state.events = List.of(parked(1, true, failed("503")));
        assertThat(outcome()).isEqualTo(State.REDRIVING);
        state.events = List.of();
        state.inFlight.add(OFFSET);
        assertThat(outcome()).isEqualTo(State.REDRIVING);
        state.inFlight.clear();
        assertThat(outcome()).isEqualTo(State.APPLIED);

        DecisionView made = log.views(state).get(0);
        assertThat(made.taskId()).isEqualTo(TASK.toString());
        assertThat(made.made())
                .isEqualTo(new DecisionView.Made("redrive", "ann", "refunded", false, NOW.plusSeconds(1), "d-1"));
        assertThat(made.event()).isEqualTo(new DecisionView.DecidedEvent(3, OFFSET, 1));
        assertThat(made.parked()).isNotNull().satisfies(event -> {
            assertThat(event.error()).isEqualTo("503");
            assertThat(event.kind()).isEqualTo("Enqueued");
            assertThat(event.payload()).isNull();
        });
    }

    @Test
    void anEventThatFailsAgainIsParkedAgainWithItsNewError() {
        state.events = List.of(parked(1, false, failed("503")));
        command(Action.REDRIVE, 1, "ann");
        assertThat(outcome()).isEqualTo(State.WAITING);
        state.events = List.of(parked(2, false, failed("still 503")));

        assertThat(log.views(state).get(0).outcome())
                .isEqualTo(new DecisionView.Outcome(
                        State.PARKED_AGAIN, "The event failed again, and was parked: still 503"));
        state.events = List.of();
        assertThat(outcome()).as("what became of it is final").isEqualTo(State.PARKED_AGAIN);
    }

    @Test
    void onlyTheFirstDecisionAboutAnEventHasAnEffect() {
        state.events = List.of(parked(1, false, failed("503")));
        command(Action.REDRIVE, 1, "ann");
        command(Action.DISCARD, 1, "bob");
        command(Action.REDRIVE, 1, "cleo");
        assertThat(log.views(state))
                .extracting(made -> made.outcome().state())
                .containsExactly(State.NO_EFFECT, State.NO_EFFECT, State.WAITING);

        state.events = List.of();
        assertThat(log.views(state))
                .extracting(made -> made.outcome().state())
                .containsExactly(State.NO_EFFECT, State.NO_EFFECT, State.APPLIED);
        assertThat(log.views(state).get(0).outcome().text())
                .isEqualTo("Another decision about the same event was made before.");
    }

    @Test
    void aDiscardIsDoneOnceTheEventIsDiscardedByTheSameOperator() {
        state.events = List.of(parked(1, false, failed("503")));
        command(Action.DISCARD, 1, "bob");
        assertThat(outcome()).isEqualTo(State.WAITING);
        state.events = List.of(parked(1, false, discarded("bob")));
        assertThat(outcome()).isEqualTo(State.DISCARDED);
    }

    @Test
    void aDecisionAboutAnEventThatChangedBeforeItWasReadHasNoEffect() {
        state.events = List.of(parked(1, false, discarded("ann")));
        command(Action.DISCARD, 1, "bob");
        assertThat(outcome()).isEqualTo(State.NO_EFFECT);
        state.events = List.of(parked(2, false, failed("503")));
        command(Action.DISCARD, 1, "cleo");
        assertThat(outcome()).isEqualTo(State.NO_EFFECT);
    }

    @Test
    void aDecisionForASinkThatDoesNotRunStatesThatItMustBeStarted() {
        state.events = List.of(parked(1, false, failed("503")));
        state.running = false;
        command(Action.REDRIVE, 1, "ann");

        assertThat(log.views(state).get(0).outcome().text())
                .isEqualTo("The sink has no running instance. It carries the decision out when it is started.");
        state.running = true;
        assertThat(log.views(state).get(0).outcome().text()).isEqualTo("The sink has not read the decision yet.");
    }

    @Test
    void withoutTheStateOfTheSinkTheOutcomeIsUnknownUntilItIsRead() {
        state.events = null;
        command(Action.REDRIVE, 1, "ann");
        assertThat(outcome()).isEqualTo(State.UNKNOWN);
        state.events = List.of();
        assertThat(outcome()).isEqualTo(State.APPLIED);
        assertThat(log.views(state).get(0).parked())
                .as("never seen while it was parked")
                .isNull();
    }

    @Test
    void otherRecordsOfTheControlTopicAreSkipped() {
        write("{\"command\":\"replay\"}".getBytes(StandardCharsets.UTF_8));
        write("{\"command\":\"redrive\"}".getBytes(StandardCharsets.UTF_8));
        write("no JSON".getBytes(StandardCharsets.UTF_8));

        assertThat(log.views(state)).isEmpty();
    }

    @Test
    void theOldestAreForgottenBeyondTheBound() {
        String reason = "x".repeat(4_000);
        for (int round = 1; round <= 2_000; round++) {
            write(new ParkedCommand(Action.REDRIVE, TASK, OFFSET, round, "ann", reason, false).json());
        }

        List<DecisionView> kept = log.views(state);
        assertThat(kept).hasSizeBetween(900, 1_100);
        assertThat(kept.get(0).event().round()).isEqualTo(2_000);
        log.forget(3);
        assertThat(log.views(state)).isEmpty();
    }

    @Test
    void decisionsAreSelectedByTaskActionDecisionAndText() {
        command(Action.REDRIVE, 1, "ann");
        command(Action.DISCARD, 2, "bob");
        List<DecisionView> all = log.views(state);

        assertThat(selected(all, new DecisionQuery("billing", "orders", TASK.toString(), null, null, null)))
                .isEqualTo(2);
        assertThat(selected(all, new DecisionQuery("billing", "payments", null, null, null, null)))
                .isZero();
        assertThat(selected(all, new DecisionQuery("billing", null, null, null, "discard", null)))
                .isEqualTo(1);
        assertThat(selected(all, new DecisionQuery("billing", null, null, "ANN", null, null)))
                .isEqualTo(1);
        assertThat(selected(all, new DecisionQuery("billing", null, null, null, null, "d-2")))
                .isEqualTo(1);
        assertThat(selected(all, new DecisionQuery("billing", null, "orders/9/9", null, null, null)))
                .isZero();
    }

    private static long selected(List<DecisionView> decisions, DecisionQuery query) {
        return decisions.stream()
                .filter(decision -> DecisionLog.matches(decision, query))
                .count();
    }
}
