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
}
