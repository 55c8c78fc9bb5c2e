package io.taskqueue.cli.shared;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaRequests;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command connects to Kafka: the same options as those of Kafka's own tools. */
public final class KafkaOptions {

    /** How long one request to Kafka may take. */
    public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

    /** Waits for the answers to requests, each at most for {@link #REQUEST_TIMEOUT}. */
    public static final KafkaRequests REQUESTS = new KafkaRequests(REQUEST_TIMEOUT);

    /** Short, because a cluster that does not exist does not answer either. */
    private static final Duration REACHABLE_TIMEOUT = Duration.ofSeconds(15);

    @Option(
            names = "--bootstrap-server",
            required = true,
            paramLabel = "HOST:PORT",
            description = "The Kafka cluster; separate several addresses by commas.")
    private String bootstrapServer = "";

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description =
                    "A file of client properties, as for Kafka's own tools: SASL, TLS. A property with the prefix producer., "
                            + "consumer., admin. or streams. applies to that client only.")
    private @Nullable Path commandConfig;

    @Option(
            names = ClassPath.OPTION,
            paramLabel = "JARS",
            defaultValue = "${env:TASKQUEUE_CLASS_PATH}",
            converter = ClassPath.Entries.class,
            description =
                    "The class path of classes that you add: sinks, JDBC drivers, and what --command-config names, for example "
                            + "a callback handler of a cloud's IAM. Jars and directories, separated as for java -cp; DIR/* is "
                            + "all jars of a directory. Default: the environment variable TASKQUEUE_CLASS_PATH.")
    private @Nullable ClassPath classPath;

    /** All properties, with their prefixes. */
    public Map<String, Object> properties() {
        Map<String, Object> all = new LinkedHashMap<>();
        if (commandConfig != null) {
            Properties file = new Properties();
            try (Reader reader = Files.newBufferedReader(commandConfig, StandardCharsets.UTF_8)) {
                file.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailedException(
                        ExitCode.USAGE,
                        "The file " + commandConfig + " of --command-config cannot be read: " + e.getMessage()
                                + ". Pass a Java properties file.",
                        e);
            }
            file.stringPropertyNames().forEach(name -> all.put(name, file.getProperty(name)));
        }
        all.put("bootstrap.servers", bootstrapServer);
        return all;
    }

    public String bootstrapServer() {
        return bootstrapServer;
    }

    /** A new Admin client, with the properties without a prefix and those with {@code admin.}. */
    public Admin admin() {
        return Admin.create(new ClientProperties(properties()).of(Client.ADMIN));
    }

    /**
     * Waits for an answer of the cluster, so that a wrong address is one error and not a minute of warnings.
     *
     * @throws CommandFailedException if it does not answer
     */
    public void requireReachable() {
        Admin admin = admin();
        try {
            new KafkaRequests(REACHABLE_TIMEOUT).await(admin.describeCluster().clusterId(), "identify the cluster");
        } catch (KafkaException e) {
            String found = e instanceof TimeoutException
                    ? " did not answer within " + REACHABLE_TIMEOUT.toSeconds() + " s"
                    : " cannot be used: "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE,
                    "Kafka at " + bootstrapServer + found
                            + ". Check the address, and that --command-config has the properties that the cluster's "
                            + "security requires.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(
                    ExitCode.FAILED, "Interrupted while waiting for Kafka at " + bootstrapServer + ".", e);
        } finally {
            // without a timeout, close would wait for the request that is not answered
            admin.close(Duration.ZERO);
        }
    }
}
