package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs sinks in child processes, to be killed. The main class of a child is called with the sink's name, the bootstrap servers,
 * the topic and the state directory, followed by arguments of its own.
 */
final class ChildProcess {

    private ChildProcess() {}

    /**
     * Prepares a child on the cluster's topic. What it writes to its error output appears in that of the tests.
     *
     * @param more the child's own arguments
     */
    static ProcessBuilder of(
            Class<?> child, SinkTestCluster cluster, String sink, Path stateDirectory, String... more) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                child.getName(),
                sink,
                SinkTestCluster.bootstrap(),
                cluster.topic,
                stateDirectory.toString()));
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /** In the child: the sink that its arguments name. */
    static SinkService.Builder<String> sink(String[] args, ReplicationSink<String> sink) {
        return SinkService.builder(args[0], sink, PayloadCodec.utf8())
                .fingerprint("test") // as in SinkTestCluster
                .kafka(Map.of("bootstrap.servers", args[1]))
                .topic(args[2])
                .stateDirectory(Path.of(args[3]));
    }

    /** Kills a child as kill -9 does, and returns when it has ended. */
    static void kill(Process child) throws InterruptedException {
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
