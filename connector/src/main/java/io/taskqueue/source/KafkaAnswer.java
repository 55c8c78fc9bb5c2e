package io.taskqueue.source;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;

/** Waiting for Kafka's answers. */
final class KafkaAnswer {

    static final long PAUSE_MILLIS = 50;

    private KafkaAnswer() {}

    /**
     * The answer.
     *
     * @throws KafkaException what Kafka answers; its own timeout exception also if it does not answer in time
     */
    static <V> V await(Future<V> answer, long timeoutMillis, String what) throws InterruptedException {
        try {
            return answer.get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException kafka) {
                throw kafka;
            }
            throw new KafkaException("Could not " + what, e.getCause());
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(
                    "No answer within " + timeoutMillis + " ms to the request to " + what, e);
        }
    }

    /** Lets a moment pass before a question is asked again. */
    static void pause() throws InterruptedException {
        boolean never = new CountDownLatch(1).await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        assert !never;
    }
}
