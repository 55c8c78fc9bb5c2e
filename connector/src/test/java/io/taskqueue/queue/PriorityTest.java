package io.taskqueue.queue;

import static io.taskqueue.event.EventKind.COMPLETED;
import static io.taskqueue.event.EventKind.ENQUEUED;
import static io.taskqueue.event.EventKind.FAILED;
import static io.taskqueue.event.EventKind.LEASE_GRANTED;
import static io.taskqueue.event.EventKind.REQUEUED;
import static io.taskqueue.event.Priority.HIGH;
import static io.taskqueue.event.Priority.LOW;
import static io.taskqueue.event.Priority.NORMAL;
import static io.taskqueue.queue.EnqueueOptions.withPriority;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Priority;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PriorityTest {

    private final ManualTime time = new ManualTime();
    private final EventLog<String> log = new EventLog<>();

    private TaskQueue<String> queue() {
        return TaskQueue.<String>builder("orders")
                .closeGrace(Duration.ZERO)
                .requeueDelay(Duration.ofSeconds(1))
                .clock(time)
                .ticker(time)
                .listener(log)
                .build();
    }

    private static List<String> leaseAll(TaskQueue<String> queue) {
        List<String> leased = new ArrayList<>();
        queue.tryLease().ifPresent(first -> {
            leased.add(first.payload());
            leased.addAll(leaseAll(queue));
        });
        return leased;
    }

    private static void enqueue(TaskQueue<String> queue, int count, Priority priority) {
        for (int number = 0; number < count; number++) {
            assertThat(queue.tryEnqueue(priority + " " + number, withPriority(priority)))
                    .isPresent();
        }
    }

    @Test
    void tasksOfAHigherPriorityAreLeasedFirstAndThoseOfOnePriorityInTheirOrder() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("low 1", withPriority(LOW));
            queue.enqueue("normal 1");
            queue.enqueue("high 1", withPriority(HIGH));
            queue.enqueue("low 2", withPriority(LOW));
            queue.enqueue("high 2", withPriority(HIGH));
            queue.enqueue("normal 2");

            assertThat(leaseAll(queue)).containsExactly("high 1", "high 2", "normal 1", "normal 2", "low 1", "low 2");
        }
    }

    @Test
    void everyTenthLeaseIsOfTheTaskThatHasBeenPendingLongest() {
        try (TaskQueue<String> queue = queue()) {
            enqueue(queue, 2, LOW);
            enqueue(queue, 1, NORMAL);
            enqueue(queue, 40, HIGH);

            List<String> leased = leaseAll(queue);

            assertThat(leased.get(TaskQueue.MAX_PASSED_OVER)).isEqualTo("LOW 0");
            assertThat(leased.get(2 * TaskQueue.MAX_PASSED_OVER + 1)).isEqualTo("LOW 1");
            assertThat(leased.get(3 * TaskQueue.MAX_PASSED_OVER + 2)).isEqualTo("NORMAL 0");
            assertThat(leased).hasSize(43);
        }
    }

    @Test
    void aLowTaskIsLeasedHoweverManyHighOnesCome() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("low", withPriority(LOW));
            int leases = 0;
            String leased;
            do {
                queue.enqueue("high", withPriority(HIGH));
                leased = queue.lease().payload();
                leases++;
            } while (leased.equals("high") && leases < 1_000);

            assertThat(leases).isEqualTo(TaskQueue.MAX_PASSED_OVER + 1);
        }
    }

    @Test
    void severalLeasesAtOnceAreThoseOfSingleCalls() throws Exception {
        List<String> one;
        try (TaskQueue<String> queue = queue()) {
            enqueue(queue, 3, LOW);
            enqueue(queue, 30, HIGH);
            one = leaseAll(queue);
        }
        try (TaskQueue<String> queue = queue()) {
            enqueue(queue, 3, LOW);
            enqueue(queue, 30, HIGH);

            assertThat(queue.lease(33)).extracting(Lease::payload).isEqualTo(one);
        }
    }

    @Test
    void aTaskHasItsPriorityInEachEventAndForEachAttempt() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("high", withPriority(HIGH));
            queue.lease().fail(TaskError.of("again"));
            queue.enqueue("normal", "key");
            time.advance(Duration.ofMinutes(1));

            assertThat(queue.lease().payload()).isEqualTo("high");
            assertThat(log.kinds()).containsExactly(ENQUEUED, LEASE_GRANTED, FAILED, ENQUEUED, REQUEUED, LEASE_GRANTED);
            assertThat(log.events)
                    .extracting(event -> event.task().priority())
                    .containsExactly(HIGH, HIGH, HIGH, NORMAL, HIGH, HIGH);
        }
    }

    @Test
    void delayAndKeyAndPriorityAreOfOneEnqueue() throws Exception {
        try (TaskQueue<String> queue = queue()) {
            TaskId id = queue.enqueue(
                    "later", withPriority(HIGH).delay(Duration.ofMinutes(1)).key("line 1"));
            queue.enqueue("now");
            queue.enqueue("next");
            assertThat(queue.lease().payload()).isEqualTo("now");

            time.advance(Duration.ofMinutes(1));

            Lease<String> lease = queue.lease();
            assertThat(lease.task().id()).isEqualTo(id);
            lease.complete();
            assertThat(log.last().kind()).isEqualTo(COMPLETED);
        }
    }

    @Test
    void drainAndRestoreKeepTheOrderInWhichTasksBecamePendingAndTheirPriorities() throws Exception {
        List<DrainedTask<String>> drained;
        try (TaskQueue<String> queue = queue()) {
            queue.enqueue("low", withPriority(LOW));
            queue.enqueue("normal");
            queue.enqueue("high", withPriority(HIGH));
            drained = queue.drain(Duration.ZERO);
        }
        assertThat(drained).extracting(task -> task.task().payload()).containsExactly("low", "normal", "high");

        try (TaskQueue<String> next = queue()) {
            next.restore(drained);

            assertThat(next.snapshot().tasks())
                    .extracting(entry -> entry.task().payload())
                    .containsExactly("low", "normal", "high");
            assertThat(leaseAll(next)).containsExactly("high", "normal", "low");
        }
    }
}
