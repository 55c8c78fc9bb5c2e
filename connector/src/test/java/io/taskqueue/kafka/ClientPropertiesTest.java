package io.taskqueue.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.ClientProperties.Client;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientPropertiesTest {

    @Test
    void aPrefixedPropertyWinsOverAPlainOneWhateverTheirOrder() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("admin.retries", "7");
        given.put("retries", "3");
        given.put("consumer.retries", "9");

        ClientProperties properties = new ClientProperties(given);

        assertThat(properties.of(Client.ADMIN)).isEqualTo(Map.of("retries", "7"));
        assertThat(properties.of(Client.PRODUCER)).isEqualTo(Map.of("retries", "3"));
        assertThat(properties.shared()).isEqualTo(Map.of("retries", "3"));
    }

    @Test
    void aPrefixedPropertyReachesNoOtherClient() {
        ClientProperties properties = new ClientProperties(Map.of("producer.linger.ms", 5, "security.protocol", "SSL"));

        assertThat(properties.of(Client.PRODUCER)).isEqualTo(Map.of("linger.ms", 5, "security.protocol", "SSL"));
        assertThat(properties.of(Client.STREAMS)).isEqualTo(Map.of("security.protocol", "SSL"));
        assertThat(properties.prefixed(Client.PRODUCER)).isEqualTo(Map.of("producer.linger.ms", 5));
    }

    @Test
    void whatIsSetTakesPrecedenceOverWhatWasChosenForAClientOfKafkaStreams() {
        Map<String, Object> streams = new LinkedHashMap<>(Map.of(
                "consumer.session.timeout.ms", 6_000,
                "consumer.heartbeat.interval.ms", 1_500,
                "restore.consumer.fetch.max.wait.ms", 50,
                "producer.batch.size", 131_072));

        new ClientProperties(Map.of(
                        "session.timeout.ms", 45_000,
                        "heartbeat.interval.ms", 15_000,
                        "consumer.heartbeat.interval.ms", 9_000,
                        "fetch.max.wait.ms", 300,
                        "streams.replication.factor", 3))
                .addTo(streams);

        assertThat(streams)
                .containsEntry("consumer.session.timeout.ms", 45_000)
                .containsEntry("consumer.heartbeat.interval.ms", 9_000)
                .containsEntry("restore.consumer.fetch.max.wait.ms", 300)
                .containsEntry("producer.batch.size", 131_072)
                .containsEntry("replication.factor", 3);
    }
}
