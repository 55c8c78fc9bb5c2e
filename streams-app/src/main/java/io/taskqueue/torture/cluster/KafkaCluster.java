package io.taskqueue.torture.cluster;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.torture.network.TcpProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Three brokers and a controller, each in a child JVM. Every topic has three replicas, of which two must have a record before it is
 * acknowledged, so the cluster works while one broker does not.
 *
 * <pre>
 *   clients --> TcpProxy --> listener CLIENTS      of each broker, which advertises its proxy
 *   brokers ---------------> listener REPLICATION  of each other, which no fault of the network concerns
 * </pre>
 */
public final class KafkaCluster implements AutoCloseable {

    /** The number of brokers. */
    public static final int BROKERS = 3;

    // named as text: the class is on the class path of torture, demo and broker only
    private static final String NODE_MAIN = "io.taskqueue.embedded.NodeMain";
    private static final int CONTROLLER_ID = 100;
    private static final int CONTROLLER_HEAP = 160;
    private static final int BROKER_HEAP = 288;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);

    private final Children children;
    private final Path directory;
    private final String voters;
    private final List<Broker> brokers = new ArrayList<>();

    private KafkaCluster(Children children, Path directory, int controllerPort) {
        this.children = children;
        this.directory = directory;
        this.voters = CONTROLLER_ID + "@127.0.0.1:" + controllerPort;
    }

    /** @throws CommandFailedException if the brokers' classes are missing */
    public static void requireOnClassPath() {
        try {
            var unused = Class.forName(NODE_MAIN, false, KafkaCluster.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The embedded broker is not on the class path (" + e.getMessage()
                            + "). Start this command with ./taskqueue, which adds it for demo, broker and torture only.",
                    e);
        }
    }

    /** Starts all nodes, and returns when they serve requests. */
    public static KafkaCluster start(Children children, Path directory) throws IOException, InterruptedException {
        int controllerPort = freePort();
        KafkaCluster cluster = new KafkaCluster(children, directory, controllerPort);
        try {
            TortureProcess controller = children.start(cluster.controller(controllerPort));
            for (int id = 1; id <= BROKERS; id++) {
                int clients = freePort();
                Broker broker =
                        cluster.new Broker(id, clients, freePort(), TcpProxy.open("proxy-broker-" + id, clients));
                cluster.brokers.add(broker);
            }
            requireReady(controller);
            for (Broker broker : cluster.brokers) {
                requireReady(broker.process);
            }
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private static void requireReady(TortureProcess node) throws IOException, InterruptedException {
        if (!node.awaitReady(START_TIMEOUT)) {
            throw new IOException("The Kafka node " + node.name() + " was not ready within " + START_TIMEOUT.toSeconds()
                    + " s. Its log is in the directory of the run, under kafka/logs.");
        }
    }

    /** The addresses of the brokers, through their proxies. */
    public String bootstrapServers() {
        return brokers.stream()
                .map(broker -> "127.0.0.1:" + broker.proxy.port())
                .collect(Collectors.joining(","));
    }

    public List<Broker> brokers() {
        return List.copyOf(brokers);
    }

    private ProcessCommand controller(int port) {
        return node(
                "controller",
                CONTROLLER_HEAP,
                Map.of(
                        "node.id",
                        String.valueOf(CONTROLLER_ID),
                        "process.roles",
                        "controller",
                        "listeners",
                        "CONTROLLER://127.0.0.1:" + port,
                        "broker.session.timeout.ms",
                        "6000",
                        "default.replication.factor",
                        String.valueOf(BROKERS),
                        "min.insync.replicas",
                        "2"));
    }

    private ProcessCommand node(String name, int heap, Map<String, String> settings) {
        List<String> arguments = new ArrayList<>();
        arguments.add(directory.resolve(name).toString());
        arguments.add("controller.quorum.voters=" + voters);
        arguments.add("controller.listener.names=CONTROLLER");
        arguments.add("listener.security.protocol.map=CLIENTS:PLAINTEXT,REPLICATION:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.forEach((key, value) -> arguments.add(key + "=" + value));
        return new ProcessCommand(name, NODE_MAIN, heap, arguments, directory.resolve("logs"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Ends all nodes. */
    @Override
    public void close() {
        brokers.forEach(broker -> broker.proxy.close());
    }

    /** A broker, which can be killed and started again with the same data. Used by one thread at a time. */
    public final class Broker {

        private final int id;
        private final int clientPort;
        private final int replicationPort;
        private final TcpProxy proxy;
        private TortureProcess process;

        private Broker(int id, int clientPort, int replicationPort, TcpProxy proxy) throws IOException {
            this.id = id;
            this.clientPort = clientPort;
            this.replicationPort = replicationPort;
            this.proxy = proxy;
            this.process = launch();
        }

        public int id() {
            return id;
        }

        public TortureProcess process() {
            return process;
        }

        /** What all clients reach it through. */
        public TcpProxy proxy() {
            return proxy;
        }

        /** Starts it again after its process has ended, without waiting until it is ready. */
        public void restart() throws IOException {
            process = launch();
        }

        private TortureProcess launch() throws IOException {
            return children.start(node("broker-" + id, BROKER_HEAP, settings()));
        }

        private Map<String, String> settings() {
            Map<String, String> settings = new TreeMap<>();
            settings.put("node.id", String.valueOf(id));
            settings.put("process.roles", "broker");
            settings.put(
                    "listeners", "CLIENTS://127.0.0.1:" + clientPort + ",REPLICATION://127.0.0.1:" + replicationPort);
            settings.put(
                    "advertised.listeners",
                    "CLIENTS://127.0.0.1:" + proxy.port() + ",REPLICATION://127.0.0.1:" + replicationPort);
            settings.put("inter.broker.listener.name", "REPLICATION");
            settings.put("auto.create.topics.enable", "false");
            settings.put("default.replication.factor", String.valueOf(BROKERS));
            settings.put("min.insync.replicas", "2");
            for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
                settings.put(topic + ".replication.factor", String.valueOf(BROKERS));
                settings.put(topic + ".num.partitions", "4");
            }
            settings.put("transaction.state.log.min.isr", "2");
            settings.put("share.coordinator.state.topic.min.isr", "2");
            settings.put("group.initial.rebalance.delay.ms", "0");
            // a replica that does not follow must leave the set soon: what waits for two replicas waits for this
            settings.put("replica.lag.time.max.ms", "5000");
            settings.put("broker.session.timeout.ms", "6000");
            settings.put("broker.heartbeat.interval.ms", "500");
            // small, because three of them share a machine with everything else
            settings.put("num.network.threads", "2");
            settings.put("num.io.threads", "4");
            settings.put("background.threads", "2");
            settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 * 1024 * 1024));
            settings.put("log.segment.bytes", String.valueOf(16 * 1024 * 1024));
            return settings;
        }
    }
}
