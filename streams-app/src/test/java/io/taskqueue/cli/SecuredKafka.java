package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A broker with a listener of each security protocol, and one more with a certificate for another host. The user {@code alice} has the
 * password {@code secret} and no permissions; {@code admin}, with the password {@code admin}, and clients without SASL may do
 * everything.
 */
public final class SecuredKafka implements AutoCloseable {

    public static final String PASSWORD = "changeit";
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
        certificate(directory, "server", "DNS:localhost,IP:127.0.0.1");
        certificate(directory, "elsewhere", "DNS:kafka.example.com");
        Map<String, Integer> ports = new HashMap<>();
        for (String listener : List.of("PLAINTEXT", "SASL", "SSL", "SASLSSL", "ELSEWHERE", "CONTROLLER")) {
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
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,SSL:SSL,SASLSSL:SASL_SSL,ELSEWHERE:SSL");
        for (String listener : List.of("sasl", "saslssl")) {
            settings.put("listener.name." + listener + ".sasl.enabled.mechanisms", "PLAIN");
            settings.put(
                    "listener.name." + listener + ".plain.sasl.jaas.config",
                    String.format(LOGIN, "admin", "admin", "user_admin=\"admin\" user_alice=\"secret\""));
        }
        settings.putAll(store("", directory.resolve("server.p12")));
        settings.putAll(store("listener.name.elsewhere.", directory.resolve("elsewhere.p12")));
        settings.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:ANONYMOUS;User:admin");
        EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("log"), ports.get("PLAINTEXT"), settings);
        return new SecuredKafka(broker, ports, directory);
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

    /** A key with a certificate in NAME.p12, and the certificate alone in NAME-trust.p12. */
    private static void certificate(Path directory, String name, String subjects) throws Exception {
        keytool(
                directory,
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "RSA",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=" + subjects,
                "-storetype",
                "PKCS12",
                "-keystore",
                name + ".p12",
                "-storepass",
                PASSWORD);
        keytool(
                directory,
                "-exportcert",
                "-alias",
                name,
                "-keystore",
                name + ".p12",
                "-storepass",
                PASSWORD,
                "-rfc",
                "-file",
                name + ".pem");
        keytool(
                directory,
                "-importcert",
                "-noprompt",
                "-alias",
                name,
                "-file",
                name + ".pem",
                "-storetype",
                "PKCS12",
                "-keystore",
                name + "-trust.p12",
                "-storepass",
                PASSWORD);
    }

    private static void keytool(Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The login of a user, as a value of {@code sasl.jaas.config}. */
    public static String login(String user, String password) {
        return String.format(LOGIN, user, password, "").replace(" ;", ";");
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
