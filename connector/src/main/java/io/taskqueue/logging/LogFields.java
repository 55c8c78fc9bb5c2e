package io.taskqueue.logging;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Fields of the lines that are logged while something runs, whoever logs them: {@code queue}, {@code epoch}, {@code sequence},
 * {@code task}, {@code attempt}, {@code sink}, {@code partition}, {@code effect}.
 *
 * <p>They are in the mapped diagnostic context of the running thread, and afterwards what was there before is there again. Immutable and
 * thread-safe.
 *
 * <p>Public for the other packages of this project; not part of the API.
 */
public final class LogFields {

    static final String QUEUE = "queue";
    static final String EPOCH = "epoch";
    static final String SEQUENCE = "sequence";
    static final String TASK = "task";
    static final String SINK = "sink";
    static final String PARTITION = "partition";
    static final String ATTEMPT = "attempt";
    static final String EFFECT = "effect";

    /** Names, each followed by its value. They are set for each event, so they are neither copied to a map nor looked up. */
    private final String[] fields;

    private LogFields(String... fields) {
        this.fields = fields;
    }

    /** The fields of a source of a queue. */
    public static LogFields ofQueue(String queue) {
        return new LogFields(QUEUE, queue);
    }

    /** The fields of a sink. */
    public static LogFields ofSink(String sink) {
        return new LogFields(SINK, sink);
    }

    /** The field of an effect, for a thread that has those of its event. */
    public static LogFields ofEffect(String effect) {
        return new LogFields(EFFECT, effect);
    }

    /** These fields, and that of an effect. */
    public LogFields effect(String effect) {
        return with(EFFECT, effect);
    }

    /** These fields, and the partition. */
    public LogFields partition(int partition) {
        return with(PARTITION, String.valueOf(partition));
    }

    /** These fields, and the epoch of a source. */
    public LogFields epoch(long epoch) {
        return with(EPOCH, String.valueOf(epoch));
    }

    /** These fields, and the queue. */
    public LogFields queue(String queue) {
        return with(QUEUE, queue);
    }

    /** These fields, and those of an attempt at a task. */
    public LogFields attempt(Task<?> task) {
        return with(TASK, task.id().toString(), ATTEMPT, String.valueOf(task.attempt()));
    }

    /** These fields, and those of a task. */
    public LogFields task(TaskId task) {
        return with(QUEUE, task.queueName(), TASK, task.toString());
    }

    /** These fields, and those of an event. */
    public LogFields event(String queue, Position position) {
        return with(
                QUEUE, queue, EPOCH, String.valueOf(position.epoch()), SEQUENCE, String.valueOf(position.sequence()));
    }

    /** These fields, and those of an event, its task and the attempt at it. */
    public LogFields event(ReplicationEvent<?> event) {
        TaskEvent<?> change = event.change().orElse(null);
        Position position = event.position();
        if (change == null) {
            return event(event.queueName(), position);
        }
        return with(
                QUEUE,
                event.queueName(),
                EPOCH,
                String.valueOf(position.epoch()),
                SEQUENCE,
                String.valueOf(position.sequence()),
                TASK,
                change.task().id().toString(),
                ATTEMPT,
                String.valueOf(change.task().attempt()));
    }

    /** These fields, with the values of others in place of their own, and then those others that they do not have. */
    private LogFields with(String... more) {
        String[] all = Arrays.copyOf(fields, fields.length + more.length);
        int size = fields.length;
        for (int i = 0; i < more.length; i += 2) {
            int at = indexOf(more[i]);
            int place = at < 0 ? size : at;
            all[place] = more[i];
            all[place + 1] = more[i + 1];
            size += at < 0 ? 2 : 0;
        }
        return new LogFields(size == all.length ? all : Arrays.copyOf(all, size));
    }

    private int indexOf(String name) {
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** Ends what {@link #open} began, on the same thread. */
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /** The lines that are logged on this thread have the fields until the scope is closed. */
    public Scope open() {
        @Nullable String[] before = put();
        return () -> restore(before);
    }

    /** Runs something on this thread; the lines that it logs have the fields. */
    public void during(Runnable work) {
        @Nullable String[] before = put();
        try {
            work.run();
        } finally {
            restore(before);
        }
    }

    /** Returns what a supplier returns, on this thread; the lines that it logs have the fields. */
    public <R> R get(Supplier<R> work) {
        @Nullable String[] before = put();
        try {
            return work.get();
        } finally {
            restore(before);
        }
    }

    /** The same work, whose lines have the fields wherever it runs. */
    public Runnable around(Runnable work) {
        return () -> during(work);
    }

    /** Returns the values that are replaced. */
    private @Nullable String[] put() {
        @Nullable String[] before = new String[fields.length / 2];
        for (int i = 0; i < before.length; i++) {
            before[i] = MDC.get(fields[2 * i]);
            MDC.put(fields[2 * i], fields[2 * i + 1]);
        }
        return before;
    }

    private void restore(@Nullable String[] before) {
        for (int i = 0; i < before.length; i++) {
            String replaced = before[i];
            if (replaced == null) {
                MDC.remove(fields[2 * i]);
            } else {
                MDC.put(fields[2 * i], replaced);
            }
        }
    }
}
