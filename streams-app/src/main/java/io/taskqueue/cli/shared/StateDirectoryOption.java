package io.taskqueue.cli.shared;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where an instance of a sink keeps its local state. */
public final class StateDirectoryOption {

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description =
                    "The directory of the local state; if it is lost, the state is restored from Kafka. Each instance on "
                            + "one machine needs its own. Default: ~/.taskqueue/<bootstrap server>.")
    private @Nullable Path directory;

    /** The directory that was given, or that of the cluster below the user's home. */
    public Path of(KafkaOptions kafka) {
        return directory == null ? kafka.defaultStateDirectory() : directory;
    }
}
