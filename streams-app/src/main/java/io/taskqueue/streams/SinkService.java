package io.taskqueue.streams;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A sink as a service on Kafka Streams: events are applied by workers, one task's in order and tasks side by side; offsets,
 * checkpoints and the results of effects commit together.
 *
 * <p>Any number of instances of one name share the work. Thread-safe.
 */
public final class SinkService implements AutoCloseable {

    private SinkService() {}

    /**
     * Begins a service.
     *
     * @param name the sink's name: the consumer group, the prefix of its internal topics, and a part of every effect key;
     *     made of letters, digits, dots, hyphens and underscores
     */
    public static <T> Builder<T> builder(String name, ReplicationSink<T> sink, PayloadCodec<T> codec) {
        return new Builder<>();
    }

    /** What the service is doing now. */
    public SinkStatus status() {
        throw new UnsupportedOperationException();
    }

    /** Whether the service is running and takes part in the work. */
    public boolean ready() {
        throw new UnsupportedOperationException();
    }

    /**
     * Hands every applied event to an observer, on a thread of its own, until the returned handle is closed. An observer that
     * is slow misses events rather than slow anyone; one that throws is logged.
     */
    public AutoCloseable observe(Consumer<? super AppliedEvent<?>> observer) {
        throw new UnsupportedOperationException();
    }

    /** Clears the mark that events of a queue were missing; takes effect with the queue's next event. */
    public void clearDiverged(String queueName) {
        throw new UnsupportedOperationException();
    }

    /**
     * Waits until the service has stopped.
     *
     * @throws SinkFailedException if it failed
     */
    public void awaitTermination() throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /** Stops: what runs may finish within the drain time-out, what is left is applied at the next start. Idempotent. */
    @Override
    public void close() {}

    /** Collects what a service needs. Not thread-safe. */
    public static final class Builder<T> {

        private Builder() {}

        /** Kafka's properties, {@code bootstrap.servers} at least. */
        public Builder<T> kafka(Map<String, ?> properties) {
            return this;
        }

        /** The event topic; {@code taskqueue.events} unless set. */
        public Builder<T> topic(String topic) {
            return this;
        }

        /** Where records go that are no events; the sink's name with {@code .dead} unless set. */
        public Builder<T> deadLetterTopic(String topic) {
            return this;
        }

        /** Where state is kept between starts. */
        public Builder<T> stateDirectory(Path directory) {
            return this;
        }

        public Builder<T> metrics(MeterRegistry registry) {
            return this;
        }

        /** Events applied side by side; 64 unless set. */
        public Builder<T> concurrency(int events) {
            return this;
        }

        /** Events seen and not applied yet, per partition; 512 unless set. */
        public Builder<T> maxInFlight(int events) {
            return this;
        }

        public Builder<T> retry(RetryPolicy policy) {
            return this;
        }

        /** How long running applications may take to finish when the service stops or gives a partition away; 5 s unless set. */
        public Builder<T> drainTimeout(Duration timeout) {
            return this;
        }

        /** How often offsets and results commit; 100 ms unless set. */
        public Builder<T> commitInterval(Duration interval) {
            return this;
        }

        public Builder<T> onGap(OnGap onGap) {
            return this;
        }

        /** How long a missing event topic is waited for; 30 s unless set. */
        public Builder<T> topicWait(Duration wait) {
            return this;
        }

        public Builder<T> clock(Clock clock) {
            return this;
        }

        /** Starts the service; returns when Kafka Streams starts, before the first event is applied. */
        public SinkService start() {
            throw new UnsupportedOperationException();
        }
    }
}
