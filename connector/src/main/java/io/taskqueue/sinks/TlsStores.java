package io.taskqueue.sinks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * The files with the certificates that a sink trusts, and with its own certificate and key; read as Kafka's clients read theirs.
 *
 * @param trust null: the certificates that the JVM trusts
 * @param key null: no client certificate
 */
record TlsStores(@Nullable Store trust, @Nullable Store key) {

    /** No files: the JVM's defaults. */
    static final TlsStores NONE = new TlsStores(null, null);

    private static final String PEM = "PEM";
    private static final Set<String> TYPES = Set.of("PKCS12", "JKS", PEM);

    /**
     * One file.
     *
     * @param type PKCS12, JKS or PEM
     * @param password of the file and of the key in it; null where there is none
     */
    record Store(Path file, String type, @Nullable SecretText password) {

        /** @throws IllegalArgumentException if the type is unknown */
        Store {
            type = type.toUpperCase(Locale.ROOT);
            if (!TYPES.contains(type)) {
                throw new IllegalArgumentException(
                        "'" + PrintableText.of(type) + "' is not a type of store. Use PKCS12, JKS or PEM.");
            }
        }

        private @Nullable Password secret() throws IOException {
            return password == null ? null : new Password(password.read());
        }

        /** Changes where the file is replaced or written. */
        private String version() {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                return now.lastModifiedTime() + "/" + now.size() + "/" + now.fileKey();
            } catch (IOException unreadable) {
                return "unreadable";
            }
        }
    }

    boolean any() {
        return trust != null || key != null;
    }

    /** Changes where one of the files is replaced or written. */
    List<String> version() {
        return List.of(trust == null ? "" : trust.version(), key == null ? "" : key.version());
    }

    /**
     * A context of the current content of the files.
     *
     * @throws IOException if one of them cannot be used; the message states the reason and the remedy
     */
    SSLContext context() throws IOException {
        Map<String, @Nullable Object> configuration = new HashMap<>();
        if (trust != null) {
            configuration.put(
                    SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, trust.file().toString());
            configuration.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, trust.type());
            configuration.put(SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG, trust.secret());
        }
        if (key != null) {
            configuration.put(
                    SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, key.file().toString());
            configuration.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, key.type());
            configuration.put(
                    SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG, key.type().equals(PEM) ? null : key.secret());
            configuration.put(SslConfigs.SSL_KEY_PASSWORD_CONFIG, key.secret());
        }
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            ConfigDef defaults = new ConfigDef();
            SslConfigs.addClientSslSupport(defaults);
            factory.configure(defaults.parse(configuration));
            return factory.sslContext();
        } catch (RuntimeException unusable) {
            throw new IOException(
                    "The trust store or key store (" + files() + ") cannot be used: " + reason(unusable)
                            + ". Check the file, its type (PKCS12, JKS or PEM) and its password; a private key in PEM must be "
                            + "PKCS#8 (BEGIN PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY).",
                    unusable);
        }
    }

    private String files() {
        if (trust == null) {
            return String.valueOf(key == null ? "none" : key.file());
        }
        return trust.file() + (key == null ? "" : ", " + key.file());
    }

    /** The first cause that is not one of Kafka's wrappers, or the innermost of these. */
    private static String reason(Throwable failure) {
        Throwable reason = failure;
        while (reason instanceof KafkaException && reason.getCause() != null) {
            reason = reason.getCause();
        }
        return reason.getClass().getSimpleName() + ": "
                + String.valueOf(reason.getMessage()).replaceFirst("\\.$", "");
    }
}
