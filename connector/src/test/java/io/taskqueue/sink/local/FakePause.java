package io.taskqueue.sink.local;

import java.time.Duration;
import java.util.function.Consumer;

/** Replaces the pauses of a runner between two attempts, for tests in other packages. */
public final class FakePause {

    private FakePause() {}

    /** The builder, whose runner calls the pause instead of waiting. */
    public static <T> LocalSinkRunner.Builder<T> in(LocalSinkRunner.Builder<T> builder, Consumer<Duration> pause) {
        return builder.pause(pause::accept);
    }
}
