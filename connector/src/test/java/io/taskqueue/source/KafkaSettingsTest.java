package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {

    @Test
    void prefixedPropertyAppliesToTheProducerOnlyWithItsPrefix() {
        var settings = new KafkaSettings(Map.of(
                "bootstrap.servers", "kafka:9092",
                "sasl.mechanism", "PLAIN",
                "producer.sasl.mechanism", "SCRAM-SHA-256",
                "consumer.client.id", "reader",
                "streams.num.stream.threads", "4"));

        assertThat(settings.producer(1_000))
                .containsEntry("sasl.mechanism", "SCRAM-SHA-256")
                .containsEntry("batch.size", 1_000)
                .doesNotContainKey("client.id");
    }

    @Test
    void recordsAreCompressedUnlessTheUserChoseOtherwise() {
        assertThat(new KafkaSettings(Map.of("bootstrap.servers", "kafka:9092")).producer(1_000))
                .containsEntry("compression.type", "zstd")
                .containsEntry("compression.zstd.level", 1);
        assertThat(new KafkaSettings(Map.of("bootstrap.servers", "kafka:9092", "compression.type", "gzip"))
                        .producer(1_000))
                .containsEntry("compression.type", "gzip")
                .doesNotContainKey("compression.zstd.level");
    }

    @Test
    void propertiesOfTheGuaranteesCannotBeOverridden() {
        var settings = new KafkaSettings(Map.of(
                "bootstrap.servers", "kafka:9092",
                "enable.idempotence", "false",
                "producer.delivery.timeout.ms", "5000",
                "consumer.group.id", "g",
                "enable.auto.commit", "true"));

        assertThat(settings.producer(1_000))
                .containsEntry("enable.idempotence", "true")
                .containsEntry("delivery.timeout.ms", Integer.MAX_VALUE);
        assertThat(settings.ackTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThatThrownBy(() -> new KafkaSettings(Map.of("bootstrap.servers", "kafka:9092", "producer.acks", "1")))
                .hasMessage(
                        "acks is 1, but a source guarantees that an acknowledged event survives the loss of a broker,"
                                + " which requires acks=all. Leave acks out.");
    }

    @Test
    void missingAddressIsReported() {
        assertThatThrownBy(() -> new KafkaSettings(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bootstrap.servers is missing, so the address of Kafka is unknown. Set it:"
                        + " Map.of(\"bootstrap.servers\", \"host:9092\").");
    }

    @Test
    void illegalNumberIsRefusedBeforeKafkaIsContacted() {
        try (var queue = TaskQueue.<String>builder("q").build()) {
            var builder = ReplicationSource.builder(queue, PayloadCodec.utf8())
                    .kafka(Map.of("bootstrap.servers", "localhost:1"));

            assertThatThrownBy(() -> builder.replicationFactor(65_539).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("replicationFactor is 65539. Set it to 1 to 32767, or to -1 for the broker's default.");
            assertThatThrownBy(() -> builder.replicationFactor(0).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("replicationFactor is 0. Set it to 1 to 32767, or to -1 for the broker's default.");
            assertThatThrownBy(() ->
                            builder.replicationFactor(-1).maxRecordBytes(0).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "maxRecordBytes is 0, in which no event fits. Set it to the size of the largest record, or leave it out.");
        }
    }
}
