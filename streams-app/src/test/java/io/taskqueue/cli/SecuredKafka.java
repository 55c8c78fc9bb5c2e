package io.taskqueue.cli;

import io.taskqueue.embedded.EmbeddedKafka;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;

/**
 * A broker with a listener of each security protocol, one that requires a certificate of the client, and one with a certificate for
 * another host. Its certificates are those of an authority of its own ({@link TestCertificates}). The user {@code alice} has the password
 * {@code secret} and no permissions. Clients without SASL may do everything, and so may {@code admin}, with the password {@code admin},
 * and {@code operator}, by SCRAM or with a certificate.
 */
public final class SecuredKafka implements AutoCloseable {

    /** The ports below those that systems choose. */
    private static final int FIRST_PORT = 10_000;

    private static final int LAST_PORT = 32_000;

    public static final String PASSWORD = TestCertificates.PASSWORD;

    /** The password of {@code operator}. */
    public static final String OPERATOR_PASSWORD = "operator's secret";

    private static final String LOGIN =
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" " + "password=\"%s\" %s;";

    private final EmbeddedKafka broker;
    private final Map<String, Integer> ports;
    private final Path directory;

    private SecuredKafka(EmbeddedKafka broker, Map<String, Integer> ports, Path directory) {
        this.broker = broker;
        this.ports = ports;
        this.directory = directory;
    }

    public static SecuredKafka start(Path directory) throws Exception {
        TestCertificates unused = TestCertificates.create(directory)
                .signed("server", "-ext", "SAN=DNS:localhost,IP:127.0.0.1")
                .signed("elsewhere", "-ext", "SAN=DNS:kafka.example.com")
                .signed("operator")
                .selfSigned("stranger");
        Map<String, Integer> ports = new HashMap<>();
        for (String listener :
                List.of("PLAINTEXT", "SASL", "SSL", "SASLSSL", "SCRAM", "MUTUAL", "ELSEWHERE", "CONTROLLER")) {
            ports.put(listener, freePort());
        }
        Map<String, String> settings = new HashMap<>();
        List<String> listeners = new ArrayList<>();
        ports.forEach((listener, port) -> listeners.add(listener + "://127.0.0.1:" + port));
        settings.put("listeners", String.join(",", listeners));
        listeners.removeIf(listener -> listener.startsWith("CONTROLLER"));
        settings.put("advertised.listeners", String.join(",", listeners));
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + ports.get("CONTROLLER"));
        settings.put(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,SSL:SSL,SASLSSL:SASL_SSL,ELSEWHERE:SSL,"
                        + "SCRAM:SASL_SSL,MUTUAL:SSL");
        for (String listener : List.of("sasl", "saslssl")) {
            settings.put("listener.name." + listener + ".sasl.enabled.mechanisms", "PLAIN");
            settings.put(
                    "listener.name." + listener + ".plain.sasl.jaas.config",
                    String.format(LOGIN, "admin", "admin", "user_admin=\"admin\" user_alice=\"secret\""));
        }
        settings.put("listener.name.scram.sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put(
                "listener.name.scram.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        settings.put("listener.name.mutual.ssl.client.auth", "required");
        settings.put(
                "listener.name.mutual.ssl.truststore.location",
                directory.resolve("trust.p12").toString());
        settings.put("listener.name.mutual.ssl.truststore.type", "PKCS12");
        settings.put("listener.name.mutual.ssl.truststore.password", PASSWORD);
        settings.putAll(store("", directory.resolve("server.p12")));
        settings.putAll(store("listener.name.elsewhere.", directory.resolve("elsewhere.p12")));
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:ANONYMOUS;User:admin;User:operator;User:CN=operator");
        EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("log"), ports.get("PLAINTEXT"), settings);
        addOperator(broker.bootstrapServers());
        return new SecuredKafka(broker, ports, directory);
    }

    private static void addOperator(String server) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            "operator",
                            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                            OPERATOR_PASSWORD)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static Map<String, String> store(String prefix, Path file) {
        return Map.of(
                prefix + "ssl.keystore.location",
                file.toString(),
                prefix + "ssl.keystore.type",
                "PKCS12",
                prefix + "ssl.keystore.password",
                PASSWORD);
    }

    /** Not one that the system would choose: it may give that to an outgoing connection of any test, before a server listens on it. */
    public static int freePort() throws IOException {
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

    /** The login of a user, as a value of {@code sasl.jaas.config}. */
    public static String login(String user, String password) {
        return String.format(LOGIN, user, password, "").replace(" ;", ";");
    }

    /** What {@code --command-config} contains for {@code operator} with SCRAM-SHA-512 over TLS, at the listener SCRAM. */
    public List<String> scram(String password) {
        List<String> properties = new ArrayList<>(trust("SASL_SSL"));
        properties.add("sasl.mechanism=SCRAM-SHA-512");
        properties.add("sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required "
                + "username=\"operator\" password=\"" + password + "\";");
        return properties;
    }

    /** The same with a certificate of the client, at the listener MUTUAL. */
    public List<String> mutualTls(String client) {
        List<String> properties = new ArrayList<>(trust("SSL"));
        properties.add("ssl.keystore.location=" + file(client + ".p12"));
        properties.add("ssl.keystore.type=PKCS12");
        properties.add("ssl.keystore.password=" + PASSWORD);
        return properties;
    }

    /** Trust in the authority of the broker's certificates. */
    public List<String> trust(String protocol) {
        return List.of(
                "security.protocol=" + protocol,
                "ssl.truststore.location=" + file("trust.p12"),
                "ssl.truststore.type=PKCS12",
                "ssl.truststore.password=" + PASSWORD);
    }

    public String server(String listener) {
        return "127.0.0.1:" + ports.get(listener);
    }

    /** The path of one of the files with keys and certificates. */
    public String file(String name) {
        return directory.resolve(name).toString();
    }

    @Override
    public void close() {
        broker.close();
    }
}
