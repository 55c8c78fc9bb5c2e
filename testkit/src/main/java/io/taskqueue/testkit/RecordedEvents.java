package io.taskqueue.testkit;

import io.taskqueue.event.NameRule;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.queue.EnqueueOptions;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The events of one queue, as its source would write them to Kafka, for tests of what reads them.
 *
 * <pre>{@code
 * RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
 * RecordedTask<Order> task = events.enqueued(order).leased().completed();
 * }</pre>
 *
 * <p>They come from a real {@link TaskQueue} under {@link ManualTime}, so that only what a queue emits can be built: numbers, tokens,
 * deadlines and the order are its own, and a change that is not legal is refused. SourceStarted is the first of them.
 *
 * <p>Given a payload's class or codec, each event is encoded and decoded as on its way through Kafka, so that a sink gets payloads as it
 * gets them in service. Without one, it gets the payload objects of the test.
 *
 * <p>Tasks are leased by their priority, and of the same priority in the order in which they became pending, as in any queue. Iterates over the events so far, in order. Not
 * thread-safe. It needs no end: nothing is lost if it is dropped.
 *
 * @param <T> the payload's type
 */
public final class RecordedEvents<T> implements Iterable<ReplicationEvent<T>> {

    private final RecordedQueue<T> queue;

    private RecordedEvents(RecordedQueue<T> queue) {
        this.queue = queue;
    }

    /** Events of a queue of that name, whose payloads are the objects of the test. */
    public static <T> RecordedEvents<T> of(String queue) {
        return RecordedEvents.<T>builder(queue).build();
    }

    /** Events of a queue of that name, whose payloads are written and read as JSON. */
    public static <T> RecordedEvents<T> of(String queue, Class<T> payload) {
        return RecordedEvents.<T>builder(queue)
                .codec(PayloadCodec.json(payload))
                .build();
    }

    /** Starts to build the recording of a queue of that name; every setting has a default. */
    public static <T> Builder<T> builder(String queue) {
        return new Builder<>(queue);
    }

    /**
     * A task is enqueued: Enqueued.
     *
     * @throws io.taskqueue.queue.PayloadRefusedException if there is a codec, and it cannot encode the payload, or JSON that it writes could
     *     not be read
     * @throws io.taskqueue.serde.UndecodableEventException if a codec of the test's own cannot read what it wrote
     */
    public RecordedTask<T> enqueued(T payload) {
        return queue.enqueue(payload, EnqueueOptions.none());
    }

    /** A task is enqueued under a key of the caller: Enqueued. If the queue has a live task of that key, returns that. */
    public RecordedTask<T> enqueued(T payload, String key) {
        return queue.enqueue(payload, EnqueueOptions.withKey(key));
    }

    /**
     * A task is enqueued with a key, a delay or a priority: Enqueued. The task of a delay is delayed: {@link RecordedTask#available} and
     * {@link RecordedTask#leased} advance the time to its end.
     */
    public RecordedTask<T> enqueued(T payload, EnqueueOptions options) {
        return queue.enqueue(payload, options);
    }

    /** The whole life of a task: Enqueued, LeaseGranted, Completed. */
    public RecordedTask<T> completed(T payload) {
        return enqueued(payload).leased().completed();
    }

    /** The whole life of a task whose only attempt fails: Enqueued, LeaseGranted, Failed, DeadLettered. */
    public RecordedTask<T> deadLettered(T payload, String message) {
        return enqueued(payload).leased().deadLettered(message);
    }

    /**
     * The queue is drained, and its tasks are handed to the caller: LeaseExpired for each that is leased, Drained for each. The queue
     * accepts no more work.
     */
    public List<RecordedTask<T>> drained() {
        return queue.drain();
    }

    /**
     * The queue is closed, and its tasks are left for the next owner: LeaseExpired for each that is leased, Drained with the flag HandOver
     * for each. {@link #takenOver} continues with them.
     */
    public List<RecordedTask<T>> handedOver() {
        return queue.handOver();
    }

    /**
     * Another source takes the queue over, as after a crash of this one or a hand-over: SourceStarted of the next epoch, and Restored for
     * each live task. Events that are recorded here from now on come behind the fence, as those of an owner that does not know it yet:
     * sinks drop them.
     *
     * @return the events of the next owner, which shares the time
     */
    public RecordedEvents<T> takenOver() {
        return new RecordedEvents<>(queue.nextOwner());
    }

    /**
     * A task that {@link #drained} returned is restored here, by the owner of the queue after the one that was drained: Restored.
     *
     * @throws IllegalStateException if the task was not drained
     */
    public RecordedTask<T> restored(RecordedTask<T> drained) {
        return queue.restore(drained.id());
    }

    /**
     * A task by its identity.
     *
     * @throws IllegalArgumentException if it has no event here
     */
    public RecordedTask<T> task(TaskId id) {
        return queue.task(id);
    }

    /** The events so far, SourceStarted first. */
    public List<ReplicationEvent<T>> list() {
        return queue.list();
    }

    @Override
    public Iterator<ReplicationEvent<T>> iterator() {
        return list().iterator();
    }

    /** The state of the queue after the events so far, those of earlier owners included. */
    public FoldedQueue<T> state() {
        return queue.state();
    }

    /** The time of the queue. */
    public ManualTime time() {
        return queue.time();
    }

    /** Collects the settings of a recording; {@link #build} validates them. Not thread-safe. */
    public static final class Builder<T> {

        private final String queue;
        private long epoch = 1;
        private String sourcePeer = "dispatcher-a";
        private Function<TaskEvent<T>, @Nullable String> ownerPeer = change -> null;
        private @Nullable PayloadCodec<T> codec;
        private PayloadInclusion inclusion = PayloadInclusion.EVERY_EVENT;
        private Duration leaseDuration = Duration.ofSeconds(30);
        private Duration requeueDelay = Duration.ofSeconds(1);
        private int maxAttempts = 5;
        private ManualTime time = new ManualTime();

        private Builder(String queue) {
            this.queue = Objects.requireNonNull(queue, "queue");
        }

        /** The epoch of the source; 1. */
        public Builder<T> epoch(long epoch) {
            this.epoch = epoch;
            return this;
        }

        /** The process that writes the events; {@code dispatcher-a}. */
        public Builder<T> sourcePeer(String name) {
            this.sourcePeer = NameRule.require("peer name", "dispatcher-a", name);
            return this;
        }

        /** The process that is responsible for the task of an event, or null; none by default. */
        public Builder<T> ownerPeer(Function<TaskEvent<T>, @Nullable String> resolver) {
            this.ownerPeer = Objects.requireNonNull(resolver, "resolver");
            return this;
        }

        /** Has each event encoded and decoded as on its way through Kafka; by default, payloads are the objects of the test. */
        public Builder<T> codec(PayloadCodec<T> codec) {
            this.codec = Objects.requireNonNull(codec, "codec");
            return this;
        }

        /**
         * Which events include the payload, as {@code ReplicationSource.Builder.payload}; {@link PayloadInclusion#EVERY_EVENT}. A test with {@link
         * PayloadInclusion#FIRST_EVENT} shows whether a sink needs a payload that it does not get.
         */
        public Builder<T> payload(PayloadInclusion inclusion) {
            this.inclusion = Objects.requireNonNull(inclusion, "inclusion");
            return this;
        }

        /** How long a lease lasts without a heartbeat; 30 s. */
        public Builder<T> leaseDuration(Duration leaseDuration) {
            this.leaseDuration = Objects.requireNonNull(leaseDuration, "leaseDuration");
            return this;
        }

        /**
         * How long a task waits for its next attempt; 1 s, so that {@link RecordedTask#requeued} is an event of its own. With zero,
         * Requeued follows Failed and LeaseExpired at once.
         */
        public Builder<T> requeueDelay(Duration requeueDelay) {
            this.requeueDelay = Objects.requireNonNull(requeueDelay, "requeueDelay");
            return this;
        }

        /** How many attempts a task has before it is dead; 5. */
        public Builder<T> maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** The time of the queue, for a test that shares it; one of its own by default. */
        public Builder<T> time(ManualTime time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** @throws IllegalArgumentException if a setting is out of its range; the message names it and the range */
        public RecordedEvents<T> build() {
            return new RecordedEvents<>(new RecordedQueue<>(
                    new RecordedQueue.Settings<>(
                            queue,
                            epoch,
                            new RecordedQueue.Peers<>(sourcePeer, ownerPeer),
                            new RecordedQueue.Payloads<>(Optional.ofNullable(codec), inclusion),
                            leaseDuration,
                            requeueDelay,
                            maxAttempts),
                    time,
                    List.of()));
        }
    }
}
