package io.taskqueue.kafka;

import io.taskqueue.kafka.ClientProperties.Client;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * States why requests to a running cluster fail. Kafka's clients report each broker that they cannot use as a timeout; so where {@link
 * KafkaFailure} knows no more, the addresses of the cluster are connected to, to learn whether anything listens there. Immutable and
 * thread-safe.
 */
public final class BrokerDiagnosis {

    /** How many addresses are connected to, one after the other. */
    private static final int MAX_ADDRESSES = 3;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    private final Map<String, Object> kafka;
    private final String servers;

    /** @param kafka a user's Kafka properties */
    public BrokerDiagnosis(Map<String, ?> kafka) {
        this.kafka = new ClientProperties(kafka).of(Client.ADMIN);
        Object configured = this.kafka.get("bootstrap.servers");
        this.servers = configured instanceof Collection<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(configured);
    }

    /** Why a request failed, as text for operators. Blocks while it connects, at most three seconds. */
    public String reason(Throwable failure) {
        KafkaFailure known = KafkaFailure.of(failure, kafka);
        boolean unanswered = known.kind() == KafkaFailure.Kind.UNREACHABLE
                || (known.kind() == KafkaFailure.Kind.OTHER && failure instanceof RetriableException);
        return unanswered ? unreachable(failure) : known.found();
    }

    private String unreachable(Throwable failure) {
        List<String> refusals = new ArrayList<>();
        for (String address : Arrays.stream(servers.split(","))
                .map(String::strip)
                .limit(MAX_ADDRESSES)
                .toList()) {
            String refusal = connect(address);
            if (refusal == null) {
                return address + " accepts connections, but does not answer: " + failure.getMessage();
            }
            refusals.add(address + ": " + refusal);
        }
        return "no broker can be reached (" + String.join("; ", refusals) + ")";
    }

    /** Returns why no connection can be made; null if it can. */
    private static @Nullable String connect(String address) {
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            String host = address.substring(0, Math.max(0, colon)).replaceAll("^.*://|[\\[\\]]", "");
            InetSocketAddress target = new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
            if (target.isUnresolved()) {
                throw new UnknownHostException();
            }
            socket.connect(target, (int) CONNECT_TIMEOUT.toMillis());
            return null;
        } catch (UnknownHostException e) {
            return "unknown host";
        } catch (SocketTimeoutException e) {
            return "no connection within " + CONNECT_TIMEOUT.toSeconds() + " s";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (IllegalArgumentException e) {
            return "not an address";
        }
    }
}
