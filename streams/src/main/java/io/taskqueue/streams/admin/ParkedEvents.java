package io.taskqueue.streams.admin;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;

/**
 * What a sink has parked, and what a person decides about it.
 *
 * <p>It reads the topic that the sink's state is restored from, as of the last commit, and writes commands to the sink's control
 * topic, to the partition of the task's queue: so it needs no running sink, and does not mind which instance has the queue. A
 * command takes effect when the sink runs, once, and only if the task is still parked as it was read here.
 *
 * <p>Thread-safe, one call at a time. Clients of Kafka are made for each call: a person's calls are few.
 */
public final class ParkedEvents {

    private static final int ANSWER_SECONDS = 60;

    private final ReplicationEventCodec<String> codec = new ReplicationEventCodec<>(PayloadCodec.jsonText());
    private final String sink;
    private final Map<String, Object> kafka;
    private final String stored;

    /**
     * @param kafka Kafka's properties, as for {@link SinkService.Builder#kafka}
     * @param sink the sink's name
     */
    public ParkedEvents(Map<String, ?> kafka, String sink) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
        this.stored = sink + "-" + ParkedStore.NAME + "-changelog";
    }

    /**
     * All events that are parked or discarded, by queue, then task, each task's in order.
     *
     * @throws IllegalStateException if the sink has no such state on this cluster, or the cluster does not answer
     */
    public synchronized List<ParkedEvent> read() {
        List<ParkedEvent> events = new ArrayList<>();
        try (CommittedRecords changelog = new CommittedRecords(kafka, stored)) {
            if (changelog.partitions() == 0) {
                throw new IllegalStateException("There is no topic " + stored
                        + " on this cluster, so no sink named " + sink
                        + " has run here, or it may not be read. Check the "
                        + "name and the cluster.");
            }
            latest(changelog).values().forEach(found -> events.add(event(found)));
        }
        events.sort(Comparator.comparing((ParkedEvent parked) -> parked.event().queueName())
                .thenComparing(parked -> parked.event().taskId().queueName())
                .thenComparing(parked -> parked.event().taskId().epoch())
                .thenComparing(parked -> parked.event().taskId().sequenceId())
                .thenComparing(ParkedEvent::offset));
        return events;
    }

    /**
     * Lets a task's events go on: they are applied again in order, from the first, with as many tries as at first and the same
     * keys. Effects that have a recorded result do not run again; one that waited for a person's decision does.
     *
     * @param by who decided it, for the log; may be empty
     * @throws IllegalStateException if the command could not be sent
     */
    public synchronized void redrive(ParkedTask task, String by) throws InterruptedException {
        send(task, command(ParkedCommand.Action.REDRIVE, task, by, "", false));
    }

    /**
     * Gives the first parked event of a task up for good, and lets those behind it go on. It is kept as discarded until the
     * log has passed it, and a replay passes over it.
     *
     * @param by who decided it
     * @param reason why
     * @param following whether all parked events of the task are given up
     * @throws IllegalArgumentException if it is not said who and why, or in more than 4 KiB
     * @throws IllegalStateException if the command could not be sent
     */
    public synchronized void discard(ParkedTask task, String by, String reason, boolean following)
            throws InterruptedException {
        send(task, command(ParkedCommand.Action.DISCARD, task, by, reason, following));
    }

    private record Found(int partition, ParkedEntry entry) {}

    /** The newest value of each key. */
    private static Map<Bytes, Found> latest(CommittedRecords changelog) {
        Map<Bytes, Found> latest = new HashMap<>();
        changelog.all(record -> {
            Bytes key = Bytes.wrap(record.key());
            if (record.value() == null) {
                latest.remove(key);
            } else {
                latest.put(key, new Found(record.partition(), ParkedFormat.entry(record.key(), record.value())));
            }
        });
        return latest;
    }

    private ParkedEvent event(Found found) {
        ParkedEntry entry = found.entry();
        return new ParkedEvent(
                codec.decode(entry.value().get()),
                found.partition(),
                entry.key().offset(),
                entry.since(),
                entry.pass().round(),
                entry.released(),
                entry.state());
    }

    private static ParkedCommand command(
            ParkedCommand.Action action, ParkedTask task, String by, String reason, boolean following) {
        return new ParkedCommand(
                action, task.task(), task.first().offset(), task.first().round(), by, reason, following);
    }

    private void send(ParkedTask task, ParkedCommand command) throws InterruptedException {
        // where the event is parked is where its queue is, whatever partitioner its source had
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                SinkSettings.controlTopic(sink),
                task.first().partition(),
                task.first().event().queueName().getBytes(StandardCharsets.UTF_8),
                command.json());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(writing(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(record).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "The command to " + command.action().command + " task " + task.task() + " was not written to topic "
                            + record.topic() + ": " + (e.getCause() == null ? e : e.getCause())
                            + ". See that the topic is there and may be written to, and try again.",
                    e);
        }
    }

    private Map<String, Object> writing() {
        Map<String, Object> properties = new ClientProperties(kafka).of(Client.PRODUCER);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return properties;
    }
}
