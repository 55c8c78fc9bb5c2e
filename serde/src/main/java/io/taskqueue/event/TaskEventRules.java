package io.taskqueue.event;

import static io.taskqueue.event.TaskEventRules.Part.ABSENT;
import static io.taskqueue.event.TaskEventRules.Part.MAYBE;
import static io.taskqueue.event.TaskEventRules.Part.REQUIRED;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Which parts an event of each kind has: the table in {@link TaskEvent}, as code. */
final class TaskEventRules {

    enum Part {
        REQUIRED,
        MAYBE,
        ABSENT
    }

    private record Rule(Part token, Part leaseExpiration, Part error, Set<EventFlag> flags) {}

    /** One rule a kind, none for SourceStarted. */
    private static final Map<EventKind, Rule> RULES = rules();

    private TaskEventRules() {}

    private static Map<EventKind, Rule> rules() {
        Map<EventKind, Rule> rules = new EnumMap<>(EventKind.class);
        for (EventKind kind : EnumSet.complementOf(EnumSet.of(EventKind.SOURCE_STARTED))) {
            rules.put(kind, ruleOf(kind));
        }
        return rules;
    }

    private static Rule ruleOf(EventKind kind) {
        Set<EventFlag> none = Collections.unmodifiableSet(EnumSet.noneOf(EventFlag.class));
        return switch (kind) {
            case ENQUEUED -> new Rule(ABSENT, ABSENT, ABSENT, none);
            case LEASE_GRANTED, HEARTBEAT -> new Rule(REQUIRED, REQUIRED, ABSENT, none);
            case COMPLETED -> new Rule(REQUIRED, ABSENT, ABSENT, none);
            case FAILED -> new Rule(REQUIRED, ABSENT, REQUIRED, none);
            case LEASE_EXPIRED -> new Rule(REQUIRED, REQUIRED, ABSENT, only(EventFlag.FROM_EXPIRATION));
            case REQUEUED -> new Rule(REQUIRED, ABSENT, MAYBE, none);
            case DEAD_LETTERED -> new Rule(REQUIRED, ABSENT, MAYBE, only(EventFlag.DEAD_LETTER));
            case DRAINED -> new Rule(MAYBE, ABSENT, MAYBE, only(EventFlag.FROM_DRAIN));
            case RESTORED -> new Rule(MAYBE, ABSENT, MAYBE, none);
            case SOURCE_STARTED -> throw new IllegalArgumentException("SourceStarted is no event of a task.");
        };
    }

    private static Set<EventFlag> only(EventFlag flag) {
        return Collections.unmodifiableSet(EnumSet.of(flag));
    }

    static void check(TaskEvent<?> event) {
        if (event.number() < 1) {
            throw refuse(event, "its number is " + event.number() + "; a queue counts its events from 1");
        }
        Rule rule = ruleOf(event);
        check(event, "ownership token", rule.token, event.token().isPresent());
        check(
                event,
                "lease expiration",
                rule.leaseExpiration,
                event.leaseExpiration().isPresent());
        check(event, "error", rule.error, event.error().isPresent());
        if (!event.flags().equals(rule.flags)) {
            throw refuse(event, "its flags are " + event.flags() + " where " + rule.flags + " are due");
        }
        event.token().ifPresent(token -> checkToken(event, token));
    }

    private static Rule ruleOf(TaskEvent<?> event) {
        Rule rule = RULES.get(event.kind());
        if (rule == null) {
            throw refuse(event, "it carries no task; a source writes it, not a queue");
        }
        return rule;
    }

    private static void check(TaskEvent<?> event, String name, Part part, boolean present) {
        if (part == REQUIRED && !present) {
            throw refuse(event, "it has no " + name);
        }
        if (part == ABSENT && present) {
            throw refuse(event, "it has the " + name + " that only other kinds carry");
        }
    }

    private static void checkToken(TaskEvent<?> event, OwnershipToken token) {
        Task<?> task = event.task();
        if (token.sequenceId() != task.id().sequenceId()) {
            throw refuse(event, "its ownership token is of task " + token.sequenceId());
        }
        boolean fits =
                switch (event.kind()) {
                    case REQUEUED -> token.attempt() == task.attempt() - 1;
                    case DRAINED, RESTORED -> token.attempt() < task.attempt();
                    default -> token.attempt() == task.attempt();
                };
        if (!fits) {
            throw refuse(event, "its ownership token is of attempt " + token.attempt());
        }
    }

    private static IllegalArgumentException refuse(TaskEvent<?> event, String reason) {
        return new IllegalArgumentException("No queue makes this event: " + event + ": " + reason + ".");
    }
}
