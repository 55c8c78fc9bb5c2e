package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.peers.PeerOptions;
import io.taskqueue.benchmarks.peers.PeerSections;

/** {@code benchmarks/run peers}: the whole path of a task, side by side with what users would use instead. */
public final class PeerComparison {

    private PeerComparison() {}

    public static void main(String[] arguments) throws Exception {
        try {
            PeerSections.run(PeerOptions.parse(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
        System.exit(0);
    }
}
