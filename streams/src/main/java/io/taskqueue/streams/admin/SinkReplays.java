package io.taskqueue.streams.admin;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The replays of a sink as operators see them, from outside the sink: order one, and read what came of the latest.
 *
 * <p>A replay is ordered in two steps: {@link #order}, then the group's committed offsets are moved back while the sink is
 * stopped, with {@link ReplayOrder#offsetMetadata} as their metadata. Without the second step, or where others move the offsets
 * after it, the order means nothing.
 *
 * <p>Thread-safe; each call reads anew, whether the sink runs or not. Kafka's exceptions pass through.
 */
public final class SinkReplays {

    /** A commit is a record and a marker; more only where transactions were aborted. */
    private static final int TAIL = 64;

    private final Map<String, Object> kafka;
    private final String sink;

    /**
     * @param kafka Kafka's properties, as for {@link SinkService.Builder#kafka}
     * @param sink the sink's name
     */
    public SinkReplays(Map<String, ?> kafka, String sink) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
    }

    /** The number of the next order: one more than the highest of all that were given. */
    public int nextNumber() {
        int highest = 0;
        for (ReplayFormat.Stored stored : stored().values()) {
            highest = Math.max(highest, stored.newestNumber());
        }
        List<Integer> ordered = new ArrayList<>();
        try (CommittedRecords control = control()) {
            control.all(record -> {
                if (record.value() != null) {
                    ReplayOrder.in(record.value()).ifPresent(order -> ordered.add(order.number()));
                }
            });
        }
        return 1 + ordered.stream().mapToInt(Integer::intValue).reduce(highest, Math::max);
    }

    /**
     * Tells every partition of the sink, and returns when that is durable.
     *
     * @throws IllegalStateException if the sink has no control topic
     */
    public void order(ReplayOrder order) throws InterruptedException, ExecutionException {
        int partitions;
        try (CommittedRecords control = control()) {
            partitions = control.partitions();
        }
        Map<String, Object> properties = new HashMap<>(new ClientProperties(kafka).of(Client.PRODUCER));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                sent.add(producer.send(
                        new ProducerRecord<>(SinkSettings.controlTopic(sink), partition, null, order.json())));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    /** The receipt of each partition's latest replay, by partition; partitions that never had one are left out. */
    public List<ReplayReceipt> receipts() {
        List<ReplayReceipt> receipts = new ArrayList<>();
        stored().forEach((partition, stored) -> {
            Replay replay = stored.replay();
            if (replay != null) {
                receipts.add(replay.receipt(partition));
            }
        });
        return receipts;
    }

    private CommittedRecords control() {
        String topic = SinkSettings.controlTopic(sink);
        CommittedRecords control = new CommittedRecords(kafka, topic);
        if (control.partitions() == 0) {
            control.close();
            throw new IllegalStateException("Sink " + sink + " has no control topic " + topic
                    + ", on which replays are ordered. The sink makes it: start it once, stop it, and try again.");
        }
        return control;
    }

    private Map<Integer, ReplayFormat.Stored> stored() {
        Map<Integer, ReplayFormat.Stored> stored = new TreeMap<>();
        try (CommittedRecords changelog = new CommittedRecords(kafka, sink + "-" + Replays.NAME + "-changelog")) {
            changelog.last(TAIL, record -> take(record, stored));
            if (stored.size() < changelog.partitions()) {
                changelog.all(record -> take(record, stored));
            }
        }
        return stored;
    }

    private static void take(ConsumerRecord<byte[], byte[]> record, Map<Integer, ReplayFormat.Stored> stored) {
        if (record.value() != null) {
            stored.put(record.partition(), ReplayFormat.read(record.value()));
        }
    }
}
