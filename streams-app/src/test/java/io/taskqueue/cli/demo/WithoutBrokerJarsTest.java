package io.taskqueue.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.ChildJvm;
import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.cli.shared.ExitCode;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In production the embedded broker is not on the class path. */
class WithoutBrokerJarsTest {

    @TempDir
    Path directory;

    @Test
    void otherCommandsRun() throws Exception {
        for (String command : List.of("dispatch", "sink", "replay", "status")) {
            try (ChildJvm child = run(command, "--help")) {
                assertThat(child.awaitEnd()).as(child.output()).isZero();
                assertThat(child.output()).contains("Example: taskqueue " + command);
            }
        }
    }

    @Test
    void brokerCommandReportsTheMissingJars() throws Exception {
        try (ChildJvm child = run("broker", "--dir", directory.resolve("broker").toString(), "--port", "0")) {
            assertThat(child.awaitEnd()).isEqualTo(ExitCode.FAILED);
            assertThat(child.output())
                    .contains("The embedded broker is not on the class path (io/taskqueue/embedded/EmbeddedKafka).")
                    .contains("Start this command with ./taskqueue");
        }
    }

    private ChildJvm run(String... arguments) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("embedded-kafka") && !entry.contains("kafka_2.13"))
                .collect(Collectors.joining(File.pathSeparator));
        return ChildJvm.start(directory.resolve("out.txt"), classPath, TaskQueueCommand.class, arguments);
    }
}
