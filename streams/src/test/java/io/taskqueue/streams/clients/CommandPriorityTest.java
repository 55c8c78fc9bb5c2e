package io.taskqueue.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.partition.SinkLifecycle;
import io.taskqueue.streams.replay.MovedOffsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandPriorityTest {

    private static final TopicPartition EVENTS = new TopicPartition("events", 3);
    private static final TopicPartition OTHER_EVENTS = new TopicPartition("events", 4);
    private static final TopicPartition COMMANDS = new TopicPartition("control", 3);
    private static final TopicPartition OTHER_COMMANDS = new TopicPartition("control", 4);

    private final Broker broker = new Broker();
    private final Consumer<byte[], byte[]> consumer = PacedConsumer.wrap(
            broker,
            new CommandPriority("events", "control"),
            new SinkLifecycle(),
            new PollBudget(),
            new OffsetResets("events", new MovedOffsets()),
            new ThreadGuard("prioritised"));

    @BeforeEach
    void assign() {
        consumer.subscribe(List.of("events", "control"));
        broker.rebalance(List.of(EVENTS, OTHER_EVENTS, COMMANDS, OTHER_COMMANDS));
        for (TopicPartition partition : broker.assignment()) {
            broker.updateBeginningOffsets(Map.of(partition, 0L));
            broker.updateEndOffsets(Map.of(partition, 0L));
        }
        broker.seekToBeginning(broker.assignment());
        broker.add(EVENTS);
        broker.add(OTHER_EVENTS);
    }

    @AfterEach
    void close() {
        consumer.close();
    }

    @Test
    void eventsAreFetchedImmediatelyWhenThereAreNoCommands() {
        assertThat(poll()).containsExactlyInAnyOrder(EVENTS, OTHER_EVENTS);
    }

    @Test
    void eventsWaitForTheCommandsOfTheirPartition() {
        broker.add(COMMANDS);

        assertThat(poll()).containsExactlyInAnyOrder(COMMANDS, OTHER_EVENTS);
        assertThat(poll()).containsExactly(EVENTS);
    }

    @Test
    void nothingIsFetchedUntilTheEndOfTheCommandsIsKnown() {
        broker.unknown = COMMANDS::equals;
        broker.add(COMMANDS);

        assertThat(poll()).containsExactly(OTHER_EVENTS);
        assertThat(poll()).isEmpty();

        broker.unknown = partition -> false;
        assertThat(poll()).containsExactly(COMMANDS);
        assertThat(poll()).containsExactly(EVENTS);
    }

    @Test
    void partitionsPausedByKafkaStreamsStayPaused() {
        broker.add(COMMANDS);
        consumer.pause(List.of(COMMANDS));

        assertThat(poll()).containsExactly(OTHER_EVENTS);

        assertThat(consumer.paused()).containsExactly(COMMANDS);
    }

    private List<TopicPartition> poll() {
        return StreamSupport.stream(consumer.poll(Duration.ZERO).spliterator(), false)
                .map(record -> new TopicPartition(record.topic(), record.partition()))
                .toList();
    }

    /** Partitions of at most one record, whose end the consumer may not know yet. */
    private static final class Broker extends MockConsumer<byte[], byte[]> {

        private Predicate<TopicPartition> unknown = partition -> false;

        private Broker() {
            super("earliest");
        }

        private void add(TopicPartition partition) {
            addRecord(new ConsumerRecord<>(partition.topic(), partition.partition(), 0, new byte[0], new byte[0]));
            updateEndOffsets(Map.of(partition, 1L));
        }

        @Override
        public synchronized OptionalLong currentLag(TopicPartition partition) {
            return unknown.test(partition) ? OptionalLong.empty() : super.currentLag(partition);
        }
    }
}
