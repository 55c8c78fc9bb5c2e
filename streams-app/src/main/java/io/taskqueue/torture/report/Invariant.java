package io.taskqueue.torture.report;

/** What must hold in every run. */
public enum Invariant {
    CONFIRMED_TASKS(1, "Every confirmed enqueue is live or in exactly one final state"),
    SEQUENCES(2, "At every sink, sequences have no hole per queue and epoch, and nothing is seen that was not emitted"),
    TASK_LIVES(3, "Each task's events form a legal life"),
    EFFECTS(4, "Each effect key is applied once, and more often only where its declared policy allows it"),
    RESULTS(5, "A recorded result never changes"),
    ONE_OWNER(6, "What a fenced epoch wrote behind the fence is never applied, and at most one owner continues"),
    CHECKPOINTS(7, "Checkpoints never go back without a recorded reset, and are never ahead of what was applied"),
    AGREEMENT(8, "All sinks and the source agree on a queue's state when it is quiet"),
    REPLAY(9, "A complete replay makes no outside call"),
    BOUNDS(10, "Memory, buffers and state stay bounded, and everything drains once the faults have ended");

    private final int number;
    private final String statement;

    Invariant(int number, String statement) {
        this.number = number;
        this.statement = statement;
    }

    public int number() {
        return number;
    }

    /** The invariant as a sentence without its full stop. */
    public String statement() {
        return statement;
    }

    @Override
    public String toString() {
        return number + " " + statement;
    }
}
