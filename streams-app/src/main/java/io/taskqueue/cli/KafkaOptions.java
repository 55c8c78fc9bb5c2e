package io.taskqueue.cli;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command reaches Kafka: the options that Kafka's own tools have. */
final class KafkaOptions {

    private static final int ANSWER_SECONDS = 15;

    @Option(
            names = "--bootstrap-server",
            required = true,
            paramLabel = "HOST:PORT",
            description = "The Kafka cluster; several separated by commas.")
    private String bootstrapServer = "";

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description =
                    "Client properties, as for Kafka's own tools: SASL, TLS. Prefixed with producer., consumer., admin. "
                            + "or streams. they reach that client alone.")
    private @Nullable Path commandConfig;

    /** All properties, prefixed ones as they are. */
    Map<String, Object> properties() {
        Map<String, Object> all = new LinkedHashMap<>();
        if (commandConfig != null) {
            Properties file = new Properties();
            try (Reader reader = Files.newBufferedReader(commandConfig, StandardCharsets.UTF_8)) {
                file.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailure(
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

    /** The properties of an Admin client: the plain ones, and those prefixed with {@code admin.} without it. */
    static Map<String, Object> adminProperties(Map<String, Object> all) {
        return new ClientProperties(all).of(Client.ADMIN);
    }

    /** The properties of a consumer: the plain ones, and those prefixed with {@code consumer.} without it. */
    static Map<String, Object> consumerProperties(Map<String, Object> all) {
        return new ClientProperties(all).of(Client.CONSUMER);
    }

    /** Returns when the cluster has answered, so that a wrong address is one clear error and not a minute of warnings. */
    void requireReachable() {
        Admin admin = Admin.create(adminProperties(properties()));
        try {
            admin.describeCluster().clusterId().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "Kafka at " + bootstrapServer + " did not answer within " + ANSWER_SECONDS + " s (" + reason
                            + "). Check the address, and that --command-config carries what the cluster's security asks for.",
                    cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(
                    ExitCode.FAILED, "Interrupted while waiting for Kafka at " + bootstrapServer + ".", e);
        } finally {
            // a plain close would wait for the call that is not answered
            admin.close(Duration.ZERO);
        }
    }
}
