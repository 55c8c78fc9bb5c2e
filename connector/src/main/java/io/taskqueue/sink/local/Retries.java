package io.taskqueue.sink.local;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Causes;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.store.SinkStoreException;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats a step of a sink, with waits in between, until it succeeds or its attempts are exhausted. Used by one thread. */
record Retries(String sink, RetryPolicy policy, RetryPause pause, RandomGenerator random) {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    /** A step that may fail temporarily. */
    @FunctionalInterface
    interface Step<R> {
        R run() throws TransientFailure, InterruptedException;
    }

    /** A step failed temporarily. */
    static final class TransientFailure extends Exception {

        private static final long serialVersionUID = 1L;

        TransientFailure(Throwable cause) {
            super(cause);
        }
    }

    /**
     * Calls the step until it succeeds. Failures of a store are transient as well.
     *
     * @param event the event that the step belongs to, for messages
     * @throws SinkFailedException if the attempts are exhausted
     * @throws InterruptedException if the step or the wait between two attempts is interrupted
     */
    <R> R call(ReplicationEvent<?> event, Step<R> step) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            Throwable cause;
            try {
                return step.run();
            } catch (TransientFailure failure) {
                cause = Objects.requireNonNull(failure.getCause());
            } catch (SinkStoreException failure) {
                cause = failure;
            }
            if (attempt >= policy.attempts()) {
                throw SinkFailedException.attemptsExhausted(sink, event, attempt, cause);
            }
            Duration wait = policy.backoff(attempt, cause, random);
            LOG.warn(
                    "Sink {}: attempt {} of {} for {} failed ({}). The next one follows in {} ms.",
                    sink,
                    attempt,
                    policy.attempts(),
                    event,
                    Causes.text(cause),
                    wait.toMillis());
            pause.await(wait);
        }
    }
}
