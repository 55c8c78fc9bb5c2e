package io.taskqueue.cli.shared;

import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.ListenerProbe;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Checks that the cluster answers before a command does anything, so that a mistake is one line with the setting to correct, and not a
 * minute of warnings.
 *
 * @param address the addresses of the cluster, as the user wrote them
 * @param properties the properties of an admin client
 */
record ConnectionCheck(String address, Map<String, Object> properties) {

    /** A cluster answers within it; otherwise the reason is looked for, while the client continues to try. */
    private static final Duration PROMPT = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofSeconds(15);

    /** @throws CommandFailedException if the cluster does not answer, or the properties cannot be used */
    void run() throws InterruptedException {
        try (ClientWarnings warnings = ClientWarnings.collect()) {
            Admin admin = Admin.create(properties);
            try {
                await(admin.describeCluster().clusterId(), warnings);
            } finally {
                // without a timeout, close would wait for the request that is not answered
                admin.close(Duration.ZERO);
            }
        } catch (KafkaException e) {
            throw CommandFailedException.of(KafkaFailure.of(e, properties), e);
        }
    }

    private void await(KafkaFuture<String> clusterId, ClientWarnings warnings) throws InterruptedException {
        try {
            String unused = new KafkaRequests(PROMPT).await(clusterId, "identify the cluster");
            return;
        } catch (TimeoutException e) {
            Optional<KafkaFailure> evident = evident(warnings);
            if (evident.isPresent() && !clusterId.isDone()) {
                throw CommandFailedException.of(evident.get(), e);
            }
        }
        try {
            String unused = new KafkaRequests(LONGEST.minus(PROMPT)).await(clusterId, "identify the cluster");
        } catch (TimeoutException e) {
            KafkaFailure reason = evident(warnings)
                    .orElseGet(() -> new KafkaFailure(
                            KafkaFailure.Kind.UNREACHABLE,
                            "Kafka at " + address + " did not answer within " + LONGEST.toSeconds() + " s",
                            "Check the address, and that --command-config has the properties that the cluster's security "
                                    + "requires."));
            throw CommandFailedException.of(reason, e);
        }
    }

    private Optional<KafkaFailure> evident(ClientWarnings warnings) {
        return warnings.latest()
                .map(failure -> KafkaFailure.of(failure, properties))
                .filter(failure -> failure.kind() == KafkaFailure.Kind.CONFIGURATION
                        || failure.kind() == KafkaFailure.Kind.AUTHENTICATION)
                .or(() -> ListenerProbe.find(properties));
    }
}
