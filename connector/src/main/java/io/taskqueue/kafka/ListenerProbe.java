package io.taskqueue.kafka;

import io.taskqueue.kafka.KafkaFailure.Kind;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;

/**
 * Finds out why a cluster does not answer a client. Kafka's clients connect again and again where a connection is refused, and where a
 * listener closes it because it expects TLS or SASL, or expects neither; all of them look like a cluster that is slow.
 *
 * <p>It connects to a bootstrap address, and asks there which SASL mechanisms are offered, which needs no credentials:
 *
 * <pre>
 *   request      size(4) apiKey=17(2) version=1(2) correlationId(4) clientId(2+n) mechanism(2+n)
 *   response     size(4) correlationId(4) error(2) count(4) {mechanism(2+n)}
 *   TLS listener answers with an alert record: 0x15 0x03 …, or closes the connection
 * </pre>
 *
 * <p>Blocks for a few seconds at most.
 */
public final class ListenerProbe {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int MAX_ADDRESSES = 3;
    private static final int MAX_RESPONSE_BYTES = 64 * 1024;
    private static final int TLS_ALERT = 0x15;
    private static final int HTTP =
            ByteBuffer.wrap("HTTP".getBytes(StandardCharsets.US_ASCII)).getInt();
    private static final byte[] CLIENT = "taskqueue".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NO_MECHANISM = "NONE".getBytes(StandardCharsets.UTF_8);

    /** What answers at a port. */
    private enum Listener {
        /** Kafka, without TLS and SASL. */
        PLAINTEXT,
        /** Kafka, without TLS, with SASL. */
        SASL,
        TLS,
        HTTP,
        /** The connection stays open, without an answer. */
        SILENT,
        /** The connection is closed, or the answer is of no known protocol. */
        CLOSED
    }

    private final String protocol;

    private ListenerProbe(String protocol) {
        this.protocol = protocol;
    }

    /**
     * Why a client with these properties gets no answer; empty if that is not evident.
     *
     * @param properties the properties of the client, without prefixes
     */
    public static Optional<KafkaFailure> find(Map<String, ?> properties) {
        ListenerProbe probe = new ListenerProbe(SecurityFailure.protocol(properties));
        List<String> refused = new ArrayList<>();
        for (String address : addresses(properties)) {
            String host = Utils.getHost(address);
            Integer port = Utils.getPort(address);
            if (host == null || port == null) {
                continue;
            }
            try {
                return probe.mismatch(host, port);
            } catch (IOException e) {
                refused.add(address + " (" + KafkaFailure.text(e) + ")");
            }
        }
        return refused.isEmpty()
                ? Optional.empty()
                : Optional.of(new KafkaFailure(
                        Kind.UNREACHABLE,
                        "No connection to " + String.join(", ", refused),
                        "Check the address, that the broker is running, and that no firewall is between."));
    }

    private static List<String> addresses(Map<String, ?> properties) {
        Object servers = properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        Stream<String> all = servers instanceof Collection<?> several
                ? several.stream().map(String::valueOf)
                : Stream.of(String.valueOf(servers).split(",", -1));
        return all.map(String::strip)
                .filter(address -> !address.isEmpty())
                .limit(MAX_ADDRESSES)
                .toList();
    }

    /** @throws IOException if there is no connection */
    private Optional<KafkaFailure> mismatch(String host, int port) throws IOException {
        boolean tls = protocol.endsWith("SSL");
        String address = host + ":" + port;
        Listener listener;
        try (Socket socket = connect(host, port)) {
            listener = listener(socket);
        }
        if (listener == Listener.CLOSED) {
            try (Socket socket = connect(host, port)) {
                listener = usesTls(socket, host, port) ? Listener.TLS : Listener.CLOSED;
            }
        } else if (listener == Listener.SILENT) {
            try (Socket socket = connect(host, port)) {
                listener = usesHttp(socket) ? Listener.HTTP : Listener.SILENT;
            }
        }
        return switch (listener) {
            case HTTP -> Optional.of(wrong(
                    "An HTTP server answers at " + address + ", and not Kafka",
                    "Use the address of a broker's listener."));
            case TLS -> tls
                    ? Optional.empty()
                    : Optional.of(wrong(
                            "security.protocol is " + protocol + ", but the listener at " + address + " uses TLS",
                            "Set security.protocol=" + protocol.replace("PLAINTEXT", "SSL")
                                    + ", or use the port of a listener without TLS."));
            case SASL, PLAINTEXT -> tls
                    ? Optional.of(wrong(
                            "security.protocol is " + protocol + ", but the listener at " + address
                                    + " does not use TLS",
                            "Set security.protocol=" + (listener == Listener.SASL ? "SASL_PLAINTEXT" : "PLAINTEXT")
                                    + ", or use the port of a listener with TLS."))
                    : withoutTls(listener, address);
            case SILENT -> Optional.of(new KafkaFailure(
                    Kind.UNREACHABLE,
                    "The connection to " + address + " is accepted, but nothing answers there",
                    "Check that a broker of Kafka listens on this port, and that it is not stalled."));
            case CLOSED -> Optional.empty();
        };
    }

    private Optional<KafkaFailure> withoutTls(Listener listener, String address) {
        if (listener == Listener.PLAINTEXT) {
            return protocol.startsWith("SASL") ? Optional.of(SecurityFailure.withoutSasl(protocol)) : Optional.empty();
        }
        return protocol.startsWith("SASL")
                ? Optional.empty()
                : Optional.of(wrong(
                        "security.protocol is " + protocol + ", but the listener at " + address + " requires SASL",
                        "Set security.protocol=SASL_PLAINTEXT, sasl.mechanism and sasl.jaas.config."));
    }

    private static KafkaFailure wrong(String found, String remedy) {
        return new KafkaFailure(Kind.CONFIGURATION, found, remedy);
    }

    private static Socket connect(String host, int port) throws IOException {
        int timeout = Math.toIntExact(TIMEOUT.toMillis());
        Socket socket = new Socket();
        try {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new IOException("unknown host");
            }
            socket.connect(address, timeout);
            socket.setSoTimeout(timeout);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** What answers to a request in Kafka's protocol without TLS. */
    private static Listener listener(Socket socket) {
        try {
            new DataOutputStream(socket.getOutputStream()).write(saslHandshake());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int size = in.readInt();
            if (size >>> 24 == TLS_ALERT) {
                return Listener.TLS;
            }
            if (size == HTTP) {
                return Listener.HTTP;
            }
            if (size < 6 || size > MAX_RESPONSE_BYTES) {
                return Listener.CLOSED;
            }
            int correlation = in.readInt();
            short error = in.readShort();
            if (correlation != 0) {
                return Listener.CLOSED;
            }
            return error == Errors.UNSUPPORTED_SASL_MECHANISM.code() ? Listener.SASL : Listener.PLAINTEXT;
        } catch (SocketTimeoutException e) {
            return Listener.SILENT;
        } catch (IOException e) {
            return Listener.CLOSED;
        }
    }

    /** Whether a server that waits for more than Kafka's request answers to one of HTTP. */
    private static boolean usesHttp(Socket socket) {
        try {
            socket.getOutputStream().write("HEAD / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new DataInputStream(socket.getInputStream()).readInt() == HTTP;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] saslHandshake() {
        int size = 2 + 2 + 4 + 2 + CLIENT.length + 2 + NO_MECHANISM.length;
        return ByteBuffer.allocate(4 + size)
                .putInt(size)
                .putShort(ApiKeys.SASL_HANDSHAKE.id)
                .putShort((short) 1)
                .putInt(0)
                .putShort((short) CLIENT.length)
                .put(CLIENT)
                .putShort((short) NO_MECHANISM.length)
                .put(NO_MECHANISM)
                .array();
    }

    private static boolean usesTls(Socket socket, String host, int port) {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        try (SSLSocket tls = (SSLSocket) factory.createSocket(socket, host, port, true)) {
            tls.startHandshake();
            return true;
        } catch (SSLException e) {
            return isOfTls(e);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether TLS failed because this Java does not trust the certificate, or by an alert: both come from a listener with TLS. */
    private static boolean isOfTls(SSLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException || cause instanceof CertPathBuilderException) {
                return true;
            }
        }
        return String.valueOf(failure.getMessage()).contains("Received fatal alert");
    }
}
