package io.taskqueue.console.model;

import java.util.List;

/**
 * What all sinks hold of a task, at one moment.
 *
 * @param effects what they have recorded of its effects
 * @param parked the sinks at which it has parked events, each with the first of them
 * @param decisions what operators decided about its parked events, the newest first
 * @param unknown the sinks of which one of these is unknown, because the console may not read it, or has not read it yet
 */
public record TaskAtSinks(
        List<TaskEffect> effects, List<ParkedView> parked, List<DecisionView> decisions, List<String> unknown) {

    public TaskAtSinks {
        effects = List.copyOf(effects);
        parked = List.copyOf(parked);
        decisions = List.copyOf(decisions);
        unknown = List.copyOf(unknown);
    }
}
