package io.taskqueue.console.sinks;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic of a sink, and whether what was read of it is all that it holds. For the thread of the index.
 *
 * <pre>
 *   UNREAD, DENIED, ABSENT &lt;----&gt; READ          as each round of the index finds it
 *      \----- a record is invalid ----&gt; INVALID, until the topic is read again from its start
 * </pre>
 */
final class FollowedTopic implements TopicTail.Follower {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedTopic.class);

    /** What was found of a topic. */
    enum State {
        /** It was not read to its end yet. */
        UNREAD,
        /** It was read to its end. */
        READ,
        /** The user of the console may not read it. */
        DENIED,
        /** It does not exist. */
        ABSENT,
        /** It has a record that this version cannot read. */
        INVALID
    }

    private final String topic;
    private final Consumer<ConsumerRecord<byte[], byte[]>> reader;
    private final IntConsumer forget;
    private State state = State.UNREAD;

    /**
     * @param reader is given the records
     * @param forget forgets what was read of a partition
     */
    FollowedTopic(String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader, IntConsumer forget) {
        this.topic = topic;
        this.reader = reader;
        this.forget = forget;
    }

    String topic() {
        return topic;
    }

    /** Whether it was read to its end, so that what was not found is not there. */
    boolean known() {
        return state == State.READ;
    }

    State state() {
        return state;
    }

    /** What a round of the index has found: READ, DENIED or ABSENT. */
    void found(State now) {
        if (state != State.INVALID) {
            state = now;
        }
    }

    /** What was read of it, or why that is unknown. */
    <V> Reading<V> reading(Supplier<V> value) {
        return switch (state) {
            case READ -> Reading.of(value.get());
            case UNREAD -> Reading.unknown("topic " + topic + " is not read yet. Request it again later.");
            case DENIED -> Reading.unknown(
                    "the console is not permitted to read topic " + topic + ". Grant it Read on the topic.");
            case ABSENT -> Reading.unknown(
                    "topic " + topic + " does not exist. A sink creates it when it is started for the first time.");
            case INVALID -> Reading.unknown(
                    "topic " + topic
                            + " has a record that this version of the console cannot read. Run a version that is as new as the sink.");
        };
    }

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) {
        pass(record, reader);
    }

    /** Passes a record of the topic to a reader; one that it cannot read makes the topic invalid. */
    void pass(ConsumerRecord<byte[], byte[]> record, Consumer<ConsumerRecord<byte[], byte[]>> to) {
        if (state == State.INVALID) {
            return;
        }
        try {
            to.accept(record);
        } catch (RuntimeException e) {
            state = State.INVALID;
            LOG.warn(
                    "The record at offset {} of partition {} of topic {} cannot be read ({}), so what the topic holds"
                            + " is shown as unknown. Run a version of the console that is as new as the sink.",
                    record.offset(),
                    record.partition(),
                    topic,
                    e.getMessage());
        }
    }

    @Override
    public void restart(TopicPartition partition) {
        forget.accept(partition.partition());
        state = State.UNREAD;
    }
}
