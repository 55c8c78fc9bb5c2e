package io.taskqueue.event;

import static io.taskqueue.event.TaskEventRules.Part.ABSENT;
import static io.taskqueue.event.TaskEventRules.Part.OPTIONAL;
import static io.taskqueue.event.TaskEventRules.Part.REQUIRED;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Which parts an event of each kind has: the tables in {@link TaskEvent}, as code. */
final class TaskEventRules {

    enum Part {
        REQUIRED,
        OPTIONAL,
        ABSENT
    }

    private record Rule(Part token, Part leaseExpiration, Part availableAt, Part error, Set<EventFlag> flags) {}

    /** A rule for each kind except SourceStarted. */
    private static final Map<EventKind, Rule> RULES = rules();

    private static final Set<EventFlag> HANDED_OVER = EventFlag.set(EventFlag.FROM_DRAIN, EventFlag.HAND_OVER);

    private TaskEventRules() {}

    private static Map<EventKind, Rule> rules() {
        Map<EventKind, Rule> rules = new EnumMap<>(EventKind.class);
        for (EventKind kind : EnumSet.complementOf(EnumSet.of(EventKind.SOURCE_STARTED))) {
            rules.put(kind, ruleOf(kind));
        }
        return rules;
    }

    private static Rule ruleOf(EventKind kind) {
        Set<EventFlag> none = EventFlag.set();
        return switch (kind) {
            case ENQUEUED -> new Rule(ABSENT, ABSENT, OPTIONAL, ABSENT, none);
            case AVAILABLE -> new Rule(ABSENT, ABSENT, ABSENT, ABSENT, none);
            case LEASE_GRANTED, HEARTBEAT -> new Rule(REQUIRED, REQUIRED, ABSENT, ABSENT, none);
            case COMPLETED -> new Rule(REQUIRED, ABSENT, ABSENT, ABSENT, none);
            case FAILED -> new Rule(REQUIRED, ABSENT, OPTIONAL, REQUIRED, none);
            case LEASE_EXPIRED -> new Rule(
                    REQUIRED, REQUIRED, OPTIONAL, OPTIONAL, EventFlag.set(EventFlag.FROM_EXPIRATION));
            case REQUEUED -> new Rule(REQUIRED, ABSENT, ABSENT, OPTIONAL, none);
            case DEAD_LETTERED -> new Rule(REQUIRED, ABSENT, ABSENT, OPTIONAL, EventFlag.set(EventFlag.DEAD_LETTER));
            case DRAINED -> new Rule(OPTIONAL, ABSENT, OPTIONAL, OPTIONAL, EventFlag.set(EventFlag.FROM_DRAIN));
            case RESTORED, SNAPSHOT -> new Rule(OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, none);
            case SOURCE_STARTED -> throw new IllegalArgumentException("SourceStarted is not an event of a task.");
        };
    }

    static void check(TaskEvent<?> event) {
        if (event.number() < 1) {
            throw invalid(event, "its number is " + event.number() + ", but a queue numbers its events from 1");
        }
        Rule rule = ruleOf(event);
        check(event, "ownership token", rule.token, event.token().isPresent());
        check(
                event,
                "lease expiration",
                rule.leaseExpiration,
                event.leaseExpiration().isPresent());
        check(
                event,
                "time at which it is available",
                rule.availableAt,
                event.availableAt().isPresent());
        check(event, "error", rule.error, event.error().isPresent());
        if (event.kind().requiresPayload() && !event.task().hasPayload()) {
            throw invalid(event, "it has no payload");
        }
        checkFlags(event, rule);
        if (showsState(event)) {
            checkState(event);
        }
        checkPendingSince(event);
        event.token().ifPresent(token -> checkToken(event, token));
    }

    private static Rule ruleOf(TaskEvent<?> event) {
        Rule rule = RULES.get(event.kind());
        if (rule == null) {
            throw invalid(event, "it has no task, and is written by a source, not by a queue");
        }
        return rule;
    }

    private static void check(TaskEvent<?> event, String name, Part part, boolean present) {
        if (part == REQUIRED && !present) {
            throw invalid(event, "it has no " + name);
        }
        if (part == ABSENT && present) {
            throw invalid(event, "only other kinds have the " + name + " that it has");
        }
    }

    private static void checkFlags(TaskEvent<?> event, Rule rule) {
        if (event.kind() == EventKind.DRAINED && event.flags().equals(HANDED_OVER)) {
            return;
        }
        if (!event.flags().equals(rule.flags)) {
            throw invalid(event, "its flags are " + event.flags() + ", but must be " + rule.flags);
        }
    }

    private static boolean showsState(TaskEvent<?> event) {
        return switch (event.kind()) {
            case DRAINED, RESTORED, SNAPSHOT -> true;
            default -> false;
        };
    }

    private static void checkState(TaskEvent<?> event) {
        boolean leased = event.leaseExpiration().isPresent();
        boolean delayed = event.availableAt().isPresent();
        if (leased && delayed) {
            throw invalid(
                    event,
                    "its task is leased or waits for its next attempt, not both, but it has a lease expiration "
                            + "and a time at which it is available");
        }
        if (delayed && event.kind() == EventKind.DRAINED && !event.flags().contains(EventFlag.HAND_OVER)) {
            throw invalid(event, "its task was handed to a caller, but it has a time at which it is available");
        }
        boolean leasedBefore = leased || (delayed && event.task().attempt() > 1);
        if (leasedBefore && event.token().isEmpty()) {
            throw invalid(
                    event, "it has no ownership token, which a task has that is leased or waits for its next attempt");
        }
    }

    private static void checkPendingSince(TaskEvent<?> event) {
        if (event.pendingSince().isEmpty()) {
            return;
        }
        long since = event.pendingSince().getAsLong();
        if (event.kind() != EventKind.SNAPSHOT
                || event.leaseExpiration().isPresent()
                || event.availableAt().isPresent()) {
            throw invalid(event, "only the Snapshot of a pending task has the event since which the task is pending");
        }
        if (since < 1 || since >= event.number()) {
            throw invalid(event, "its task is pending since event " + since + ", which is not an earlier one");
        }
    }

    private static void checkToken(TaskEvent<?> event, OwnershipToken token) {
        Task<?> task = event.task();
        if (token.sequenceId() != task.id().sequenceId()) {
            throw invalid(event, "its ownership token is for task " + token.sequenceId());
        }
        boolean previous = token.attempt() == task.attempt() - 1;
        boolean fits =
                switch (event.kind()) {
                    case REQUEUED -> previous;
                    case DRAINED, RESTORED, SNAPSHOT -> {
                        if (event.leaseExpiration().isPresent()) {
                            yield token.attempt() == task.attempt();
                        }
                        yield event.availableAt().isPresent() ? previous : token.attempt() < task.attempt();
                    }
                    default -> token.attempt() == task.attempt();
                };
        if (!fits) {
            throw invalid(event, "its ownership token is for attempt " + token.attempt());
        }
    }

    private static IllegalArgumentException invalid(TaskEvent<?> event, String reason) {
        return new IllegalArgumentException("This event is not valid: " + event + ": " + reason + ".");
    }
}
