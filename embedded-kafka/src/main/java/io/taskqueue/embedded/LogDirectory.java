package io.taskqueue.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.metadata.storage.Formatter;

/** The directory of a node's log, formatted as {@code kafka-storage format} does. */
final class LogDirectory {

    private static final String CLUSTER_ID = "taskqueue-embedded-kaf";

    private LogDirectory() {}

    /** Formats the directory if it is new, for the node and the listeners in the settings. */
    static void format(Path directory, Properties settings) throws IOException {
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(Integer.parseInt(settings.getProperty("node.id")))
                    .setClusterId(CLUSTER_ID)
                    .setDirectories(List.of(settings.getProperty("log.dirs")))
                    .setMetadataLogDirectory(settings.getProperty("log.dirs"))
                    .setControllerListenerName("CONTROLLER")
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception e) {
            throw new IOException(
                    "The directory " + directory + " cannot be used for the broker's log: " + e.getMessage()
                            + ". Use an empty directory, or one that this broker has used before.",
                    e);
        }
    }
}
