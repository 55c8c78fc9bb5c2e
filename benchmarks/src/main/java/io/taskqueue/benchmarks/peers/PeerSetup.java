package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.peers.contender.Contender;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the sections share.
 *
 * @param directory for files of a run
 */
record PeerSetup(
        PeerOptions options,
        String bootstrapServers,
        List<Contender> contenders,
        Path directory,
        ResultTables tables,
        PeerRatios ratios,
        AtomicInteger places) {

    /** The name of a place that no session has had. */
    String newPlace() {
        return "place_" + places.incrementAndGet();
    }
}
