package io.taskqueue.console.fold;

import io.taskqueue.event.TaskId;
import io.taskqueue.streams.state.KeyRange;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * The keys of the store of a view. Numbers are big-endian, names are UTF-8.
 *
 * <pre>
 *   1 PARTITION   1                                                           the partition: where to read on, its topic
 *   2 QUEUE       2 | name                                                    a queue
 *   3 TASK        3 | length 4 | first queue | epoch 8 | sequence 8 | queue   a task, by its identity and the queue that has it
 *   4 ORDER       4 | length 4 | queue | phase 1 | offset 8                   a queue's tasks of a phase, in the order in which they entered it;
 *                                                                             the value is the key of the task
 * </pre>
 *
 * <p>The queue of a task is left out where it is the one in which it was first enqueued.
 */
final class ViewKeys {

    static final byte[] PARTITION = {1};
    static final byte[] FIRST_QUEUE = {2};
    static final byte[] FIRST_TASK = {3};
    private static final byte QUEUE = 2;
    private static final byte TASK = 3;
    private static final byte ORDER = 4;

    private ViewKeys() {}

    static byte[] queue(String name) {
        return StateWriter.key(1 + name.length())
                .putByte(QUEUE)
                .putRestOfText(name)
                .toBytes();
    }

    static String queueName(byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
    }

    static byte[] task(String queue, TaskId id) {
        StateWriter key = taskPrefix(id);
        return (queue.equals(id.queueName()) ? key : key.putRestOfText(queue)).toBytes();
    }

    /** What the keys of one task begin with, whatever queue has it. */
    static byte[] task(TaskId id) {
        return taskPrefix(id).toBytes();
    }

    private static StateWriter taskPrefix(TaskId id) {
        return StateWriter.key(32 + id.queueName().length())
                .putByte(TASK)
                .putText(id.queueName())
                .putLong(id.epoch())
                .putLong(id.sequenceId());
    }

    static TaskId taskId(byte[] key) {
        StateReader reader = StateReader.key(key);
        byte unused = reader.readByte();
        return new TaskId(reader.readText(), reader.readLong(), reader.readLong());
    }

    static String taskQueue(byte[] key) {
        StateReader reader = StateReader.key(key);
        byte unused = reader.readByte();
        String first = reader.readText();
        long unusedEpoch = reader.readLong();
        long unusedSequence = reader.readLong();
        String now = reader.readRestOfText();
        return now.isEmpty() ? first : now;
    }

    static byte[] order(String queue, ViewPhase phase, long offset) {
        return StateWriter.key(16 + queue.length())
                .putByte(ORDER)
                .putText(queue)
                .putByte(phase.code())
                .putLong(offset)
                .toBytes();
    }

    /** The offset in a key of the order. */
    static long offset(byte[] key) {
        return StateReader.key(Arrays.copyOfRange(key, key.length - 8, key.length))
                .readLong();
    }

    /** The smallest key that is greater than all that begin with this one. */
    static byte[] endOf(byte[] prefix) {
        return KeyRange.endOf(Bytes.wrap(prefix)).get();
    }
}
