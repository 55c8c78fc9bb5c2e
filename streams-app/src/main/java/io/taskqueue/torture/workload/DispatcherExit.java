package io.taskqueue.torture.workload;

/** The exit codes of a dispatcher's process. */
public final class DispatcherExit {

    /** It was asked to end, or has handed its queue over. */
    public static final int DONE = 0;

    /** Another dispatcher owns its queue. */
    public static final int FENCED = 20;

    /** It could not start: Kafka did not answer, or its claim was overtaken. */
    public static final int NOT_STARTED = 21;

    /** Its source stopped itself for another reason than a new owner. */
    public static final int FAILED = 22;

    private DispatcherExit() {}
}
