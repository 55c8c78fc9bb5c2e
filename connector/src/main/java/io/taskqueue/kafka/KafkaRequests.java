package io.taskqueue.kafka;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Waits for answers of Kafka's clients, each within the same timeout.
 *
 * <p>Immutable and thread-safe. An action is named in the infinitive, as in {@code describe topic orders}; error messages
 * contain it.
 */
public final class KafkaRequests {

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(50);
    private static final long MIN_ATTEMPTS = 20;

    /** A request that may be sent several times. */
    @FunctionalInterface
    public interface Request<V> {

        V send() throws InterruptedException;
    }

    private final long timeoutMillis;

    /** @param timeout how long one request may take */
    public KafkaRequests(Duration timeout) {
        this.timeoutMillis = timeout.toMillis();
    }

    /**
     * Waits for an answer.
     *
     * @throws KafkaException if the request failed: the exception of the client itself, or one that wraps its cause
     * @throws TimeoutException if the answer does not arrive within the timeout
     */
    public <V> V await(Future<V> answer, String action) throws InterruptedException {
        try {
            return answer.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException kafka) {
                throw kafka;
            }
            throw new KafkaException("Could not " + action, e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new TimeoutException("No answer within " + timeoutMillis + " ms to the request to " + action, e);
        }
    }

    /**
     * Sends a request again while it fails with a retriable error, because brokers learn of a new topic one after the other.
     * Ends after the timeout, but not before {@value #MIN_ATTEMPTS} attempts; a request that is not answered is not repeated.
     *
     * @throws RetriableException the error of the last attempt
     */
    public <V> V retry(Request<V> request) throws InterruptedException {
        long attempts = Math.max(MIN_ATTEMPTS, timeoutMillis / RETRY_INTERVAL.toMillis());
        for (long attempt = 1; ; attempt++) {
            try {
                return request.send();
            } catch (RetriableException e) {
                if (attempt >= attempts || e instanceof TimeoutException) {
                    throw e;
                }
                pause(RETRY_INTERVAL);
            }
        }
    }

    /** Waits before a request is sent again. */
    public static void pause(Duration interval) throws InterruptedException {
        boolean never = new CountDownLatch(1).await(interval.toNanos(), TimeUnit.NANOSECONDS);
        assert !never;
    }
}
