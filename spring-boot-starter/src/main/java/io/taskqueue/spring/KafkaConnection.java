package io.taskqueue.spring;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.kafka.autoconfigure.SslBundleSslEngineFactory;
import org.springframework.boot.ssl.SslBundle;

/**
 * The properties of Kafka's clients, from those of the application, the later over the earlier:
 *
 * <pre>
 *   spring.kafka.properties.*, .ssl.*, .security.*    what all clients of the application share
 *   KafkaConnectionDetails                            where the cluster is: spring.kafka.bootstrap-servers, an SSL bundle, a container
 *   taskqueue.kafka.*                                 for the clients of queues and sinks alone
 * </pre>
 *
 * <p>What {@code spring.kafka.producer}, {@code .consumer} and {@code .streams} set is for the application's own clients, and the guarantees
 * here do not survive it: a producer with {@code acks=1}, a consumer group of another name.
 */
final class KafkaConnection {

    private final KafkaProperties application;
    private final Optional<KafkaConnectionDetails> details;
    private final Map<String, String> ours;

    KafkaConnection(KafkaProperties application, Optional<KafkaConnectionDetails> details, Map<String, String> ours) {
        this.application = application;
        this.details = details;
        this.ours = ours;
    }

    Map<String, Object> properties() {
        Map<String, Object> properties = new HashMap<>(application.getProperties());
        properties.putAll(application.getSsl().buildProperties());
        properties.putAll(application.getSecurity().buildProperties());
        properties.put(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                String.join(
                        ",",
                        details.map(KafkaConnectionDetails::getBootstrapServers)
                                .orElseGet(application::getBootstrapServers)));
        details.ifPresent(connection -> addSecurity(connection, properties));
        properties.putAll(ours);
        return properties;
    }

    private static void addSecurity(KafkaConnectionDetails connection, Map<String, Object> properties) {
        String protocol = connection.getSecurityProtocol();
        if (protocol != null && !protocol.isEmpty()) {
            properties.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol);
        }
        SslBundle bundle = connection.getSslBundle();
        if (bundle != null) {
            properties.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, SslBundleSslEngineFactory.class);
            properties.put(SslBundle.class.getName(), bundle); // where that factory looks for it
        }
    }
}
