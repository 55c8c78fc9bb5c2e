package io.taskqueue.streams.admin;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.parking.LocalParkedEvents;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The parked events of a sink, and an operator's decisions about them.
 *
 * <p>It reads the topic that the sink's state is restored from, as of the last commit, and writes commands to the sink's control
 * topic, to the partition of the task's queue: so the sink need not run, and any of its instances may have the queue. A
 * command takes effect when the sink runs, once, and only if the task is still parked as it was read here.
 *
 * <p>Thread-safe, one call at a time. Each call creates clients of its own.
 */
public final class ParkedEvents {

    private final String sink;
    private final Map<String, Object> kafka;

    /**
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param sink the sink's name
     */
    public ParkedEvents(Map<String, ?> kafka, String sink) {
        this.kafka = Map.copyOf(kafka);
        this.sink = sink;
    }

    /**
     * All events that are parked or discarded, by queue, then task, each task's in order.
     *
     * @throws IllegalStateException if the sink has no such state on this cluster
     * @throws KafkaException if the cluster does not answer
     */
    public synchronized List<ParkedEvent> read() {
        return read(new LocalParkedEvents(0, Map.of()));
    }

    /**
     * The same, where an instance of the sink runs in this process: only the partitions of other instances are read from Kafka.
     *
     * @param local what {@code SinkService.parked()} returned
     */
    public synchronized List<ParkedEvent> read(LocalParkedEvents local) {
        List<ParkedEvent> events = new ArrayList<>();
        local.byPartition().values().forEach(events::addAll);
        if (!local.complete()) {
            events.addAll(readFromKafka(local.byPartition().keySet()));
        }
        CommittedState.sortParked(events);
        return events;
    }

    private Collection<ParkedEvent> readFromKafka(Set<Integer> without) {
        CommittedState state = CommittedState.of(StateKind.PARKED);
        Optional<Integer> partitions = new SinkChangelog(kafka, sink)
                .read(StoreNames.STATE, partition -> !without.contains(partition), state::add);
        if (partitions.isEmpty()) {
            throw new IllegalStateException("There is no topic " + TopicNames.changelog(sink, StoreNames.STATE)
                    + " on this cluster, so no sink named " + sink
                    + " has run here, or it may not be read. Check the name and the cluster.");
        }
        return state.parked().orElseThrow();
    }

    /** A decision about tasks, which takes effect when it is sent. */
    public final class Decision {

        private final String id;
        private final String action;
        private final List<ProducerRecord<byte[], byte[]>> commands;

        private Decision(
                String id, List<ParkedTask> tasks, Function<ParkedTask, ParkedCommand> command, String action) {
            this.id = id;
            this.action = action;
            this.commands = tasks.stream()
                    .map(task -> record(task, command.apply(task)))
                    .toList();
        }

        /** What its commands on the control topic share. */
        public String id() {
            return id;
        }

        /**
         * Writes the commands to the control topic, and returns when all are durable.
         *
         * @throws IllegalStateException if one could not be written; those before it may take effect
         */
        public void send() throws InterruptedException {
            try {
                ControlTopicWriter.write(kafka, commands);
            } catch (KafkaException e) {
                throw new IllegalStateException(
                        "The command to " + action + " was not written to topic " + TopicNames.control(sink) + ": " + e
                                + ". Check that the topic exists and may be written to, and repeat the command.",
                        e);
            }
        }
    }

    /**
     * Redrives a task: its events are applied again in order, from the first, with as many attempts as at first and the same
     * keys. Effects that have a recorded result do not run again; an effect that waited for a decision does.
     *
     * @param by who decided it, for the log; may be empty
     * @throws IllegalStateException if the command could not be written
     */
    public synchronized void redrive(ParkedTask task, String by) throws InterruptedException {
        redriveAll(List.of(task), by).send();
    }

    /** The same for many tasks, when the decision is sent. */
    public Decision redriveAll(List<ParkedTask> tasks, String by) {
        return decision(ParkedCommand.Action.REDRIVE, tasks, by, "", false);
    }

    /**
     * Discards the first parked event of a task permanently, and releases those behind it. It is kept as discarded until the
     * log's retention has passed it, and a replay skips it.
     *
     * @param by who decided it
     * @param reason why
     * @param following whether all parked events of the task are discarded
     * @throws IllegalArgumentException if a text is empty, has more than 4 KiB or more than one line
     * @throws IllegalStateException if the command could not be written
     */
    public synchronized void discard(ParkedTask task, String by, String reason, boolean following)
            throws InterruptedException {
        discardAll(List.of(task), by, reason, following).send();
    }

    /**
     * The same for many tasks, when the decision is sent.
     *
     * @throws IllegalArgumentException if a text is empty, has more than 4 KiB or more than one line
     */
    public Decision discardAll(List<ParkedTask> tasks, String by, String reason, boolean following) {
        return decision(ParkedCommand.Action.DISCARD, tasks, by, reason, following);
    }

    private Decision decision(
            ParkedCommand.Action action, List<ParkedTask> tasks, String by, String reason, boolean following) {
        String what = tasks.size() == 1 ? "task " + tasks.get(0).task() : tasks.size() + " tasks";
        String id = UUID.randomUUID().toString();
        return new Decision(
                id,
                tasks,
                task -> new ParkedCommand(
                        action, task.task(), task.first().offset(), task.first().round(), by, reason, following, id),
                action.command() + " " + what);
    }

    private ProducerRecord<byte[], byte[]> record(ParkedTask task, ParkedCommand command) {
        // the partition in which the event is parked is its queue's, whatever partitioner its source had
        return new ProducerRecord<>(
                TopicNames.control(sink),
                task.first().partition(),
                task.first().event().queueName().getBytes(StandardCharsets.UTF_8),
                command.json());
    }
}
