package io.taskqueue.console.sinks;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic of a sink, and whether what was read of it is all that it holds. For the thread of the index.
 *
 * <pre>
 *   UNREAD --- read to its end ---&gt; READ        a topic that may not be read, or does not exist, is UNREAD again
 *      \--------- a record is invalid ---------&gt; INVALID, until its topic is read again from its start
 * </pre>
 */
final class FollowedTopic implements TopicTail.Follower {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedTopic.class);

    private enum State {
        UNREAD,
        READ,
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

    /** It was read to its end, or cannot be read. */
    void read(boolean toItsEnd) {
        if (state != State.INVALID) {
            state = toItsEnd ? State.READ : State.UNREAD;
        }
    }

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) {
        if (state == State.INVALID) {
            return;
        }
        try {
            reader.accept(record);
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
