package io.taskqueue.benchmarks.calls;

import io.taskqueue.benchmarks.measure.CommandOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How many calls and rounds a comparison has, by the options that all comparisons of calls have, and the operands of its own ones.
 *
 * @param calls of a round
 * @param operands of the options that were given, besides those of all comparisons
 */
public record CallPlan(int calls, int rounds, Map<String, String> operands) {

    /** The form of an operand that is a number. */
    public static final String NUMBER = "[1-9][0-9]{0,7}";

    /**
     * A comparison's own part of its options.
     *
     * @param calls of a round, by default
     * @param shortCalls those of {@code --short}
     * @param forms its further options, and the regular expression that the operand of each must match
     * @param usage what ends the message of an error
     */
    public record Options(int calls, int shortCalls, Map<String, String> forms, String usage) {}

    public CallPlan {
        operands = Map.copyOf(operands);
    }

    /** @throws IllegalArgumentException if an option is unknown, or has no legal operand */
    public static CallPlan parse(String[] arguments, Options options) {
        int calls = options.calls;
        int rounds = 3;
        Map<String, String> operands = new HashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            String option = arguments[i];
            switch (option) {
                case "--calls" -> calls = number(arguments, ++i, options.usage);
                case "--rounds" -> rounds = number(arguments, ++i, options.usage);
                case "--short" -> {
                    calls = options.shortCalls;
                    rounds = 1;
                }
                default -> {
                    String form = options.forms.get(option);
                    if (form == null) {
                        throw CommandOptions.unknown(option, options.usage);
                    }
                    operands.put(option, CommandOptions.operand(arguments, ++i, form, options.usage));
                }
            }
        }
        return new CallPlan(calls, rounds, operands);
    }

    private static int number(String[] arguments, int index, String usage) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, NUMBER, usage));
    }

    /** The operand of a further option. */
    public String operand(String option, String byDefault) {
        return Objects.requireNonNull(operands.getOrDefault(option, byDefault));
    }
}
