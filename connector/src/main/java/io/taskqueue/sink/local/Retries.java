package io.taskqueue.sink.local;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.store.SinkStoreException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries a step of one sink again, after waits, until it succeeds or the tries are used up. */
record Retries(String sink, RetryPolicy policy, Pause pause, RandomGenerator random) {

    private static final Logger LOG = LoggerFactory.getLogger(LocalSinkRunner.class);

    /** How to wait. */
    @FunctionalInterface
    interface Pause {

        /** Waits on a monotonic clock. */
        Pause REAL = wait -> {
            boolean woken = new CountDownLatch(1).await(wait.toNanos(), TimeUnit.NANOSECONDS);
            assert !woken : "nothing counts down";
        };

        void await(Duration wait) throws InterruptedException;
    }

    /** What may fail for now. */
    @FunctionalInterface
    interface Step<R> {
        R run() throws Failure, InterruptedException;
    }

    /** A step failed for now. */
    static final class Failure extends Exception {

        private static final long serialVersionUID = 1L;

        Failure(Throwable cause) {
            super(cause);
        }
    }

    /**
     * @throws SinkFailedException if the tries are used up
     * @throws InterruptedException if the step or the wait between two tries was interrupted
     */
    <R> R call(ReplicationEvent<?> event, Step<R> step) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Throwable cause;
            try {
                return step.run();
            } catch (Failure failure) {
                cause = Objects.requireNonNull(failure.getCause());
            } catch (SinkStoreException failure) {
                cause = failure;
            }
            if (attempt >= policy.attempts()) {
                throw SinkFailedException.triesUsedUp(sink, event, attempt, cause);
            }
            Duration wait = policy.backoff(attempt, cause, random);
            LOG.warn(
                    "Sink {}: try {} of {} for {} failed ({}). The next one comes in {} ms.",
                    sink,
                    attempt,
                    policy.attempts(),
                    event,
                    cause.toString(),
                    wait.toMillis());
            pause.await(wait);
        }
    }
}
