package io.taskqueue.console;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.console.api.ConsoleSettings;
import io.taskqueue.console.fold.FoldBounds;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.sinks.TopicSinkIndex;
import io.taskqueue.console.topology.ViewService;
import io.taskqueue.http.AccessControl;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.metrics.ConsoleMeters;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The console of a cluster: an index of queues, an index of sinks, and the server that shows them. It is a service of its own beside the
 * sinks, so that no sink pays for it.
 *
 * <p>It reads the event topic and the topics of the sinks, and writes to its own changelog topic; if writes are allowed, also to the control
 * topics of sinks. It starts without waiting for Kafka: the page shows what it waits for. Thread-safe.
 */
public final class Console implements AutoCloseable {

    private final ViewService queues;
    private final TopicSinkIndex sinks;
    private final ConsoleServer server;
    private final @Nullable ConsoleMeters meters;

    private Console(ViewService queues, TopicSinkIndex sinks, ConsoleServer server, @Nullable ConsoleMeters meters) {
        this.queues = queues;
        this.sinks = sinks;
        this.server = server;
        this.meters = meters;
    }

    /**
     * Collects the settings of a console.
     *
     * @param kafka Kafka's properties, {@code bootstrap.servers} at least; those that begin with {@code consumer.}, {@code producer.},
     *     {@code admin.} or {@code streams.} go to that client alone
     * @param stateDirectory where its state is kept between starts; of this process alone
     */
    public static Builder builder(Map<String, ?> kafka, Path stateDirectory) {
        return new Builder(kafka, stateDirectory);
    }

    /** The port that it listens on, also if a free one was selected. */
    public int port() {
        return server.port();
    }

    /** Stops listening, and then waits for some seconds at most until the indexes have stopped. Their state is kept for the next start. */
    @Override
    public void close() {
        server.close();
        sinks.close();
        queues.close();
        if (meters != null) {
            meters.close();
        }
    }

    /** Collects settings; {@link #start} validates them. Not thread-safe. */
    public static final class Builder {

        private final Map<String, ?> kafka;
        private final Path stateDirectory;
        private String name = "taskqueue-console";
        private String topic = TopicNames.EVENTS;
        private String registryTopic = TopicNames.REGISTRY;
        private FoldBounds bounds = FoldBounds.DEFAULT;
        private String host = "127.0.0.1";
        private int port;
        private @Nullable String token;
        private boolean allowWrites;
        private boolean showPayloads;
        private String version = "(development)";
        private @Nullable MeterRegistry metrics;

        private Builder(Map<String, ?> kafka, Path stateDirectory) {
            this.kafka = Objects.requireNonNull(kafka, "kafka");
            this.stateDirectory = Objects.requireNonNull(stateDirectory, "stateDirectory");
        }

        /** The application id: names the consumer group, and the changelog topic; {@code taskqueue-console} unless set. */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /** The event topic; {@value TopicNames#EVENTS} unless set. */
        public Builder topic(String topic) {
            this.topic = Objects.requireNonNull(topic, "topic");
            return this;
        }

        /** The topic of the source registry; {@value TopicNames#REGISTRY} unless set. */
        public Builder registryTopic(String topic) {
            this.registryTopic = Objects.requireNonNull(topic, "topic");
            return this;
        }

        /** What the view of queues and tasks keeps; {@link FoldBounds#DEFAULT} unless set. */
        public Builder bounds(FoldBounds bounds) {
            this.bounds = Objects.requireNonNull(bounds, "bounds");
            return this;
        }

        /** The address to listen on; 127.0.0.1 unless set. */
        public Builder host(String host) {
            this.host = Objects.requireNonNull(host, "host");
            return this;
        }

        /** The port to listen on, 0 to 65535; 0, which selects a free port, unless set. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** The token that requests must carry; required unless the address is a loopback address. */
        public Builder token(String token) {
            this.token = Objects.requireNonNull(token, "token");
            return this;
        }

        /** Whether decisions about parked tasks are accepted; false unless set. */
        public Builder allowWrites(boolean allowWrites) {
            this.allowWrites = allowWrites;
            return this;
        }

        /** Whether payloads and results are shown; false unless set. */
        public Builder showPayloads(boolean showPayloads) {
            this.showPayloads = showPayloads;
            return this;
        }

        /** Where it registers its meters, and what {@code /metrics} shows: a registry of Prometheus, or one that contains one; none unless set. */
        public Builder metrics(MeterRegistry registry) {
            this.metrics = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** The version that the page shows. */
        public Builder version(String version) {
            this.version = Objects.requireNonNull(version, "version");
            return this;
        }

        /**
         * Starts the indexes and serves.
         *
         * @throws IllegalArgumentException if a setting is invalid, the token is missing, or the registry of meters contains none of Prometheus
         * @throws IllegalStateException if the port cannot be bound; the message names it and states the remedy
         */
        public Console start() {
            AccessControl unused = AccessControl.of("console", host, token); // before anything is started
            ViewService queues = ViewService.builder(kafka, stateDirectory)
                    .name(name)
                    .topic(topic)
                    .bounds(bounds)
                    .start();
            TopicSinkIndex sinks = null;
            try {
                sinks = TopicSinkIndex.builder(kafka, queues)
                        .topic(topic)
                        .registryTopic(registryTopic)
                        .start();
                return new Console(queues, sinks, serve(queues, sinks), meters(queues, sinks));
            } catch (RuntimeException e) {
                if (sinks != null) {
                    sinks.close();
                }
                queues.close();
                throw e;
            }
        }

        private @Nullable ConsoleMeters meters(ViewService queues, TopicSinkIndex sinks) {
            if (metrics == null) {
                return null;
            }
            ConsoleMeters meters = new ConsoleMeters(metrics, name);
            meters.behind(queues, view -> view.progress().behind());
            meters.current("queues", queues, view -> current(view.progress()));
            meters.current("sinks", sinks, index -> current(index.progress()));
            return meters;
        }

        private static double current(ViewProgress progress) {
            return progress.state() == ViewProgress.State.CURRENT ? 1 : 0;
        }

        private ConsoleServer serve(ViewService queues, TopicSinkIndex sinks) {
            ConsoleServer.Builder server = ConsoleServer.builder(queues, sinks)
                    .host(host)
                    .port(port)
                    .view(new ConsoleSettings(
                            allowWrites,
                            showPayloads,
                            version,
                            topic,
                            new ClientProperties(kafka).bootstrapServers(Client.ADMIN),
                            bounds.endedPerQueue()));
            if (token != null) {
                server.token(token);
            }
            if (metrics != null) {
                server.registry(metrics);
            }
            return server.start();
        }
    }
}
