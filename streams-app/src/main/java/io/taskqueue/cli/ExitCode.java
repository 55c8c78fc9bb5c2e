package io.taskqueue.cli;

/** The exit codes of every command, as its help lists them. */
final class ExitCode {

    static final int OK = 0;
    /** The job ran and something in it is wrong: numbers that do not add up, a sink that failed. */
    static final int FAILED = 1;
    /** The command line is wrong. */
    static final int USAGE = 2;
    /** Kafka, or the database of a sink, cannot be reached. */
    static final int UNREACHABLE = 3;
    /** Refused, nothing changed: the group is alive, a topic is missing. */
    static final int REFUSED = 4;

    static final String[] HELP = {
        "0:done",
        "1:the job failed, or its numbers do not add up",
        "2:the command line is wrong",
        "3:Kafka, or the database of a sink, cannot be reached",
        "4:refused, and nothing changed"
    };

    private ExitCode() {}
}
