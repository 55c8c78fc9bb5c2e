package io.taskqueue.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.SslBundleSslEngineFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which of the application's Kafka properties the clients of queues and sinks get. */
class KafkaConnectionTest {

    @Test
    void whatAllClientsShareIsUsedAndWhatIsForTheApplicationsOwnClientsIsNot() {
        SpringTestCluster.context()
                .withPropertyValues(
                        "spring.kafka.bootstrap-servers=a:9092,b:9092",
                        "spring.kafka.security.protocol=SASL_SSL",
                        "spring.kafka.properties.sasl.mechanism=PLAIN",
                        "spring.kafka.properties.request.timeout.ms=1000",
                        "spring.kafka.producer.acks=1",
                        "spring.kafka.producer.transaction-id-prefix=own",
                        "spring.kafka.consumer.group-id=own",
                        "spring.kafka.streams.application-id=own",
                        "taskqueue.kafka.request.timeout.ms=2000",
                        "taskqueue.kafka.producer.linger.ms=5")
                .run(context -> assertThat(
                                context.getBean(KafkaConnection.class).properties())
                        .isEqualTo(Map.of(
                                "bootstrap.servers", "a:9092,b:9092",
                                "security.protocol", "SASL_SSL",
                                "sasl.mechanism", "PLAIN",
                                "request.timeout.ms", "2000",
                                "producer.linger.ms", "5")));
    }

    /** As a container of Testcontainers or Docker Compose has them. */
    @Configuration(proxyBeanMethods = false)
    static class Details {

        static final SslBundle BUNDLE = SslBundle.of(SslStoreBundle.NONE);

        @Bean
        KafkaConnectionDetails container() {
            return new KafkaConnectionDetails() {
                @Override
                public List<String> getBootstrapServers() {
                    return List.of("container:9093");
                }

                @Override
                public SslBundle getSslBundle() {
                    return BUNDLE;
                }

                @Override
                public String getSecurityProtocol() {
                    return "SSL";
                }
            };
        }
    }

    @Test
    void detailsOfAConnectionReplaceProperties() {
        SpringTestCluster.context()
                .withUserConfiguration(Details.class)
                .withPropertyValues("spring.kafka.bootstrap-servers=a:9092")
                .run(context -> assertThat(
                                context.getBean(KafkaConnection.class).properties())
                        .isEqualTo(Map.of(
                                "bootstrap.servers",
                                "container:9093",
                                "security.protocol",
                                "SSL",
                                "ssl.engine.factory.class",
                                SslBundleSslEngineFactory.class,
                                SslBundle.class.getName(),
                                Details.BUNDLE)));
    }
}
