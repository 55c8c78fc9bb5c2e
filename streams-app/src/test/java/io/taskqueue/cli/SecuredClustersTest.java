package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.shared.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command works on a cluster with SCRAM-SHA-512 over TLS and on one that requires a certificate of the client, with nothing but
 * properties of Kafka in {@code --command-config}; a mistake in them is one line.
 */
class SecuredClustersTest {

    @TempDir
    static Path directory;

    @AutoClose
    static SecuredKafka kafka;

    @AutoClose
    static RefusingTarget target;

    static Path tasks;

    /** An HTTP server that refuses each event, so that it is parked. */
    private record RefusingTarget(HttpServer server) implements AutoCloseable {

        static RefusingTarget start() throws IOException {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(422, -1);
                exchange.close();
            });
            server.start();
            return new RefusingTarget(server);
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        kafka = SecuredKafka.start(directory);
        TestTopics.create(kafka.server("PLAINTEXT"), 1);
        target = RefusingTarget.start();
        tasks = Files.writeString(directory.resolve("tasks.ndjson"), "1\n2\n");
    }

    @Test
    void everyCommandWorksWithScramOverTls() throws IOException {
        everyCommandWorks(new Cluster("scram", kafka.server("SCRAM"), kafka.scram(SecuredKafka.OPERATOR_PASSWORD)));
    }

    @Test
    void everyCommandWorksWithCertificatesOfTheClient() throws IOException {
        everyCommandWorks(new Cluster("mutual", kafka.server("MUTUAL"), kafka.mutualTls("operator")));
    }

    private static void everyCommandWorks(Cluster cluster) throws IOException {
        String queue = cluster.name();
        String sink = cluster.name() + "-sink";
        cluster.run("dispatch --queue " + queue + " --work-time 1ms --tasks " + tasks, "2 completed");
        cluster.run("recover --queue " + queue, "");
        cluster.run("dead list --queue " + queue, "No task of queue " + queue + " is dead.");
        cluster.run(
                "sink --name " + sink + " --queue " + queue + " --sink http --sink-config url=" + target.url()
                        + " --sink-config kinds=Completed --on-permanent park --until-idle 200ms --state-dir "
                        + directory.resolve(sink),
                "2 events are parked");
        cluster.run("status", sink);
        try (RunningConsole console = RunningConsole.start(
                cluster.server(), cluster.properties(), directory.resolve(sink + "-console"), "token")) {
            console.await("/api/v1/sinks", sink);
            console.await("/api/v1/queues", queue);
        }
        cluster.run("parked list --name " + sink, "2 parked tasks");
        cluster.run("parked discard --name " + sink + " --all --reason test --execute", "");
        cluster.run("replay --name " + sink + " --to-earliest --execute", "");
        cluster.run("results --name " + sink, "");
    }

    @Test
    void wrongPassword() throws IOException {
        refused(
                new Cluster("wrong", kafka.server("SCRAM"), kafka.scram("wrong")),
                ExitCode.UNREACHABLE,
                "The cluster does not accept the credentials: Authentication failed during authentication due to invalid "
                        + "credentials with SASL mechanism SCRAM-SHA-512. Check the user and the password in "
                        + "sasl.jaas.config, and sasl.mechanism, which is SCRAM-SHA-512.");
    }

    @Test
    void missingLogin() throws IOException {
        List<String> properties = new ArrayList<>(kafka.scram("x"));
        properties.removeIf(property -> property.startsWith("sasl.jaas.config"));

        refused(
                new Cluster("missing", kafka.server("SCRAM"), properties),
                ExitCode.USAGE,
                "security.protocol is SASL_SSL, but sasl.jaas.config is not set. Set sasl.mechanism and sasl.jaas.config, "
                        + "for example sasl.mechanism=SCRAM-SHA-512 and "
                        + "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required "
                        + "username=\"…\" password=\"…\";");
    }

    @Test
    void untrustedCertificate() throws IOException {
        List<String> properties = new ArrayList<>(kafka.scram(SecuredKafka.OPERATOR_PASSWORD));
        properties.removeIf(property -> property.startsWith("ssl.truststore"));

        refused(
                new Cluster("untrusted", kafka.server("SCRAM"), properties),
                ExitCode.UNREACHABLE,
                "The certificate of the broker is not trusted: PKIX path building failed, unable to find valid certification "
                        + "path to requested target. Set ssl.truststore.location to a store with the certificate of the "
                        + "authority that signed it, and ssl.truststore.password and ssl.truststore.type for that file.");
    }

    @Test
    void certificateForAnotherHost() throws IOException {
        refused(
                new Cluster("elsewhere", kafka.server("ELSEWHERE"), kafka.trust("SSL")),
                ExitCode.UNREACHABLE,
                "The certificate of the broker is not for the address that it is reached by: No subject alternative names "
                        + "matching IP address 127.0.0.1 found. Use a host name that the certificate names, in "
                        + "bootstrap.servers and in the brokers' advertised.listeners, or give the broker a certificate with "
                        + "that name.");
    }

    @Test
    void missingCertificateOfTheClient() throws IOException {
        refused(
                new Cluster("without", kafka.server("MUTUAL"), kafka.trust("SSL")),
                ExitCode.UNREACHABLE,
                "The broker requires a certificate of the client: Received fatal alert: bad_certificate. Set "
                        + "ssl.keystore.location, ssl.keystore.password and ssl.key.password.");
    }

    @Test
    void certificateOfTheClientThatTheBrokerDoesNotTrust() throws IOException {
        refused(
                new Cluster("stranger", kafka.server("MUTUAL"), kafka.mutualTls("stranger")),
                ExitCode.UNREACHABLE,
                "The broker does not accept the certificate in ssl.keystore.location, " + kafka.file("stranger.p12")
                        + ": Received fatal alert: bad_certificate. Use a certificate that has not expired, of an authority "
                        + "that the broker's listener trusts (its ssl.truststore.location).");
    }

    private static void refused(Cluster cluster, int exitCode, String message) {
        CommandRun run = cluster.run("status");

        assertThat(run.err()).isEqualTo("taskqueue: " + message + "\n");
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    /** How the cluster is reached: an address and a file of properties. */
    private record Cluster(String name, String server, Path properties) {

        Cluster(String name, String server, List<String> properties) throws IOException {
            this(name, server, Files.write(directory.resolve(name + ".properties"), properties));
        }

        void run(String command, String printed) {
            CommandRun run = run(command);
            assertThat(run.exitCode()).as(command + ": " + run.err()).isZero();
            assertThat(run.out()).as(command).contains(printed);
        }

        CommandRun run(String command) {
            List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
            arguments.addAll(List.of("--bootstrap-server", server, "--command-config", properties.toString()));
            return CommandRun.of(arguments.toArray(String[]::new));
        }
    }
}
