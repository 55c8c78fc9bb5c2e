package io.taskqueue.streams;

import io.taskqueue.event.TaskError;
import io.taskqueue.sink.AmbiguousEffectException;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.ParkedState.EffectState;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is kept of why an event was given up, by the sink or by a person. */
final class GivenUp {

    /** Effects of which something is said; an event with more has them in the results all the same. */
    private static final int MAX_EFFECTS = 32;

    private static final int MAX_NAME = 256;

    private GivenUp() {}

    static ParkedState.Failed state(Handed.GaveUp gaveUp, RecordedResults recorded) {
        int generation = gaveUp.live().pass.generation();
        Map<String, EffectState> effects = new TreeMap<>();
        recorded.intents().forEach(key -> put(effects, key, generation, EffectState.BEGUN));
        recorded.results()
                .forEach((key, result) -> put(
                        effects,
                        key,
                        generation,
                        result instanceof EffectResult.Done ? EffectState.DONE : EffectState.FAILED));
        // whatever their length and number: the redrive needs them
        recorded.undecided().stream()
                .filter(key -> key.generation() == generation)
                .forEach(key -> effects.put(key.effect(), EffectState.UNDECIDED));
        if (gaveUp.cause() instanceof AmbiguousEffectException ambiguous) {
            effects.put(ambiguous.effectKey().effect(), EffectState.UNDECIDED);
        }
        return new ParkedState.Failed(gaveUp.tries(), TaskError.of(gaveUp.cause()), effects);
    }

    static ParkedState.Discarded discarded(ParkedState before, ParkedCommand command, Instant now) {
        Optional<ParkedState.Failed> failure =
                before instanceof ParkedState.Failed failed ? Optional.of(failed) : Optional.empty();
        return new ParkedState.Discarded(command.by(), command.reason(), now, failure);
    }

    private static void put(Map<String, EffectState> effects, EffectKey key, int generation, EffectState state) {
        if (key.generation() == generation
                && effects.size() < MAX_EFFECTS
                && key.effect().length() <= MAX_NAME) {
            effects.put(key.effect(), state);
        }
    }
}
