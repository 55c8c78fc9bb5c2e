package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.kafka.TopicReader;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.confirm.RegistryTail;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

    private static final int WARM_UP = 300;
    private static final int MEASURED = 300;

    /** A source has about twice as many hand-overs between threads as bare clients. */
    private static final int TIMES_BARE = 4;

    @TempDir
    private Path directory;

    @Test
    void singleEnqueueIsConfirmedInTheTimeOfAFewRequests() throws Exception {
        List<Long> confirmed = new ArrayList<>();
        List<Long> bare = new ArrayList<>();
        byte[] value = "v".repeat(900).getBytes(StandardCharsets.UTF_8);
        TopicPartition partition = new TopicPartition("bare", 0);
        try (SourceTestCluster cluster = SourceTestCluster.start(directory);
                TaskQueue<String> queue = TaskQueue.<String>builder("q").build();
                ReplicationSource<String> source = cluster.source(queue).start()) {
            cluster.createTopic("bare", 1, Map.of());
            try (var producer = new KafkaProducer<>(
                            cluster.settings(), new ByteArraySerializer(), new ByteArraySerializer());
                    TopicReader reader = TopicReader.open(
                            cluster.settings(), IsolationLevel.READ_UNCOMMITTED, Duration.ofSeconds(20))) {
                for (int i = -WARM_UP; i < MEASURED; i++) { // in turn: what else the machine does slows both
                    long begun = System.nanoTime();
                    queue.enqueue("payload");
                    source.replicated().get(20, TimeUnit.SECONDS);
                    long between = System.nanoTime();
                    queue.lease().complete();
                    source.replicated().get(20, TimeUnit.SECONDS);
                    long bareBegun = System.nanoTime();
                    producer.send(new ProducerRecord<>("bare", 0, null, value)).get(20, TimeUnit.SECONDS);
                    reader.ends(List.of(partition));
                    if (i >= 0) {
                        confirmed.add(between - begun);
                        bare.add(System.nanoTime() - bareBegun);
                    }
                }
            }
        }

        assertThat(median(confirmed))
                .isLessThan(Duration.ofNanos(TIMES_BARE * median(bare).toNanos()))
                .isLessThan(RegistryTail.INTERVAL.dividedBy(10));
    }

    private static Duration median(List<Long> nanos) {
        return Duration.ofNanos(
                nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow());
    }
}
