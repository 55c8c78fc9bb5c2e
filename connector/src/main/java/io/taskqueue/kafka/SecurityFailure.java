package io.taskqueue.kafka;

import io.taskqueue.kafka.KafkaFailure.Kind;
import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.LoginException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.jspecify.annotations.Nullable;

/** Failures of TLS and SASL: in the properties of a client, and between a client and a broker. */
final class SecurityFailure {

    private static final Pattern STORE =
            Pattern.compile("(?s)Failed to load (?:PEM )?SSL keystore (.+?)(?: of type (\\S+))?");
    private static final Pattern CERTIFICATE_ALERT = Pattern.compile(
            ".*(bad_certificate|certificate_(required|unknown|expired|revoked)|unsupported_certificate|unknown_ca).*");
    private static final Pattern JAAS = Pattern.compile("(?is).*(jaas|login module|loginmodule).*");

    private SecurityFailure() {}

    /** @param chain an exception and its causes, the innermost last */
    static Optional<KafkaFailure> find(List<Throwable> chain, Map<String, ?> properties) {
        return ofStore(chain, properties)
                .or(() -> ofJaas(chain, properties))
                .or(() -> KafkaFailure.first(chain, SslAuthenticationException.class)
                        .map(failed -> ofHandshake(chain, properties)))
                .or(() -> KafkaFailure.first(chain, IllegalSaslStateException.class)
                        .map(noSasl -> withoutSasl(protocol(properties))))
                .or(() -> KafkaFailure.last(chain, AuthenticationException.class)
                        .map(refused -> ofCredentials(refused, chain, properties)))
                .or(() -> ofProtocols(chain));
    }

    /** A client with SASL at a port without it. */
    static KafkaFailure withoutSasl(String protocol) {
        return new KafkaFailure(
                Kind.CONFIGURATION,
                "security.protocol is " + protocol + ", but the port of the cluster does not use SASL",
                "Set security.protocol=" + protocol.replace("SASL_", "")
                        + ", or use the port of a listener with SASL.");
    }

    static String protocol(Map<String, ?> properties) {
        Object protocol = properties.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG);
        return protocol == null ? CommonClientConfigs.DEFAULT_SECURITY_PROTOCOL : String.valueOf(protocol);
    }

    /** A trust store or key store that cannot be loaded. */
    private static Optional<KafkaFailure> ofStore(List<Throwable> chain, Map<String, ?> properties) {
        for (Throwable cause : chain) {
            Matcher store = STORE.matcher(String.valueOf(cause.getMessage()));
            if (store.matches()) {
                return Optional.of(ofStore(chain, store.group(1), store.group(2), properties));
            }
        }
        return Optional.empty();
    }

    private static KafkaFailure ofStore(
            List<Throwable> chain, String path, @Nullable String type, Map<String, ?> properties) {
        String store = path.equals(String.valueOf(properties.get(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG)))
                ? "ssl.keystore"
                : "ssl.truststore";
        String file = store + ".location is " + path;
        Throwable innermost = chain.get(chain.size() - 1);
        if (innermost instanceof NoSuchFileException || innermost instanceof FileNotFoundException) {
            return configuration(file + ", which does not exist", "Correct the path.");
        }
        if (innermost instanceof AccessDeniedException || "Is a directory".equals(innermost.getMessage())) {
            return configuration(
                    file + ", which is not a file that can be read", "Name a file, and let this user read it.");
        }
        if (innermost instanceof UnrecoverableKeyException
                || KafkaFailure.text(innermost).contains("password")) {
            return configuration(
                    store + ".password does not open " + path + " (" + KafkaFailure.text(innermost) + ")",
                    "Correct " + store + ".password.");
        }
        return configuration(
                file + ", which cannot be read as a store of type " + (type == null ? "PEM" : type) + " ("
                        + KafkaFailure.text(innermost) + ")",
                "Set " + store + ".type to the type of the file: JKS, PKCS12 or PEM.");
    }

    /** A login that fails before a broker is asked. */
    private static Optional<KafkaFailure> ofJaas(List<Throwable> chain, Map<String, ?> properties) {
        Throwable innermost = chain.get(chain.size() - 1);
        String message = KafkaFailure.text(innermost);
        String mechanism = mechanism(properties);
        if (message.contains("No serviceName defined")) {
            return Optional.of(configuration(
                    "sasl.mechanism is " + mechanism + ", which is Kerberos, and sasl.kerberos.service.name is not set",
                    "Set sasl.mechanism to that of the cluster, for example SCRAM-SHA-512 or PLAIN; for Kerberos, set "
                            + "sasl.kerberos.service.name."));
        }
        if (message.startsWith("Could not find a 'KafkaClient' entry")) {
            return Optional.of(configuration(
                    "security.protocol is " + protocol(properties) + ", but sasl.jaas.config is not set",
                    "Set sasl.mechanism and sasl.jaas.config, for example " + login(mechanism)));
        }
        boolean ofLogin = chain.stream().anyMatch(LoginException.class::isInstance);
        if (ofLogin && message.startsWith("No LoginModule found for ")) {
            return Optional.of(configuration(
                    "sasl.jaas.config names class " + message.substring("No LoginModule found for ".length())
                            + ", which is not on the class path",
                    "Check the name, and add its jar to the class path (--class-path of the commands)."));
        }
        if (ofLogin
                || (innermost instanceof IllegalArgumentException
                        && JAAS.matcher(message).matches())) {
            return Optional.of(configuration(
                    "sasl.jaas.config cannot be used for mechanism " + mechanism + ": " + message,
                    "Write it as CLASS required NAME=\"VALUE\" …; with a semicolon at its end."));
        }
        return Optional.empty();
    }

    private static String login(String mechanism) {
        boolean scram = mechanism.startsWith("SCRAM-SHA-");
        return "sasl.mechanism=" + (scram ? mechanism : "PLAIN")
                + " and sasl.jaas.config=org.apache.kafka.common.security."
                + (scram ? "scram.ScramLoginModule" : "plain.PlainLoginModule")
                + " required username=\"…\" password=\"…\";";
    }

    private static KafkaFailure ofHandshake(List<Throwable> chain, Map<String, ?> properties) {
        Throwable innermost = chain.get(chain.size() - 1);
        String message = KafkaFailure.text(innermost);
        if (innermost instanceof CertPathBuilderException || message.contains("PKIX path")) {
            return authentication(
                    "The certificate of the broker is not trusted: PKIX path building failed, " + message,
                    "Set ssl.truststore.location to a store with the certificate of the authority that signed it, and "
                            + "ssl.truststore.password and ssl.truststore.type for that file.");
        }
        if (innermost instanceof CertificateExpiredException) {
            return authentication(
                    "The certificate of the broker, or of its authority, has expired (" + message + ")", "Renew it.");
        }
        if (innermost instanceof CertificateException) {
            return authentication(
                    "The certificate of the broker is not for the address that it is reached by: " + message,
                    "Use a host name that the certificate names, in bootstrap.servers and in the brokers' "
                            + "advertised.listeners, or give the broker a certificate with that name.");
        }
        if (CERTIFICATE_ALERT.matcher(message).matches()) {
            return ofCertificateOfTheClient(message, properties.get(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG));
        }
        return authentication(
                "TLS with the broker failed: " + message,
                innermost instanceof SSLException
                        ? "Check security.protocol, the port, and ssl.enabled.protocols and ssl.cipher.suites of both sides."
                        : "Check the TLS properties of the client (ssl.…) and of the broker's listener.");
    }

    private static KafkaFailure ofCertificateOfTheClient(String message, @Nullable Object store) {
        return store == null
                ? authentication(
                        "The broker requires a certificate of the client: " + message,
                        "Set ssl.keystore.location, ssl.keystore.password and ssl.key.password.")
                : authentication(
                        "The broker does not accept the certificate in ssl.keystore.location, " + store + ": "
                                + message,
                        "Use a certificate that has not expired, of an authority that the broker's listener trusts (its "
                                + "ssl.truststore.location).");
    }

    private static Optional<KafkaFailure> ofProtocols(List<Throwable> chain) {
        return KafkaFailure.last(chain, IllegalArgumentException.class)
                .map(KafkaFailure::text)
                .filter(message ->
                        message.startsWith("Unsupported protocol") || message.startsWith("Unsupported CipherSuite"))
                .map(message -> configuration(
                        "ssl.enabled.protocols, ssl.protocol or ssl.cipher.suites has a value that this Java does not know: "
                                + message,
                        "Correct it, for example ssl.enabled.protocols=TLSv1.3,TLSv1.2."));
    }

    private static KafkaFailure ofCredentials(
            AuthenticationException refused, List<Throwable> chain, Map<String, ?> properties) {
        String message = KafkaFailure.text(refused);
        if (refused instanceof UnsupportedSaslMechanismException) {
            return authentication(
                    "sasl.mechanism is " + mechanism(properties) + ", which the cluster does not offer (" + message
                            + ")",
                    "Set sasl.mechanism to one that it offers, and sasl.jaas.config to the login module of that one.");
        }
        if (KafkaFailure.last(chain, UnsupportedCallbackException.class).isPresent()) {
            return configuration(
                    "sasl.jaas.config has no user or password for sasl.mechanism " + mechanism(properties),
                    "Add username=\"…\" and password=\"…\" before the semicolon.");
        }
        if (message.contains("Failed to create SaslClient")) {
            return configuration(
                    "sasl.mechanism is " + mechanism(properties) + ", which this Java does not know (" + message + ")",
                    "Set it to that of the cluster: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or GSSAPI.");
        }
        return authentication(
                "The cluster does not accept the credentials: " + message,
                "Check the user and the password in sasl.jaas.config, and sasl.mechanism, which is "
                        + mechanism(properties) + ".");
    }

    private static String mechanism(Map<String, ?> properties) {
        Object mechanism = properties.get(SaslConfigs.SASL_MECHANISM);
        return mechanism == null ? SaslConfigs.DEFAULT_SASL_MECHANISM : String.valueOf(mechanism);
    }

    private static KafkaFailure configuration(String found, String remedy) {
        return new KafkaFailure(Kind.CONFIGURATION, found, remedy);
    }

    private static KafkaFailure authentication(String found, String remedy) {
        return new KafkaFailure(Kind.AUTHENTICATION, found, remedy);
    }
}
