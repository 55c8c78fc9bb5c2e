package io.taskqueue.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * What the failure of a Kafka client means to the user who configured it: Kafka's exceptions wrap the cause several times, and most do
 * not name the setting.
 *
 * <p>Never contains a password, nor the value of {@code sasl.jaas.config}.
 *
 * @param kind what kind of failure it is
 * @param found the fact, with the setting and what was found; a clause without a full stop
 * @param remedy what to do, as sentences
 */
public record KafkaFailure(Kind kind, String found, String remedy) {

    /** Who has to act, and where. */
    public enum Kind {
        /** A property of the client cannot be used; no cluster was asked. */
        CONFIGURATION,
        /** The cluster refused what it was asked for, and refuses it again: a name, a number, a version. */
        REQUEST,
        /** The cluster does not answer, or not in the protocol of the client. */
        UNREACHABLE,
        /** The cluster does not accept the credentials, or the client not the cluster's certificate. */
        AUTHENTICATION,
        /** The user is known, and not permitted to do it. */
        AUTHORIZATION,
        /** Anything else. */
        OTHER
    }

    private static final String CLASS_PATH =
            "Check the name, and add its jar to the class path (--class-path of the commands).";
    private static final String REACHABLE =
            "Check that the cluster is running, and that its brokers can be reached from "
                    + "here by the addresses that they advertise (advertised.listeners).";

    /** The fact and the remedy, as sentences. */
    public String text() {
        return found + ". " + remedy;
    }

    /** Whether a failure comes from a Kafka client, or was caused by one that does. */
    public static boolean isOfKafka(Throwable failure) {
        return chain(failure).stream().anyMatch(KafkaException.class::isInstance);
    }

    /**
     * Explains a failure.
     *
     * @param properties the properties of the client that failed, without prefixes; what was found is looked up in them
     */
    public static KafkaFailure of(Throwable failure, Map<String, ?> properties) {
        List<Throwable> chain = chain(failure);
        return SecurityFailure.find(chain, properties)
                .or(() -> ofConfiguration(chain, properties))
                .or(() -> ofMissingClass(chain))
                .or(() -> ofAuthorization(chain))
                .or(() -> ofRequest(chain))
                .or(() -> ofTimeout(chain))
                .orElseGet(() -> new KafkaFailure(
                        Kind.OTHER,
                        text(chain.get(chain.size() - 1)),
                        "Find the reason in the log of the client (TASKQUEUE_LIBRARY_LOG_LEVEL=WARN for the commands) and of "
                                + "the brokers."));
    }

    private static Optional<KafkaFailure> ofConfiguration(List<Throwable> chain, Map<String, ?> properties) {
        return first(chain, ConfigException.class).map(invalid -> {
            String message = text(invalid);
            if (!message.contains(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
                return new KafkaFailure(
                        Kind.CONFIGURATION,
                        "A property of Kafka's client is invalid: " + message,
                        message.contains("could not be found") ? CLASS_PATH : "Correct the property.");
            }
            String servers =
                    "bootstrap.servers is '" + properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG) + "'";
            if (message.startsWith("No resolvable")) {
                return new KafkaFailure(
                        Kind.UNREACHABLE,
                        servers + ", and no address of its host names is known here",
                        "Check the names, and that this machine can resolve them (DNS, /etc/hosts).");
            }
            return new KafkaFailure(
                    Kind.CONFIGURATION,
                    servers + ", which is not a list of addresses (" + message + ")",
                    "Write each address as HOST:PORT with a port from 1 to 65535, for example kafka-1:9092, and separate "
                            + "several by commas without spaces.");
        });
    }

    private static Optional<KafkaFailure> ofMissingClass(List<Throwable> chain) {
        return chain.stream()
                .filter(cause -> cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError)
                .findFirst()
                .map(missing -> new KafkaFailure(
                        Kind.CONFIGURATION,
                        "A property of Kafka's client names class " + text(missing)
                                + ", which is not on the class path",
                        CLASS_PATH));
    }

    private static Optional<KafkaFailure> ofAuthorization(List<Throwable> chain) {
        return chain.stream()
                .filter(cause -> cause instanceof AuthorizationException || isUnnamedDenial(cause))
                .findFirst()
                .map(denied -> new KafkaFailure(
                        Kind.AUTHORIZATION,
                        "This user is not permitted to use " + resource(denied) + " (" + text(denied) + ")",
                        "Grant it the ACLs that docs/security.md lists."));
    }

    /** Kafka's producer reports a topic that it may not commit offsets of by the text of the error alone. */
    private static boolean isUnnamedDenial(Throwable cause) {
        return cause.getClass() == KafkaException.class && text(cause).endsWith("Topic authorization failed");
    }

    private static String resource(Throwable denied) {
        if (denied instanceof TopicAuthorizationException topics) {
            return topics.unauthorizedTopics().isEmpty()
                    ? "a topic"
                    : "topic "
                            + String.join(
                                    ", ",
                                    topics.unauthorizedTopics().stream()
                                            .sorted()
                                            .toList());
        }
        if (denied instanceof GroupAuthorizationException group) {
            return group.groupId() == null ? "a consumer group" : "consumer group " + group.groupId();
        }
        if (denied instanceof TransactionalIdAuthorizationException) {
            return "the transactional id of the sink";
        }
        if (denied instanceof ClusterAuthorizationException) {
            return "the cluster in this way";
        }
        return isUnnamedDenial(denied) ? "a topic" : "this";
    }

    private static Optional<KafkaFailure> ofRequest(List<Throwable> chain) {
        return first(chain, ApiException.class).flatMap(refused -> {
            String remedy = remedy(refused);
            return remedy == null
                    ? Optional.empty()
                    : Optional.of(new KafkaFailure(Kind.REQUEST, "Kafka refused it: " + text(refused), remedy));
        });
    }

    private static @Nullable String remedy(ApiException refused) {
        if (refused instanceof InvalidTopicException) {
            return "Use up to 249 letters, digits, dots, hyphens and underscores in the name of a topic, but not dots alone.";
        }
        if (refused instanceof InvalidReplicationFactorException) {
            return "Set a replication factor that is not higher than the number of brokers (replicationFactor of a source, "
                    + "--replication-factor of a command, replication.factor of a sink), or add brokers.";
        }
        if (refused instanceof InvalidPartitionsException) {
            return "Set another number of partitions (partitions of a source, --partitions of a command).";
        }
        if (refused instanceof PolicyViolationException) {
            return "Create the topic as the cluster's policy requires, or ask its operator to do it.";
        }
        if (refused instanceof UnsupportedVersionException) {
            return "The brokers are too old for this client, or too new: use brokers of Kafka 3.3 or later.";
        }
        return null;
    }

    private static Optional<KafkaFailure> ofTimeout(List<Throwable> chain) {
        return chain.stream()
                .filter(cause ->
                        cause instanceof RetriableException || cause instanceof java.util.concurrent.TimeoutException)
                .findFirst()
                .map(failure -> new KafkaFailure(Kind.UNREACHABLE, text(failure), REACHABLE));
    }

    /** The message of an exception without its last full stop, or its name if it has none. */
    static String text(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }

    static <E extends Throwable> Optional<E> first(List<Throwable> chain, Class<E> type) {
        return chain.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    static <E extends Throwable> Optional<E> last(List<Throwable> chain, Class<E> type) {
        return chain.stream().filter(type::isInstance).map(type::cast).reduce((outer, inner) -> inner);
    }

    /** The failure and its causes, the innermost last; each once. */
    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable cause = failure; cause != null && !chain.contains(cause); cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }
}
