package io.taskqueue.cli.shared;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.ConfigVariables;
import io.taskqueue.kafka.KafkaRequests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command connects to Kafka: the same options as those of Kafka's own tools. */
public final class KafkaOptions {

    /** How long one request to Kafka may take. */
    public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

    /** Waits for the answers to requests, each at most for {@link #REQUEST_TIMEOUT}. */
    public static final KafkaRequests REQUESTS = new KafkaRequests(REQUEST_TIMEOUT);

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
                            + "consumer., admin. or streams. applies to that client only. Secrets can be kept elsewhere: "
                            + "$${env:NAME}, $${file:PATH:KEY}, $${dir:PATH:FILE}, and config.providers for other places.")
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
    // read through its option by ClassPath, before the command runs
    @SuppressWarnings("UnusedVariable")
    private @Nullable ClassPath classPath;

    /**
     * All properties, with their prefixes and their variables, which {@link ClientProperties} replaces.
     *
     * @throws CommandFailedException if the file cannot be used, or a variable has no value
     */
    public Map<String, Object> properties() {
        Map<String, Object> all = new LinkedHashMap<>();
        if (commandConfig != null) {
            all.putAll(new ClientConfigFile(commandConfig).read());
        }
        all.put("bootstrap.servers", bootstrapServer);
        all.putAll(variables(all).declarations());
        requireResolvable(new ClientProperties(all));
        return all;
    }

    /**
     * The values of another option with their variables replaced, by the same providers as those in the properties.
     *
     * @param option the option, for messages
     * @throws CommandFailedException if a variable has no value
     */
    public Map<String, String> resolve(String option, Map<String, String> values) {
        Map<String, String> resolved = new LinkedHashMap<>();
        usable(() -> variables(properties()).resolve(option, values))
                .forEach((name, value) -> resolved.put(name, String.valueOf(value)));
        return resolved;
    }

    private static ConfigVariables variables(Map<String, Object> properties) {
        return ConfigVariables.declaredIn(properties).withProvidersOfKafka();
    }

    private static void requireResolvable(ClientProperties properties) {
        Map<String, Object> unused = usable(properties::shared);
        for (Client client : Client.values()) {
            unused = usable(() -> properties.prefixed(client));
        }
    }

    private static Map<String, Object> usable(Supplier<Map<String, Object>> values) {
        try {
            return values.get();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    public String bootstrapServer() {
        return bootstrapServer;
    }

    /** The file of client properties, if one was given. */
    public Optional<Path> commandConfig() {
        return Optional.ofNullable(commandConfig);
    }

    /** Where a service of this cluster keeps its local state unless a directory is set. */
    public Path defaultStateDirectory() {
        String cluster = bootstrapServer.replaceAll("[^A-Za-z0-9.]", "_");
        return Path.of(System.getProperty("user.home"), ".taskqueue", cluster);
    }

    /** A new Admin client, with the properties without a prefix and those with {@code admin.}. */
    public Admin admin() {
        return Admin.create(adminProperties());
    }

    /**
     * Waits for an answer of the cluster.
     *
     * @throws CommandFailedException if it does not answer, or a property cannot be used; with the setting to correct
     */
    public void requireReachable() {
        try {
            new ConnectionCheck(bootstrapServer, adminProperties()).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(
                    ExitCode.FAILED, "Interrupted while waiting for Kafka at " + bootstrapServer + ".", e);
        }
    }

    private Map<String, Object> adminProperties() {
        return new ClientProperties(properties()).of(Client.ADMIN);
    }
}
