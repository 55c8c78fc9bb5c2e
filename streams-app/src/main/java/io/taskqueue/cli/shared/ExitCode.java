package io.taskqueue.cli.shared;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The exit codes of all commands, and the text about them in the help. */
public final class ExitCode {

    /** The command completed. */
    public static final int OK = 0;

    /** The command ran and failed: counts that do not match, a sink that stopped with an error. */
    public static final int FAILED = 1;

    /** The command line is invalid. */
    public static final int USAGE = 2;

    /** Kafka, or the database of a sink, cannot be reached, or does not accept or permit the user. */
    public static final int UNREACHABLE = 3;

    /** Refused, nothing was changed: for example, the sink is running, or a topic does not exist. */
    public static final int REFUSED = 4;

    /** The command ran, and reports what an operator has to look at, but no failure. */
    public static final int ATTENTION = 5;

    /** The reader of standard output has closed it, as if the process had ended by SIGPIPE. */
    public static final int BROKEN_PIPE = 141;

    private ExitCode() {}

    /**
     * The lines of the help about exit codes.
     *
     * @param own those that a command lists itself; without any, the usual ones
     */
    public static Map<String, String> help(Map<String, String> own) {
        Map<String, String> codes = new LinkedHashMap<>(own.isEmpty() ? usual() : own);
        // of the JVM: it ends with these, whatever the command returns
        codes.put("130, 143", "ended by Ctrl-C or SIGTERM, after it has stopped in order");
        return Collections.unmodifiableMap(codes);
    }

    private static Map<String, String> usual() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", "the command failed, or its counts do not match");
        codes.put("2", "the command line is invalid");
        codes.put("3", "Kafka, or the database of a sink, cannot be reached, or does not accept or permit the user");
        codes.put("4", "refused, and nothing was changed");
        return codes;
    }
}
