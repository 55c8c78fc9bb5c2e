package io.taskqueue.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * A real Kafka broker in this process, which is its own controller. It listens on 127.0.0.1 and keeps its log in a directory.
 *
 * <p>The data is kept when the broker is closed or its process crashes: start it again with the same directory and port.
 * Thread-safe.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final int NODE = 1;

    /** The ports below those that systems choose. */
    private static final int FIRST_PORT = 10_000;

    private static final int LAST_PORT = 32_000;

    private final KafkaRaftServer server;
    private final int port;
    private final DirectoryLock lock;

    private EmbeddedKafka(KafkaRaftServer server, int port, DirectoryLock lock) {
        this.server = server;
        this.port = port;
        this.lock = lock;
    }

    /**
     * Starts a broker and returns when it accepts requests.
     *
     * @param directory the directory of its log, which is created and formatted if it is new
     * @param port the port to listen on, or 0 for any free port
     * @throws IOException if the port or the directory is in use, or the directory cannot be used
     */
    public static EmbeddedKafka start(Path directory, int port) throws IOException {
        return start(directory, port, Map.of());
    }

    /**
     * Starts a broker as {@link #start(Path, int)} does, with other broker settings.
     *
     * @param overrides Kafka broker settings, which replace those of this class
     */
    public static EmbeddedKafka start(Path directory, int port, Map<String, String> overrides) throws IOException {
        int listener = port == 0 ? freePort() : requireFree(port);
        Files.createDirectories(directory);
        Properties settings = settings(directory, listener, freePort());
        settings.putAll(overrides);
        DirectoryLock lock = DirectoryLock.acquire(directory);
        try {
            return new EmbeddedKafka(start(directory, listener, settings), listener, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static KafkaRaftServer start(Path directory, int listener, Properties settings) throws IOException {
        LogDirectory.format(directory, settings);
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
        try {
            server.startup();
            return server;
        } catch (RuntimeException e) {
            server.shutdown();
            throw new IOException(
                    "The embedded broker did not start on port " + listener + " in " + directory + ": " + e.getMessage()
                            + ". Use an empty directory, or one that this broker has used before.",
                    e);
        }
    }

    /** The address for clients, {@code 127.0.0.1:port}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Stops the broker and returns when it has stopped. */
    @Override
    public void close() {
        try {
            server.shutdown();
            server.awaitShutdown();
        } finally {
            lock.close();
        }
    }

    private static Properties settings(Path directory, int listener, int controller) {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", String.valueOf(NODE));
        settings.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controller);
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + listener + ",CONTROLLER://127.0.0.1:" + controller);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + listener);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("log.dirs", directory.toAbsolutePath().toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "4");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // after a crash, the broker can register again only when its old session has expired; with a much shorter
        // timeout, the
        // controller of a busy machine would consider a running broker unavailable
        settings.put("broker.session.timeout.ms", "6000");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 * 1024 * 1024));
        return settings;
    }

    private static int requireFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return port;
        } catch (IOException e) {
            throw new IOException(
                    "Port " + port + " on 127.0.0.1 is in use (" + e.getMessage()
                            + "). Choose another port, or 0 for any free port.",
                    e);
        }
    }

    /** Not one that the system would choose: it may give that to an outgoing connection, before the broker listens on it. */
    private static int freePort() throws IOException {
        IOException taken =
                new IOException("No port from " + FIRST_PORT + " to " + LAST_PORT + " was found that is free.");
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException e) {
                taken.addSuppressed(e);
            }
        }
        throw taken;
    }
}
