package io.taskqueue.logging;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
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

    private final Map<String, String> values;

    private LogFields(Map<String, String> values) {
        this.values = values;
    }

    /** The fields of a source of a queue. */
    public static LogFields ofQueue(String queue) {
        return new LogFields(Map.of(QUEUE, queue));
    }

    /** The fields of a sink. */
    public static LogFields ofSink(String sink) {
        return new LogFields(Map.of(SINK, sink));
    }

    /** The field of an effect, for a thread that has those of its event. */
    public static LogFields ofEffect(String effect) {
        return new LogFields(Map.of(EFFECT, effect));
    }

    /** These fields, and that of an effect. */
    public LogFields effect(String effect) {
        return with(Map.of(EFFECT, effect));
    }

    /** These fields, and the partition. */
    public LogFields partition(int partition) {
        return with(Map.of(PARTITION, String.valueOf(partition)));
    }

    /** These fields, and the epoch of a source. */
    public LogFields epoch(long epoch) {
        return with(Map.of(EPOCH, String.valueOf(epoch)));
    }

    /** These fields, and the queue. */
    public LogFields queue(String queue) {
        return with(Map.of(QUEUE, queue));
    }

    /** These fields, and those of an attempt at a task. */
    public LogFields attempt(Task<?> task) {
        return with(
                Map.of(TASK, task.id().toString(), ATTEMPT, String.valueOf(task.attempt())));
    }

    /** These fields, and those of a task. */
    public LogFields task(TaskId task) {
        return with(Map.of(QUEUE, task.queueName(), TASK, task.toString()));
    }

    /** These fields, and those of an event. */
    public LogFields event(String queue, Position position) {
        return with(Map.of(
                QUEUE, queue, EPOCH, String.valueOf(position.epoch()), SEQUENCE, String.valueOf(position.sequence())));
    }

    /** These fields, and those of an event, its task and the attempt at it. */
    public LogFields event(ReplicationEvent<?> event) {
        LogFields fields = event(event.queueName(), event.position());
        return event.change().map(change -> fields.attempt(change.task())).orElse(fields);
    }

    private LogFields with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putAll(more);
        return new LogFields(all);
    }

    /** Ends what {@link #open} began, on the same thread. */
    @FunctionalInterface
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /** The lines that are logged on this thread have the fields until the scope is closed. */
    public Scope open() {
        Map<String, String> before = put();
        return () -> restore(before);
    }

    /** Runs something on this thread; the lines that it logs have the fields. */
    public void during(Runnable work) {
        Map<String, String> before = put();
        try {
            work.run();
        } finally {
            restore(before);
        }
    }

    /** Returns what a supplier returns, on this thread; the lines that it logs have the fields. */
    public <R> R get(Supplier<R> work) {
        Map<String, String> before = put();
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
    private Map<String, String> put() {
        Map<String, String> before = new HashMap<>();
        values.forEach((field, value) -> {
            String replaced = MDC.get(field);
            if (replaced != null) {
                before.put(field, replaced);
            }
            MDC.put(field, value);
        });
        return before;
    }

    private void restore(Map<String, String> before) {
        values.keySet().forEach(field -> {
            String replaced = before.get(field);
            if (replaced == null) {
                MDC.remove(field);
            } else {
                MDC.put(field, replaced);
            }
        });
    }
}
