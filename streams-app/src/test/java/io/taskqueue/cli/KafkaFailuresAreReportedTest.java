package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.shared.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in the address, in TLS and in SASL are one line with the setting to correct, and do not wait for a timeout. */
class KafkaFailuresAreReportedTest {

    /** Far below the timeout of 15 s, and enough for a busy machine. */
    private static final Duration PROMPT = Duration.ofSeconds(10);

    @TempDir
    static Path directory;

    static SecuredKafka kafka;

    @BeforeAll
    static void startBroker() throws Exception {
        kafka = SecuredKafka.start(directory);
    }

    @AfterAll
    static void stopBroker() {
        kafka.close();
    }

    @Test
    void addressWithoutPort() throws IOException {
        assertRefused(
                status("localhost"),
                ExitCode.USAGE,
                "bootstrap.servers is 'localhost', which is not a list of addresses (Invalid url in bootstrap.servers: "
                        + "localhost). Write each address as HOST:PORT with a port from 1 to 65535, for example kafka-1:9092, "
                        + "and separate several by commas without spaces.");
        for (String address : List.of("localhost:http", "localhost:99999", "local host:9092", "a:1 b:1")) {
            CommandRun run = status(address);

            assertThat(run.exitCode()).as(address).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .startsWith("taskqueue: bootstrap.servers is '" + address
                            + "', which is not a list of addresses (Invalid ")
                    .hasLineCount(1);
        }
    }

    @Test
    void unknownHost() throws IOException {
        assertRefused(
                status("no-such-host.invalid:9092"),
                ExitCode.UNREACHABLE,
                "bootstrap.servers is 'no-such-host.invalid:9092', and no address of its host names is known here. Check the "
                        + "names, and that this machine can resolve them (DNS, /etc/hosts).");
    }

    @Test
    void refusedConnection() throws IOException {
        assertRefused(
                status("127.0.0.1:1"),
                ExitCode.UNREACHABLE,
                "No connection to 127.0.0.1:1 (Connection refused). Check the address, that the broker is running, and that "
                        + "no firewall is between.");
    }

    @Test
    void serversThatAreNotKafka() throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        http.setExecutor(threads); // without it, a connection that sends no request blocks all others
        http.start();
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String httpServer = "127.0.0.1:" + http.getAddress().getPort();
            String silentServer = "127.0.0.1:" + silent.getLocalPort();

            assertRefused(
                    status(httpServer),
                    ExitCode.USAGE,
                    "An HTTP server answers at " + httpServer
                            + ", and not Kafka. Use the address of a broker's listener.");
            assertRefused(
                    status(silentServer),
                    ExitCode.UNREACHABLE,
                    "The connection to " + silentServer
                            + " is accepted, but nothing answers there. Check that a broker of "
                            + "Kafka listens on this port, and that it is not stalled.");
        } finally {
            http.stop(0);
            threads.shutdownNow();
        }
    }

    @Test
    void wrongPassword() throws IOException {
        assertRefused(
                sasl("sasl.mechanism=PLAIN", "sasl.jaas.config=" + SecuredKafka.login("alice", "wrong")),
                ExitCode.UNREACHABLE,
                "The cluster does not accept the credentials: Authentication failed: Invalid username or password. Check the "
                        + "user and the password in sasl.jaas.config, and sasl.mechanism, which is PLAIN.");
    }

    @Test
    void missingLogin() throws IOException {
        assertRefused(
                sasl("sasl.mechanism=PLAIN"),
                ExitCode.USAGE,
                "security.protocol is SASL_PLAINTEXT, but sasl.jaas.config is not set. Set sasl.mechanism and "
                        + "sasl.jaas.config, for example sasl.mechanism=PLAIN and "
                        + "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"…\" "
                        + "password=\"…\";");
        assertRefused(
                sasl(
                        "sasl.mechanism=PLAIN",
                        "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required;"),
                ExitCode.USAGE,
                "sasl.jaas.config has no user or password for sasl.mechanism PLAIN. Add username=\"…\" and password=\"…\" "
                        + "before the semicolon.");
    }

    @Test
    void wrongLogin() throws IOException {
        assertRefused(
                sasl(
                        "sasl.mechanism=PLAIN",
                        "sasl.jaas.config="
                                + SecuredKafka.login("alice", "secret").replace(";", "")),
                ExitCode.USAGE,
                "sasl.jaas.config cannot be used for mechanism PLAIN: JAAS config entry not terminated by semi-colon. Write "
                        + "it as CLASS required NAME=\"VALUE\" …; with a semicolon at its end.");
        assertRefused(
                sasl("sasl.mechanism=PLAIN", "sasl.jaas.config=com.example.NoLogin required;"),
                ExitCode.USAGE,
                "sasl.jaas.config names class com.example.NoLogin, which is not on the class path. Check the name, and add its "
                        + "jar to the class path (--class-path of the commands).");
        assertRefused(
                sasl(
                        "sasl.mechanism=PLAIN",
                        "sasl.client.callback.handler.class=com.example.NoHandler",
                        "sasl.jaas.config=" + SecuredKafka.login("alice", "secret")),
                ExitCode.USAGE,
                "A property of Kafka's client is invalid: Invalid value com.example.NoHandler for configuration "
                        + "sasl.client.callback.handler.class: Class com.example.NoHandler could not be found. Check the name, "
                        + "and add its jar to the class path (--class-path of the commands).");
    }

    @Test
    void wrongMechanism() throws IOException {
        assertRefused(
                sasl("sasl.jaas.config=" + SecuredKafka.login("alice", "secret")),
                ExitCode.USAGE,
                "sasl.mechanism is GSSAPI, which is Kerberos, and sasl.kerberos.service.name is not set. Set sasl.mechanism to "
                        + "that of the cluster, for example SCRAM-SHA-512 or PLAIN; for Kerberos, set "
                        + "sasl.kerberos.service.name.");
        assertRefused(
                sasl(
                        "sasl.mechanism=SCRAM-SHA-256",
                        "sasl.jaas.config="
                                + SecuredKafka.login("alice", "secret").replace("plain.Plain", "scram.Scram")),
                ExitCode.UNREACHABLE,
                "sasl.mechanism is SCRAM-SHA-256, which the cluster does not offer (Client SASL mechanism 'SCRAM-SHA-256' not "
                        + "enabled in the server, enabled mechanisms are [PLAIN]). Set sasl.mechanism to one that it offers, "
                        + "and sasl.jaas.config to the login module of that one.");
        assertRefused(
                sasl("sasl.mechanism=PLANE", "sasl.jaas.config=" + SecuredKafka.login("alice", "secret")),
                ExitCode.USAGE,
                "sasl.mechanism is PLANE, which this Java does not know (Failed to create SaslClient with mechanism PLANE). Set "
                        + "it to that of the cluster: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or GSSAPI.");
    }

    @Test
    void wrongSecurityProtocol() throws IOException {
        String login = "sasl.jaas.config=" + SecuredKafka.login("alice", "secret");
        assertRefused(
                status(kafka.server("SASL")),
                ExitCode.USAGE,
                "security.protocol is PLAINTEXT, but the listener at " + kafka.server("SASL") + " requires SASL. Set "
                        + "security.protocol=SASL_PLAINTEXT, sasl.mechanism and sasl.jaas.config.");
        assertRefused(
                status(kafka.server("SSL")),
                ExitCode.USAGE,
                "security.protocol is PLAINTEXT, but the listener at " + kafka.server("SSL") + " uses TLS. Set "
                        + "security.protocol=SSL, or use the port of a listener without TLS.");
        assertRefused(
                status(kafka.server("SASLSSL"), "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN", login),
                ExitCode.USAGE,
                "security.protocol is SASL_PLAINTEXT, but the listener at " + kafka.server("SASLSSL")
                        + " uses TLS. Set " + "security.protocol=SASL_SSL, or use the port of a listener without TLS.");
        assertRefused(
                status(kafka.server("PLAINTEXT"), "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN", login),
                ExitCode.USAGE,
                "security.protocol is SASL_PLAINTEXT, but the port of the cluster does not use SASL. Set "
                        + "security.protocol=PLAINTEXT, or use the port of a listener with SASL.");
        assertRefused(
                status(kafka.server("PLAINTEXT"), "security.protocol=SSL"),
                ExitCode.USAGE,
                "security.protocol is SSL, but the listener at " + kafka.server("PLAINTEXT") + " does not use TLS. Set "
                        + "security.protocol=PLAINTEXT, or use the port of a listener with TLS.");
        assertRefused(
                status(kafka.server("SASL"), "security.protocol=SASL_SSL", "sasl.mechanism=PLAIN", login),
                ExitCode.USAGE,
                "security.protocol is SASL_SSL, but the listener at " + kafka.server("SASL") + " does not use TLS. Set "
                        + "security.protocol=SASL_PLAINTEXT, or use the port of a listener with TLS.");
        assertRefused(
                status(kafka.server("SSL"), "security.protocol=TLS"),
                ExitCode.USAGE,
                "A property of Kafka's client is invalid: Invalid value TLS for configuration security.protocol: String must "
                        + "be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT. Correct the property.");
    }

    @Test
    void wrongStores() throws IOException {
        String store = kafka.file("trust.p12");
        assertRefused(
                tls("ssl.truststore.location=" + kafka.file("nofile.p12"), "ssl.truststore.password=x"),
                ExitCode.USAGE,
                "ssl.truststore.location is " + kafka.file("nofile.p12") + ", which does not exist. Correct the path.");
        assertRefused(
                tls("ssl.keystore.location=" + kafka.file("nofile.p12"), "ssl.keystore.password=x"),
                ExitCode.USAGE,
                "ssl.keystore.location is " + kafka.file("nofile.p12") + ", which does not exist. Correct the path.");
        assertRefused(
                tls("ssl.truststore.location=" + directory, "ssl.truststore.password=x"),
                ExitCode.USAGE,
                "ssl.truststore.location is " + directory
                        + ", which is not a file that can be read. Name a file, and let " + "this user read it.");
        CommandRun wrongPassword = tls(
                "ssl.truststore.location=" + store, "ssl.truststore.type=PKCS12", "ssl.truststore.password=wrong12");
        assertThat(wrongPassword.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrongPassword.err())
                .startsWith("taskqueue: ssl.truststore.password does not open " + store + " (")
                .endsWith("). Correct ssl.truststore.password.\n")
                .doesNotContain("wrong12")
                .hasLineCount(1);
        assertRefused(
                tls(
                        "ssl.truststore.location=" + kafka.file("authority.pem"),
                        "ssl.truststore.type=JKS",
                        "ssl.truststore.password=" + SecuredKafka.PASSWORD),
                ExitCode.USAGE,
                "ssl.truststore.location is " + kafka.file("authority.pem")
                        + ", which cannot be read as a store of type JKS "
                        + "(Invalid keystore format). Set ssl.truststore.type to the type of the file: JKS, PKCS12 or PEM.");
        assertRefused(
                tls("ssl.truststore.location=" + store, "ssl.truststore.type=PEM"),
                ExitCode.USAGE,
                "ssl.truststore.location is " + store + ", which cannot be read as a store of type PEM (No matching "
                        + "CERTIFICATE entries in PEM file). Set ssl.truststore.type to the type of the file: JKS, PKCS12 or "
                        + "PEM.");
        assertRefused(
                tls("ssl.enabled.protocols=TLSv9"),
                ExitCode.USAGE,
                "ssl.enabled.protocols, ssl.protocol or ssl.cipher.suites has a value that this Java does not know: "
                        + "Unsupported protocolTLSv9. Correct it, for example ssl.enabled.protocols=TLSv1.3,TLSv1.2.");
    }

    @Test
    void untrustedCertificates() throws IOException {
        assertRefused(
                tls(),
                ExitCode.UNREACHABLE,
                "The certificate of the broker is not trusted: PKIX path building failed, unable to find valid certification "
                        + "path to requested target. Set ssl.truststore.location to a store with the certificate of the "
                        + "authority that signed it, and ssl.truststore.password and ssl.truststore.type for that file.");
        assertRefused(
                status(
                        kafka.server("ELSEWHERE"),
                        "security.protocol=SSL",
                        "ssl.truststore.location=" + kafka.file("trust.p12"),
                        "ssl.truststore.type=PKCS12",
                        "ssl.truststore.password=" + SecuredKafka.PASSWORD),
                ExitCode.UNREACHABLE,
                "The certificate of the broker is not for the address that it is reached by: No subject alternative names "
                        + "matching IP address 127.0.0.1 found. Use a host name that the certificate names, in "
                        + "bootstrap.servers and in the brokers' advertised.listeners, or give the broker a certificate with "
                        + "that name.");
    }

    @Test
    void missingPermissions() throws IOException {
        List<String> commands = List.of(
                "status",
                "results --name billing",
                "parked list --name billing",
                "dead list --queue q",
                "replay --name billing --to-earliest",
                "sink --name billing --sink log --until-idle 1s",
                "dispatch --queue q --tasks /dev/null");
        for (String command : commands) {
            CommandRun run = run(
                    command,
                    kafka.server("SASL"),
                    "security.protocol=SASL_PLAINTEXT",
                    "sasl.mechanism=PLAIN",
                    "sasl.jaas.config=" + SecuredKafka.login("alice", "secret"));

            assertThat(run.exitCode()).as(command + ": " + run.err()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(run.err())
                    .startsWith("taskqueue: ")
                    .contains("This user is not permitted to use ")
                    .endsWith("Grant it the ACLs that docs/security.md lists.\n")
                    .hasLineCount(1);
        }
    }

    @Test
    void unusableFilesOfProperties() throws IOException {
        assertFileRefused("/nofile.properties", "it does not exist");
        assertFileRefused(directory.toString(), "it is a directory");
        assertFileRefused(
                Files.write(directory.resolve("latin1.properties"), new byte[] {'a', '=', (byte) 0xe9})
                        .toString(),
                "byte 0xE9 at byte 3 is not valid UTF-8");
        assertRefused(
                status(kafka.server("PLAINTEXT"), "consumer.sasl.mechansim=PLAIN"),
                ExitCode.USAGE,
                "--command-config " + directory.resolve("client.properties")
                        + " sets 'consumer.sasl.mechansim', which no "
                        + "client of Kafka knows. Did you mean 'consumer.sasl.mechanism'?");
        assertRefused(
                status(kafka.server("PLAINTEXT"), "request.timeout.ms=soon"),
                ExitCode.USAGE,
                "A property of Kafka's client is invalid: Invalid value soon for configuration request.timeout.ms: Not a "
                        + "number of type INT. Correct the property.");
    }

    @Test
    void bomOfAFileOfPropertiesIsSkipped() throws IOException {
        assertThat(status(kafka.server("PLAINTEXT"), "\uFEFFsecurity.protocol=TLS")
                        .err())
                .contains("Invalid value TLS for configuration security.protocol");
    }

    private static void assertFileRefused(String file, String reason) {
        CommandRun run =
                CommandRun.of("status", "--bootstrap-server", kafka.server("PLAINTEXT"), "--command-config", file);

        assertRefused(
                run,
                ExitCode.USAGE,
                "--command-config " + file + " cannot be used: " + reason
                        + ". Name a file of properties, one NAME=VALUE a " + "line.");
    }

    private static void assertRefused(CommandRun run, int exitCode, String message) {
        assertThat(run.err()).isEqualTo("taskqueue: " + message + "\n");
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    private static CommandRun sasl(String... properties) throws IOException {
        return status(kafka.server("SASL"), with("security.protocol=SASL_PLAINTEXT", properties));
    }

    private static CommandRun tls(String... properties) throws IOException {
        return status(kafka.server("SSL"), with("security.protocol=SSL", properties));
    }

    private static String[] with(String first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static CommandRun status(String server, String... properties) throws IOException {
        long begin = System.nanoTime();
        CommandRun run = run("status", server, properties);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PROMPT);
        return run;
    }

    private static CommandRun run(String command, String server, String... properties) throws IOException {
        Path file = Files.write(directory.resolve("client.properties"), List.of(properties));
        List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
        arguments.addAll(List.of("--bootstrap-server", server, "--command-config", file.toString()));
        return CommandRun.of(arguments.toArray(String[]::new));
    }
}
