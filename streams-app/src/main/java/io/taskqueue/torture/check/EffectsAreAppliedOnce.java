package io.taskqueue.torture.check;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.AmbiguityPolicy;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.ObservedEntry.ParkedRedriven;
import io.taskqueue.torture.history.ObservedEntry.ResultSeen;
import io.taskqueue.torture.history.ObservedEntry.ResultState;
import io.taskqueue.torture.history.TargetEntry.Answered;
import io.taskqueue.torture.history.TargetEntry.EffectApplied;
import io.taskqueue.torture.history.TargetEntry.Probed;
import io.taskqueue.torture.report.Counted;
import io.taskqueue.torture.report.Invariant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Invariant 4. Reads the target's ledger, the recorded results, and the redrives that were ordered. Each key must have been applied once. Of a
 * further application, the policy that the effect declares must allow it:
 *
 * <pre>
 *   RERUN         the application before was not answered, or was near a fault, which may have cost its result
 *   PROBE         the target had answered, before the application before, that nothing was done: that one was still on its way
 *   PARK          a redrive of the task was ordered since the application before
 *   ASSUME_DONE   never
 * </pre>
 *
 * <p>Of an effect whose result is recorded as done, the target must have seen an application, unless it is assumed to be done. An action that the
 * target had not seen when it was killed is not counted: its process has not written it.
 */
final class EffectsAreAppliedOnce implements InvariantCheck {

    private static final Invariant INVARIANT = Invariant.EFFECTS;

    /** An application, in the file of one target. */
    private record Application(String target, EffectApplied applied) {

        private Moment at() {
            return applied.at();
        }

        private String call() {
            return target + "/" + applied.call();
        }
    }

    /** A key that was applied more than once, and what may explain it. */
    private static final class Repeated {
        private final List<Application> applications = new ArrayList<>();
        private final List<Moment> probedNotDone = new ArrayList<>();
        private final List<Moment> redriven = new ArrayList<>();
        private final Set<String> answered = new HashSet<>();
    }

    @Override
    public void check(QueueCheck queue) {
        Map<String, PositionTable> times = new HashMap<>();
        Map<String, AmbiguityPolicy> policies = new HashMap<>();
        Map<EffectKey, Repeated> repeated = new HashMap<>();
        queue.history().targets((process, entry) -> {
            if (entry instanceof EffectApplied applied) {
                EffectKey key = applied.key();
                policies.put(effect(key), applied.policy());
                long before = times.computeIfAbsent(stream(key), stream -> new PositionTable())
                        .increment(key.position());
                if (before == 1) {
                    queue.findings().checked(INVARIANT, 1);
                    queue.findings().count(Counted.KEYS, 1);
                } else {
                    repeated.computeIfAbsent(key, effect -> new Repeated());
                }
            }
        });
        collect(queue, repeated);
        repeated.forEach((key, found) -> check(queue, key, found));
        checkResults(queue, times, policies);
    }

    private static void collect(QueueCheck queue, Map<EffectKey, Repeated> repeated) {
        if (repeated.isEmpty()) {
            return;
        }
        queue.history().targets((process, entry) -> {
            if (entry instanceof EffectApplied applied && repeated.containsKey(applied.key())) {
                repeated.get(applied.key()).applications.add(new Application(process, applied));
            } else if (entry instanceof Probed probed && !probed.done() && repeated.containsKey(probed.key())) {
                repeated.get(probed.key()).probedNotDone.add(probed.at());
            }
        });
        collectAnswers(queue, repeated);
        collectRedrives(queue, repeated);
    }

    /** Which of the calls were answered, as far as their target knows. */
    private static void collectAnswers(QueueCheck queue, Map<EffectKey, Repeated> repeated) {
        Map<String, Repeated> calls = new HashMap<>();
        repeated.values()
                .forEach(found -> found.applications.forEach(application -> calls.put(application.call(), found)));
        queue.history().targets((process, entry) -> {
            if (entry instanceof Answered answered && answered.delivered()) {
                String call = process + "/" + answered.call();
                Repeated found = calls.get(call);
                if (found != null) {
                    found.answered.add(call);
                }
            }
        });
    }

    private static void collectRedrives(QueueCheck queue, Map<EffectKey, Repeated> repeated) {
        Map<TaskId, List<ParkedRedriven>> orders = new HashMap<>();
        queue.orders(ParkedRedriven.class)
                .forEach(order -> orders.computeIfAbsent(order.task(), task -> new ArrayList<>())
                        .add(order));
        if (orders.isEmpty()) {
            return;
        }
        Map<Position, List<EffectKey>> keys = new HashMap<>();
        repeated.keySet().forEach(key -> keys.computeIfAbsent(key.position(), position -> new ArrayList<>())
                .add(key));
        queue.events().forEachEvent(event -> {
            List<ParkedRedriven> ofTask = event.task() == null
                    ? List.of()
                    : orders.getOrDefault(event.task().id(), List.of());
            for (EffectKey key :
                    ofTask.isEmpty() ? List.<EffectKey>of() : keys.getOrDefault(event.position(), List.of())) {
                Repeated found = repeated.get(key);
                if (found != null) {
                    ofTask.stream()
                            .filter(order -> order.sink().equals(key.sink()))
                            .forEach(order -> found.redriven.add(order.at()));
                }
            }
        });
    }

    private static void check(QueueCheck queue, EffectKey key, Repeated found) {
        found.applications.sort(Comparator.comparing(Application::at));
        for (int later = 1; later < found.applications.size(); later++) {
            Application before = found.applications.get(later - 1);
            Application again = found.applications.get(later);
            AmbiguityPolicy policy = again.applied.policy();
            queue.findings().checked(INVARIANT, 1);
            if (allowed(queue, before, again, found)) {
                queue.findings().extra(policy);
            } else {
                queue.violation(
                        INVARIANT,
                        key,
                        "effect " + key + " was applied again "
                                + again.at().since(before.at()).toMillis() + " ms after it had been applied, "
                                + reason(policy));
            }
        }
    }

    private static boolean allowed(QueueCheck queue, Application before, Application again, Repeated found) {
        return switch (again.applied.policy()) {
            case RERUN -> !found.answered.contains(before.call())
                    || queue.run()
                            .sinksWereDisturbed(
                                    before.at(), queue.run().settings().ambiguityWindow());
            case PROBE -> found.probedNotDone.stream().anyMatch(answer -> !answer.isAfter(before.at()));
            case PARK -> found.redriven.stream()
                    .anyMatch(order -> order.isAfter(before.at()) && order.isBefore(again.at()));
            case ASSUME_DONE -> false;
        };
    }

    private static String reason(AmbiguityPolicy policy) {
        return switch (policy) {
            case RERUN -> "and no fault explains that its result was lost";
            case PROBE -> "although its policy is PROBE, and the target had not answered before that nothing was done";
            case PARK -> "although its policy is PARK, and nobody had ordered a redrive";
            case ASSUME_DONE -> "although its policy is ASSUME_DONE";
        };
    }

    private static void checkResults(
            QueueCheck queue, Map<String, PositionTable> times, Map<String, AmbiguityPolicy> policies) {
        Set<EffectKey> reported = new HashSet<>();
        queue.history().observed(entry -> {
            if (!(entry instanceof ResultSeen seen) || seen.state() != ResultState.DONE) {
                return;
            }
            EffectKey key = seen.key();
            PositionTable applied = times.get(stream(key));
            boolean done = applied != null && applied.get(key.position()) > 0;
            queue.findings().checked(INVARIANT, 1);
            if (!done && policies.get(effect(key)) != AmbiguityPolicy.ASSUME_DONE && reported.add(key)) {
                queue.violation(
                        INVARIANT, key, "effect " + key + " is recorded as done, but the target has not applied it");
            }
        });
    }

    private static String stream(EffectKey key) {
        return key.generation() + "/" + effect(key);
    }

    private static String effect(EffectKey key) {
        return key.sink() + "/" + key.effect();
    }
}
