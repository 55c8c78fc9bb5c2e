package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {

    @Test
    void aPrefixedPropertyGoesToItsClientAndAPlainOneToAll() {
        var settings = new KafkaSettings(Map.of(
                "bootstrap.servers", "kafka:9092",
                "sasl.mechanism", "PLAIN",
                "producer.sasl.mechanism", "SCRAM-SHA-256",
                "consumer.client.id", "reader",
                "streams.num.stream.threads", "4"));

        assertThat(settings.admin()).isEqualTo(Map.of("bootstrap.servers", "kafka:9092", "sasl.mechanism", "PLAIN"));
        assertThat(settings.producer(1_000))
                .containsEntry("sasl.mechanism", "SCRAM-SHA-256")
                .containsEntry("batch.size", 1_000)
                .doesNotContainKey("client.id");
        assertThat(settings.consumer()).containsEntry("sasl.mechanism", "PLAIN").containsEntry("client.id", "reader");
    }

    @Test
    void whatThePromisesRestOnCannotBeChanged() {
        var settings = new KafkaSettings(Map.of(
                "bootstrap.servers", "kafka:9092",
                "enable.idempotence", "false",
                "producer.delivery.timeout.ms", "5000",
                "consumer.group.id", "g",
                "enable.auto.commit", "true"));

        assertThat(settings.producer(1_000))
                .containsEntry("enable.idempotence", "true")
                .containsEntry("delivery.timeout.ms", Integer.MAX_VALUE);
        assertThat(settings.patienceMillis()).isEqualTo(5_000);
        assertThat(settings.consumer()).doesNotContainKey("group.id").containsEntry("enable.auto.commit", "false");
        assertThatThrownBy(() -> new KafkaSettings(Map.of("bootstrap.servers", "kafka:9092", "producer.acks", "1")))
                .hasMessage("acks is 1, but a source promises that an acknowledged event survives the loss of a broker,"
                        + " which needs acks=all. Leave acks out.");
    }

    @Test
    void aMissingAddressIsSaid() {
        assertThatThrownBy(() -> new KafkaSettings(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bootstrap.servers is missing, so the source does not know where Kafka is. Give"
                        + " kafka(Map.of(\"bootstrap.servers\", \"host:9092\")).");
    }

    @Test
    void aNumberThatCannotBeIsRefusedBeforeKafkaIsAsked() {
        try (var queue = TaskQueue.<String>builder("q").build()) {
            var builder = ReplicationSource.builder(queue, PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", "localhost:1"));

            assertThatThrownBy(() -> builder.replicationFactor(65_539).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("replicationFactor is 65539. Give 1 to 32767, or -1 for the broker's default.");
            assertThatThrownBy(() -> builder.replicationFactor(0).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("replicationFactor is 0. Give 1 to 32767, or -1 for the broker's default.");
            assertThatThrownBy(() ->
                            builder.replicationFactor(-1).maxRecordBytes(0).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "maxRecordBytes is 0, in which no event fits. Give the size of the largest record, or leave it out.");
        }
    }
}
