package io.taskqueue.torture.workload;

/** Where in its work a process is killed, as by kill -9: it halts before the next instruction, and no shutdown hook runs. */
public enum HaltPoint {
    /** A dispatcher has claimed its queue, and has not written SourceStarted. */
    CLAIMED,
    /** A dispatcher that recovers its queue is about to write a Restored event. */
    RECOVERING,
    /** A dispatcher is about to write the end of a task. */
    COMPLETING,
    /** A dispatcher has got the acknowledgement of an event, and has confirmed it to nobody. */
    ACKNOWLEDGED,
    /** A dispatcher that hands its queue over is about to write a Drained event. */
    HANDING_OVER,
    /** The action of an effect has ended, and its result is not recorded. */
    ACTION_ENDED;

    /** The exit code of a process that SIGKILL has ended, as a shell reports it. */
    public static final int EXIT_CODE = 137;

    static void kill() {
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
