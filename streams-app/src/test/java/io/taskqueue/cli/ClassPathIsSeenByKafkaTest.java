package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.cli.shared.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes of {@code --class-path} that client properties name are used by the Kafka clients of every command. */
class ClassPathIsSeenByKafkaTest {

    /** What a cloud's IAM does: the credentials come from a class, not from the properties. */
    private static final String HANDLER =
            """
            package added;

            import java.util.*;
            import javax.security.auth.callback.*;
            import javax.security.auth.login.AppConfigurationEntry;

            public class Handler implements org.apache.kafka.common.security.auth.AuthenticateCallbackHandler {
                public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {}

                public void handle(Callback[] callbacks) {
                    for (Callback callback : callbacks) {
                        if (callback instanceof NameCallback name) {
                            name.setName("admin");
                        } else if (callback instanceof PasswordCallback password) {
                            password.setPassword("admin".toCharArray());
                        }
                    }
                }

                public void close() {}
            }
            """;

    private static final String REPORTER =
            """
            package added;

            public class Reporter extends org.apache.kafka.common.metrics.JmxReporter {
                public Reporter() {
                    System.setProperty("added.reporters", String.valueOf(Integer.getInteger("added.reporters", 0) + 1));
                }
            }
            """;

    @TempDir
    static Path directory;

    static SecuredKafka kafka;
    static Path jar;

    @BeforeAll
    static void start() throws Exception {
        kafka = SecuredKafka.start(directory);
        jar = AddedJar.build(directory, Map.of("Handler", HANDLER, "Reporter", REPORTER), Map.of());
    }

    @AfterAll
    static void stop() {
        System.clearProperty("added.reporters");
        kafka.close();
    }

    @Test
    void everyCommandUsesTheClasses() throws Exception {
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "1\n2\n3\n");
        for (String command : List.of(
                "dispatch --queue orders --work-time 1ms --tasks " + tasks,
                "sink --name printer --sink log --until-idle 200ms --state-dir " + directory.resolve("state"),
                "status",
                "results --name printer",
                "dead list --queue orders",
                "dead show --queue orders",
                "dead retry --queue orders --all",
                "parked list --name printer",
                "parked redrive --name printer --all",
                "parked show --name printer",
                "parked discard --name printer --all --reason test",
                "replay --name printer --to-earliest")) {
            System.clearProperty("added.reporters");

            CommandRun run = run(command, "--class-path", jar.toString());

            assertThat(run.exitCode()).as(command + ": " + run.err()).isZero();
            assertThat(Integer.getInteger("added.reporters", 0)).as(command).isPositive();
        }
    }

    @Test
    void allJarsOfADirectoryAreOnTheClassPath() throws Exception {
        assertThat(run("status", "--class-path", directory + "/*").err()).doesNotContain("could not be found");
    }

    @Test
    void classThatIsNotOnTheClassPathIsReported() throws Exception {
        CommandRun run = run("status");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .isEqualTo(
                        "taskqueue: A property of Kafka's client is invalid: Invalid value added.Handler for configuration "
                                + "sasl.client.callback.handler.class: Class added.Handler could not be found. Check the name, and add "
                                + "its jar to the class path (--class-path of the commands).\n");
    }

    @Test
    void contextClassLoaderIsRestored() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        CommandRun unused = run("status", "--class-path", jar.toString());

        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    private static CommandRun run(String command, String... more) throws Exception {
        Path config = Files.write(
                directory.resolve("client.properties"),
                List.of(
                        "security.protocol=SASL_PLAINTEXT",
                        "sasl.mechanism=PLAIN",
                        "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required;",
                        "sasl.client.callback.handler.class=added.Handler",
                        "metric.reporters=added.Reporter"));
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("--bootstrap-server", kafka.server("SASL"), "--command-config", config.toString()));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }
}
