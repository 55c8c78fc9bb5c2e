package io.taskqueue.queue;

import io.taskqueue.event.Priority;
import io.taskqueue.event.Task;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may state about a task when it enqueues it, beside the payload. Immutable:
 *
 * <pre>
 *   queue.enqueue(order, EnqueueOptions.withKey(order.id()).delay(Duration.ofMinutes(10)));
 * </pre>
 *
 * @param key the caller's own name for the task, under which the queue accepts no other as long as it is live, or null
 * @param delay how long the task is delayed before it is pending, from 0 to {@link #LONGEST_DELAY}
 * @param priority whether it is leased before the other pending tasks; see {@link TaskQueue#lease()}
 */
public record EnqueueOptions(@Nullable String key, Duration delay, Priority priority) {

    /** The longest delay, a year. */
    public static final Duration LONGEST_DELAY = Duration.ofDays(365);

    private static final EnqueueOptions NONE = new EnqueueOptions(null, Duration.ZERO, Priority.NORMAL);

    /**
     * @throws IllegalArgumentException if the key is empty, longer than {@value Task#MAX_KEY_BYTES} bytes of UTF-8, or contains an unpaired
     *     surrogate; or if the delay is out of its range
     */
    public EnqueueOptions {
        if (key != null) {
            Task.requireKey(key);
        }
        Objects.requireNonNull(delay, "delay");
        Objects.requireNonNull(priority, "priority");
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("The delay of an enqueue must be from 0 to " + LONGEST_DELAY
                    + ", but it is " + delay + ". Choose one in that range.");
        }
    }

    /** Neither a key nor a delay, and the normal priority. */
    public static EnqueueOptions none() {
        return NONE;
    }

    /** Only a key; see {@link #key(String)}. */
    public static EnqueueOptions withKey(String key) {
        return NONE.key(key);
    }

    /** Only a delay; see {@link #delay(Duration)}. */
    public static EnqueueOptions withDelay(Duration delay) {
        return NONE.delay(delay);
    }

    /** Only a priority; see {@link #priority(Priority)}. */
    public static EnqueueOptions withPriority(Priority priority) {
        return NONE.priority(priority);
    }

    /** The same options with this key: the enqueue changes nothing if the queue holds a live task of that key. */
    public EnqueueOptions key(String newKey) {
        return new EnqueueOptions(newKey, delay, priority);
    }

    /** The same options with this delay: the task is delayed, and pending once the delay has passed. */
    public EnqueueOptions delay(Duration newDelay) {
        return new EnqueueOptions(key, newDelay, priority);
    }

    /** The same options with this priority: the task is leased before pending tasks of a lower one. It has it for all its attempts. */
    public EnqueueOptions priority(Priority newPriority) {
        return new EnqueueOptions(key, delay, newPriority);
    }
}
