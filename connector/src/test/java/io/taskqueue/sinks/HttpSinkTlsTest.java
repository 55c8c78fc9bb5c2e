package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that requires a client certificate, and certificates that only the configured stores contain. */
@ParameterizedClass
@EnumSource(TestedTransport.class)
class HttpSinkTlsTest {

    @Parameter
    private TestedTransport transport;

    private static final String PASSWORD = "changeit";

    @TempDir
    private static Path directory;

    private static final AtomicReference<String> client = new AtomicReference<>("");
    private static HttpsServer server;
    private static Path passwordFile;

    @BeforeAll
    static void startTarget() throws Exception {
        passwordFile = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        keyPair("target", "CN=localhost", "san=dns:localhost,ip:127.0.0.1");
        keyPair("sink", "CN=billing", "san=dns:billing");
        keyPair("renewed", "CN=billing-renewed", "san=dns:billing");
        keyPair("stranger", "CN=stranger", "san=dns:stranger");
        trust("trust-target.p12", "target");
        trust("trust-sinks.p12", "sink", "renewed");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext context = context("target.p12", "trust-sinks.p12");
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters required = context.getDefaultSSLParameters();
                required.setNeedClientAuth(true);
                parameters.setSSLParameters(required);
            }
        });
        server.createContext("/", exchange -> {
            try (exchange) {
                client.set(((com.sun.net.httpserver.HttpsExchange) exchange)
                        .getSSLSession()
                        .getPeerPrincipal()
                        .getName());
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(204, -1);
            }
        });
        server.start();
    }

    @AfterAll
    static void stopTarget() {
        server.stop(0);
    }

    /** A key store with a new key pair and its certificate, made by the JDK's tool. */
    private static void keyPair(String alias, String name, String extension) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        alias,
                        "-keyalg",
                        "EC",
                        "-dname",
                        name,
                        "-ext",
                        extension,
                        "-validity",
                        "3",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        directory.resolve(alias + ".p12").toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
    }

    private static KeyStore load(String file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve(file))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private static void trust(String file, String... aliases) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (String alias : aliases) {
            store.setCertificateEntry(alias, load(alias + ".p12").getCertificate(alias));
        }
        try (var out = Files.newOutputStream(directory.resolve(file))) {
            store.store(out, PASSWORD.toCharArray());
        }
    }

    private static SSLContext context(String keys, String trusted) throws Exception {
        KeyManagerFactory key = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        key.init(load(keys), PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load(trusted));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(key.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    private static Path pemOf(String alias, boolean withKey) throws Exception {
        KeyStore store = load(alias + ".p12");
        Certificate certificate = store.getCertificate(alias);
        Key key = store.getKey(alias, PASSWORD.toCharArray());
        return Files.writeString(
                directory.resolve(alias + (withKey ? "-key.pem" : ".pem")),
                pem("CERTIFICATE", certificate.getEncoded()) + (withKey ? pem("PRIVATE KEY", key.getEncoded()) : ""));
    }

    private static Map<String, String> configuration(String... settings) {
        var configuration = new HashMap<>(
                Map.of("url", "https://127.0.0.1:" + server.getAddress().getPort() + "/events", "timeout", "30s"));
        for (int i = 0; i < settings.length; i += 2) {
            configuration.put(settings[i], settings[i + 1]);
        }
        return configuration;
    }

    private ReplicationSink<String> sink(String... settings) {
        return new HttpSinkFactory(transport).create(configuration(settings));
    }

    private static String path(String file) {
        return directory.resolve(file).toString();
    }

    private static ApplyOutcome apply(ReplicationSink<String> sink) {
        byte[] json = new ReplicationEventCodec<>(PayloadCodec.utf8()).encode(Events.enqueued("orders", 3, 7));
        ReplicationEvent<String> event = new ReplicationEventCodec<>(PayloadCodec.jsonText()).decode(json);
        return ApplyOutcome.of(
                sink,
                event,
                new RecordedEffects("billing", 0, event, new MemoryEffectStore(), EffectMode.RUN, EffectRules.DEFAULT));
    }

    @Test
    void storesOfTheJdkAreUsed() {
        ReplicationSink<String> sink = sink(
                "truststore",
                path("trust-target.p12"),
                "truststore.password.file",
                passwordFile.toString(),
                "keystore",
                path("sink.p12"),
                "keystore.type",
                "pkcs12",
                "keystore.password",
                PASSWORD);

        assertThat(apply(sink)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(client.get()).isEqualTo("CN=billing");
    }

    @Test
    void pemFilesAreUsed() throws Exception {
        ReplicationSink<String> sink = sink(
                "truststore",
                pemOf("target", false).toString(),
                "truststore.type",
                "PEM",
                "keystore",
                pemOf("sink", true).toString(),
                "keystore.type",
                "PEM");

        assertThat(apply(sink)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(client.get()).isEqualTo("CN=billing");
    }

    @Test
    void renewedCertificateIsUsedWithoutARestart() throws Exception {
        Path keys = Files.copy(directory.resolve("sink.p12"), directory.resolve("current-" + transport + ".p12"));
        ReplicationSink<String> sink = sink(
                "truststore",
                path("trust-target.p12"),
                "truststore.password.file",
                passwordFile.toString(),
                "keystore",
                keys.toString(),
                "keystore.password.file",
                passwordFile.toString());
        apply(sink);
        assertThat(client.get()).isEqualTo("CN=billing");

        Files.writeString(keys, "half written");
        assertThat(apply(sink)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(client.get()).isEqualTo("CN=billing");

        Files.copy(directory.resolve("renewed.p12"), directory.resolve("next-" + transport + ".p12"));
        Files.move(directory.resolve("next-" + transport + ".p12"), keys, StandardCopyOption.REPLACE_EXISTING);
        assertThat(apply(sink)).isInstanceOf(ApplyOutcome.Applied.class);
        assertThat(client.get()).isEqualTo("CN=billing-renewed");
    }

    @Test
    void targetThatIsNotTrustedIsATransientFailure() {
        assertThat(apply(sink()))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("PKIX path building failed"));
    }

    @Test
    void refusedClientCertificateIsATransientFailure() {
        assertThat(apply(sink(
                        "truststore",
                        path("trust-target.p12"),
                        "truststore.password",
                        PASSWORD,
                        "keystore",
                        path("stranger.p12"),
                        "keystore.password",
                        PASSWORD)))
                .isInstanceOf(ApplyOutcome.Transient.class);
    }

    private void refused(String message, String... settings) {
        assertThatThrownBy(() -> sink(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static String unusable(String file, String reason) {
        return "The sink http cannot be created: The trust store or key store (" + file + ") cannot be used: " + reason
                + ". Check the file, its type (PKCS12, JKS or PEM) and its password; a private key in PEM must be PKCS#8 "
                + "(BEGIN PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY).";
    }

    @Test
    void storeThatCannotBeUsedIsRefusedWithItsReason() throws Exception {
        refused(
                unusable(path("trust-target.p12"), "IOException: keystore password was incorrect"),
                "truststore",
                path("trust-target.p12"),
                "truststore.password",
                "s3cret");
        refused(
                unusable(path("missing.p12"), "NoSuchFileException: " + path("missing.p12")),
                "truststore",
                path("missing.p12"));
        refused(
                unusable(
                        pemOf("target", false).toString(),
                        "InvalidConfigurationException: No matching PRIVATE KEY entries in PEM file"),
                "keystore",
                path("target.pem"),
                "keystore.type",
                "PEM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"truststore", "keystore"})
    void contradictingSettingsAreRefused(String store) {
        refused(
                "The setting '" + store
                        + ".type' of the sink http is invalid: 'BCFKS' is not a type of store. Use PKCS12, JKS "
                        + "or PEM.",
                store,
                path("sink.p12"),
                store + ".type",
                "bcfks");
        refused(
                "The setting '" + store
                        + "' of the sink http is invalid: it is not set, but its type or password is. Set " + store
                        + " to the file.",
                store + ".password",
                PASSWORD);
        refused(
                "The sink http cannot be created: A trust store or key store is used with https only, but the url is "
                        + "http://localhost/x. Use https, or omit it.",
                "url",
                "http://localhost/x",
                store,
                path("sink.p12"));
    }
}
