package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.confirm.RegistryTail;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A caller that waits for the confirmation of one enqueue waits for requests to Kafka, and for no interval of the source. */
@Timeout(120)
class ConfirmationLatencyTest {

    /** A source has about twice as many hand-overs between threads as bare clients. */
    private static final int TIMES_BARE = 4;

    @TempDir
    private Path directory;

    private record Medians(Duration confirmed, Duration bare) {}

    @Test
    void singleEnqueueIsConfirmedInTheTimeOfAFewRequests() throws Exception {
        Medians medians = measure(Map.of(), 300);

        assertThat(medians.confirmed)
                .isLessThan(medians.bare.multipliedBy(TIMES_BARE))
                .isLessThan(RegistryTail.INTERVAL.dividedBy(10));
    }

    /** The comparison above is one that an interval on the path fails. */
    @Test
    void delayOfTheProducerIsSeenByTheComparison() throws Exception {
        Medians medians = measure(Map.of("producer.linger.ms", 200), 10);

        assertThat(medians.confirmed).isGreaterThan(medians.bare.multipliedBy(TIMES_BARE));
    }

    /** Confirms single enqueues, and sends with bare clients, in turn: what else the machine does slows both. */
    private Medians measure(Map<String, Object> settings, int times) throws Exception {
        List<Long> confirmed = new ArrayList<>();
        List<Long> bare = new ArrayList<>();
        byte[] value = "v".repeat(900).getBytes(StandardCharsets.UTF_8);
        TopicPartition partition = new TopicPartition("bare", 0);
        try (SourceTestCluster cluster = SourceTestCluster.start(directory)) {
            cluster.createTopic("bare", 1, Map.of());
            Map<String, Object> kafka = new HashMap<>(cluster.settings());
            kafka.putAll(settings);
            try (TaskQueue<String> queue = TaskQueue.<String>builder("q").build();
                    ReplicationSource<String> source =
                            cluster.source(queue).kafka(kafka).start();
                    var producer = new KafkaProducer<>(
                            cluster.settings(), new ByteArraySerializer(), new ByteArraySerializer());
                    TopicReader reader = TopicReader.open(
                            cluster.settings(), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(20))) {
                for (int i = -times; i < times; i++) { // those below 0 warm up
                    long begun = System.nanoTime();
                    queue.enqueue("payload");
                    source.replicated().get(20, TimeUnit.SECONDS);
                    long ended = System.nanoTime();
                    queue.lease().complete();
                    source.replicated().get(20, TimeUnit.SECONDS);
                    long bareBegun = System.nanoTime();
                    producer.send(new ProducerRecord<>("bare", 0, null, value)).get(20, TimeUnit.SECONDS);
                    reader.ends(List.of(partition));
                    long bareEnded = System.nanoTime();
                    if (i >= 0) {
                        confirmed.add(ended - begun);
                        bare.add(bareEnded - bareBegun);
                    }
                }
            }
        }
        return new Medians(median(confirmed), median(bare));
    }

    private static Duration median(List<Long> nanos) {
        return Duration.ofNanos(
                nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow());
    }
}
