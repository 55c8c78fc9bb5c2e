package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that measures its own Kafka clients, with tags of its own, in the registry that it gives to a source and a sink. */
@Timeout(120)
class KafkaMetersOfTheHostTest {

    @TempDir
    private Path directory;

    @Test
    void metersOfTheHostAreAcceptedBeforeAndAfterOurs() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Queue<String> refused = new ConcurrentLinkedQueue<>();
        registry.config().onMeterRegistrationFailed((id, reason) -> refused.add(id.getName() + ": " + reason));
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (var before = new KafkaProducer<>(kafka, new StringSerializer(), new StringSerializer());
                    var beforeMeters = new KafkaClientMetrics(before, Tags.of("application", "shop"));
                    var queue = TaskQueue.<String>builder("orders").build()) {
                beforeMeters.bindTo(registry);
                try (ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                                .kafka(kafka)
                                .metrics(registry)
                                .kafkaMetrics(true)
                                .start();
                        SinkService sink = SinkService.builder("billing", (event, effects) -> {}, PayloadCodec.utf8())
                                .kafka(kafka)
                                .stateDirectory(directory.resolve("state"))
                                .metrics(registry)
                                .kafkaMetrics(true)
                                .start();
                        var after = new KafkaConsumer<>(kafka, new StringDeserializer(), new StringDeserializer());
                        var afterMeters = new KafkaClientMetrics(after, Tags.of("application", "shop", "team", "a"))) {
                    queue.enqueue("1");
                    source.replicated().get(30, TimeUnit.SECONDS);
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(60))
                            .until(() -> sink.ready() && sink.status().settled());
                    afterMeters.bindTo(registry);

                    assertThat(refused).isEmpty();
                    String scraped = registry.scrape();
                    assertThat(scraped)
                            .contains("\nkafka_producer_connection_count{application=\"shop\"")
                            .contains("\nkafka_consumer_connection_count{application=\"shop\"")
                            .contains("\ntaskqueue_kafka_producer_record_send_total{")
                            .contains("\ntaskqueue_kafka_stream_thread_commit_total{");
                }
                assertThat(names(registry)).noneMatch(name -> name.startsWith("taskqueue.kafka."));
            }
        }
    }

    @Test
    void withoutBeingAskedForNoMeterOfKafkaIsRegistered() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (var queue = TaskQueue.<String>builder("orders").build();
                    ReplicationSource<String> source = ReplicationSource.builder(queue, PayloadCodec.utf8())
                            .kafka(kafka)
                            .metrics(registry)
                            .start();
                    SinkService sink = SinkService.builder("billing", (event, effects) -> {}, PayloadCodec.utf8())
                            .kafka(kafka)
                            .stateDirectory(directory.resolve("state"))
                            .metrics(registry)
                            .start()) {
                queue.enqueue("1");
                source.replicated().get(30, TimeUnit.SECONDS);
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(sink::ready);

                assertThat(names(registry)).isNotEmpty().noneMatch(name -> name.contains("kafka"));
            }
        }
    }

    private static List<String> names(PrometheusMeterRegistry registry) {
        return registry.getMeters().stream()
                .map(meter -> meter.getId().getName())
                .toList();
    }
}
