package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A journal that may not own the queue any more has no lease granted. */
@Timeout(60)
class LeasesNeedTheJournalsConsentTest {

    private final AtomicBoolean grants = new AtomicBoolean(true);
    private final BoundedJournal journal = new BoundedJournal(100) {
        @Override
        public boolean grantsLeases() {
            return grants.get();
        }
    };

    @Test
    void leaseWaitsWhileTheJournalGrantsNoneAndIsGrantedWhenItIsAskedAgain() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("a");
            queue.enqueue("b");
            grants.set(false);
            assertThat(queue.tryLease()).isEmpty();
            assertThat(queue.lease(Duration.ofMillis(5))).isEmpty();
            Caller<Lease<String>> first = Caller.startWaiting(queue::lease);
            Caller<Lease<String>> second = Caller.startWaiting(queue::lease);
            queue.recheckLeases();
            assertThat(first.done() || second.done()).isFalse();

            grants.set(true);
            queue.recheckLeases();

            assertThat(first.result().payload() + second.result().payload()).isIn("ab", "ba");
            assertThat(journal.fault()).isEmpty();
        }
    }

    @Test
    void taskThatArrivesMeanwhileIsLeasedAfterwards() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            grants.set(false);
            Caller<Lease<String>> waiting = Caller.startWaiting(queue::lease);
            queue.enqueue("a");
            assertThat(waiting.done()).isFalse();

            grants.set(true);
            queue.recheckLeases();

            assertThat(waiting.result().payload()).isEqualTo("a");
        }
    }

    @Test
    void enqueueAndTheEndingOfLeasesContinue() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("a");
            Lease<String> lease = queue.lease();
            grants.set(false);

            queue.enqueue("b");
            lease.heartbeat();
            lease.complete();

            assertThat(queue.counts().totals().completed()).isEqualTo(1);
            assertThat(queue.counts().pending()).isEqualTo(1);
        }
    }

    private TaskQueue<String> queue() {
        TaskQueue<String> queue =
                TaskQueue.<String>builder("orders").closeGrace(Duration.ZERO).build();
        queue.attach(journal);
        return queue;
    }
}
