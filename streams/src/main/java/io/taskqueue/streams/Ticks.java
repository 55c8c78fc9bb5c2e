package io.taskqueue.streams;

import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.jspecify.annotations.Nullable;

/** The schedule of one task's passes without a record. Each tick causes the task to commit. For the stream thread only. */
final class Ticks {

    private final ProcessorContext<byte[], byte[]> context;
    private final Punctuator tick;
    private Optional<Duration> interval = Optional.empty();
    private @Nullable Cancellable scheduled;

    Ticks(ProcessorContext<byte[], byte[]> context, Punctuator tick) {
        this.context = context;
        this.tick = tick;
    }

    /** Schedules ticks at an interval, or none, in place of those before. */
    void schedule(Optional<Duration> wanted) {
        if (wanted.equals(interval)) {
            return;
        }
        if (scheduled != null) {
            scheduled.cancel();
            scheduled = null;
        }
        interval = wanted;
        if (wanted.isPresent()) {
            scheduled = context.schedule(wanted.get(), PunctuationType.WALL_CLOCK_TIME, tick);
        }
    }
}
