package io.taskqueue.streams.topics;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.settings.SinkSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the instances of a sink are: the code of the sink and its target. All of one name must be the same, because they share the queues:
 * with different ones, some events would reach one target only.
 *
 * <p>It stands in the sink's identity topic, of one partition and compacted:
 *
 * <pre>
 *   key    the fingerprint, UTF-8
 *   value  {"fingerprint":…, "since":…}, or none: another one was adopted, or had come first
 * </pre>
 *
 * <p>The identity of the sink is the one with the lowest offset. Compaction keeps offsets, and an instance writes nothing where its own
 * fingerprint is there already, so of several first starts at the same time the first record decides, and stays the first.
 */
public final class SinkIdentity implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SinkIdentity.class);

    private final SinkSettings<?> settings;
    private final String own;
    private final TopicPartition partition;
    private final KafkaRequests requests;
    private final CompletableFuture<TopicReader> reader;

    /**
     * Begins to create the client that reads the topic, on a thread of its own: that takes a part of the start's time, in which other topics
     * are prepared. The topic need not exist before {@link #claim}.
     *
     * @param timeout how long one request to the cluster may take
     */
    public SinkIdentity(SinkSettings<?> settings, Duration timeout) {
        this.settings = settings;
        this.own = settings.application().fingerprint();
        this.partition = new TopicPartition(TopicNames.identity(settings.name()), 0);
        this.requests = new KafkaRequests(timeout);
        this.reader = CompletableFuture.supplyAsync(
                () -> TopicReader.open(settings.kafka(), IsolationLevel.READ_COMMITTED, timeout), open -> {
                    Thread opening = new Thread(open, settings.name() + "-identity");
                    opening.setDaemon(true);
                    opening.start();
                });
    }

    /**
     * Checks that this instance is what the sink is, and writes it where the sink is nothing yet, or where it is to be adopted.
     *
     * @param adopt whether this instance replaces what the sink was
     * @throws SinkStoppedException if the sink is another one
     */
    public void claim(boolean adopt) throws InterruptedException {
        TopicReader opened = requests.await(reader, "create a client");
        List<String> found = read(opened);
        if (found.equals(List.of(own))) {
            return;
        }
        if (!found.isEmpty() && !adopt) {
            requireOwn(found);
            return;
        }
        replace(found);
        List<String> now = read(opened);
        if (!now.get(0).equals(own)) {
            write(List.of(record(own, null)));
            requireOwn(now);
        }
    }

    /** Closes the client, as soon as it was created. */
    @Override
    public void close() {
        var unused = reader.thenAccept(TopicReader::close);
    }

    private void replace(List<String> others) throws InterruptedException {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (String other : others) {
            if (!other.equals(own)) {
                LOG.warn("Sink {} was {}; this instance, {}, replaces it", settings.name(), other, own);
                records.add(record(other, null));
            }
        }
        if (!others.contains(own)) {
            records.add(record(own, value()));
        }
        write(records);
    }

    private void requireOwn(List<String> found) {
        if (!found.get(0).equals(own)) {
            throw new SinkStoppedException(
                    "Sink " + settings.name() + " is " + found.get(0) + " on this cluster, but this instance is " + own
                            + ". Instances of one name share the queues, so some events would reach only one of the two."
                            + " Give this sink another name; or, if it replaces the other, stop all instances of that and"
                            + " start this one with --adopt (in code, adopt(true)).",
                    null);
        }
    }

    /** The fingerprints that are written, in the order of their offsets. */
    private List<String> read(TopicReader reader) {
        Map<String, Long> offsets = new LinkedHashMap<>();
        reader.readToEnd(reader.beginnings(List.of(partition)), record -> update(offsets, record));
        return offsets.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static void update(Map<String, Long> offsets, ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        String fingerprint = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
            offsets.remove(fingerprint);
        } else {
            offsets.putIfAbsent(fingerprint, record.offset());
        }
    }

    private byte[] value() {
        return BoundedJson.bytes(BoundedJson.object()
                .put("fingerprint", own)
                .put("since", settings.instruments().clock().instant().toString()));
    }

    private ProducerRecord<byte[], byte[]> record(String fingerprint, byte @Nullable [] value) {
        return new ProducerRecord<>(
                partition.topic(),
                partition.partition(),
                settings.instruments().clock().millis(),
                fingerprint.getBytes(StandardCharsets.UTF_8),
                value);
    }

    private void write(List<ProducerRecord<byte[], byte[]>> records) throws InterruptedException {
        Map<String, Object> properties = new ClientProperties(settings.kafka()).of(Client.PRODUCER);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (ProducerRecord<byte[], byte[]> record : records) {
                RecordMetadata unused = requests.await(producer.send(record), "write to topic " + record.topic());
            }
        }
    }
}
