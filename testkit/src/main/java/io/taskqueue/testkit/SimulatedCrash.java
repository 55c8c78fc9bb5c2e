package io.taskqueue.testkit;

/** Ends what runs in a process that a test has crash. Everything that is asked of its stores afterwards throws it again. */
final class SimulatedCrash extends Error {

    private static final long serialVersionUID = 1L;

    SimulatedCrash(Crash where) {
        super("The test has the process die here, " + where
                + ". A sink that catches this error does what a process that"
                + " died could not do: catch exceptions only.");
    }
}
