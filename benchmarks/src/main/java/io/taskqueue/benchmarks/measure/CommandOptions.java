package io.taskqueue.benchmarks.measure;

/** Operands of command-line options, for commands too small for a parser. */
public final class CommandOptions {

    private CommandOptions() {}

    /**
     * The operand at an index, which follows its option.
     *
     * @param form the regular expression that it must match
     * @throws IllegalArgumentException if it is missing or has another form; the message ends with the usage
     */
    public static String operand(String[] arguments, int index, String form, String usage) {
        if (index == arguments.length || !arguments[index].matches(form)) {
            throw new IllegalArgumentException("Option " + arguments[index - 1]
                    + (index == arguments.length
                            ? " needs an operand, but is the last argument."
                            : " does not accept '" + arguments[index] + "'.")
                    + " Give it an operand as described here:\n" + usage);
        }
        return arguments[index];
    }

    /** An option that is not known; of {@code --help}, which every command has, the message is the usage alone. */
    public static IllegalArgumentException unknown(String option, String usage) {
        if (option.equals("--help")) {
            return new IllegalArgumentException(usage);
        }
        return new IllegalArgumentException("Option " + option + " is unknown. Use one of these:\n" + usage);
    }
}
