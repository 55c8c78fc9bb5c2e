package io.taskqueue.console.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.javalin.http.Context;
import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.DecisionView.Outcome;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.SinkIndex;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Serves {@code /api/v1/decisions}: what operators decided about parked tasks, and what became of it. */
final class DecisionsEndpoint {

    private static final Set<String> ACTIONS = Set.of("redrive", "discard");

    private final SinkIndex sinks;

    DecisionsEndpoint(SinkIndex sinks) {
        this.sinks = sinks;
    }

    /** @param outcomes how many of all that match have which outcome; outcomes that none has are absent */
    private record DecisionList(@JsonUnwrapped Page<DecisionView> page, Map<Outcome.State, Integer> outcomes) {}

    void list(Context context) {
        QueryParameters parameters =
                QueryParameters.of(context, "sink", "queue", "task", "text", "action", "decision", "limit", "after");
        List<DecisionView> found = sinks.decisions(new DecisionQuery(
                parameters.required("sink"),
                parameters.optional("queue"),
                parameters.optional("task"),
                parameters.text("text"),
                parameters.choice("action", ACTIONS),
                parameters.optional("decision")));
        Map<Outcome.State, Integer> outcomes = new EnumMap<>(Outcome.State.class);
        found.forEach(decision -> outcomes.merge(decision.outcome().state(), 1, Integer::sum));
        Answers.data(
                context,
                sinks.progress(),
                new DecisionList(Page.of(found, parameters.offset(), parameters.limit()), outcomes));
    }
}
