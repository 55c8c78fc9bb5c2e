package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several threads and random calls: every task's events are legal, no task is lost or duplicated, no place leaks, no deadlock. */
@Timeout(60)
class QueueUnderThreadsTest {

    private static final int CAPACITY = 12;

    /** @param places in the journal: the fewest that can work, a tight and an ample number */
    @ParameterizedTest
    @ValueSource(ints = {3, 10, 1_000})
    void countsAgreeWithEventsUnderRandomCallsOfManyThreads(int places) throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        BoundedJournal journal = new BoundedJournal(places);
        TaskLifecycleOracle<String> lifecycle = new TaskLifecycleOracle<>();
        SnapshotFold<String> fold = new SnapshotFold<>("busy");
        List<String> overfull = new ArrayList<>();
        Set<TaskId> enqueued = Collections.synchronizedSet(new HashSet<>());
        Set<TaskId> enqueuedByEvents = new HashSet<>();
        TaskQueue<String> queue = TaskQueue.<String>builder("busy")
                .capacity(CAPACITY)
                .maxAttempts(3)
                .leaseDuration(Duration.ofMillis(20))
                .heartbeatInterval(Duration.ofMillis(2))
                .sweepInterval(Duration.ofMillis(5))
                .requeueDelay(Duration.ofMillis(1))
                .listener(lifecycle::accept)
                .listener(event -> {
                    fold.apply(event);
                    if (event.kind() == EventKind.ENQUEUED) {
                        enqueuedByEvents.add(event.task().id());
                        if (fold.waiting() > CAPACITY) {
                            overfull.add(event.toString());
                        }
                    }
                })
                .build();
        queue.attach(journal);
        try (queue;
                Acknowledger broker = new Acknowledger(journal, 2, 100)) {
            broker.start();
            List<Caller<Void>> callers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Random random = new Random(seed + i);
                callers.add(Caller.start(() -> {
                    callAtRandom(queue, random, enqueued);
                    return null;
                }));
            }
            for (Caller<Void> caller : callers) {
                caller.result();
            }
            List<DrainedTask<String>> drained = queue.drain(Duration.ofMillis(5));

            QueueCounts counts = queue.counts();
            assertThat(overfull)
                    .as("enqueues beyond the capacity, seed %s", seed)
                    .isEmpty();
            assertThat(counts.listenerFailures())
                    .as("illegal task lifecycles, seed %s", seed)
                    .isZero();
            assertThat(lifecycle.unfinished()).isZero();
            assertThat(enqueuedByEvents).isEqualTo(enqueued);
            QueueCounts.Totals totals = counts.totals();
            assertThat(totals.enqueued()).isEqualTo(enqueued.size());
            assertThat(totals.completed() + totals.deadLettered() + totals.drained())
                    .isEqualTo(enqueued.size());
            assertThat(totals.drained()).isEqualTo(drained.size());
            assertThat(totals.completed()).isPositive();
            assertThat(totals.leasesExpired()).isPositive();
            assertThat(queue.snapshot()).isEqualTo(fold.snapshot());
            journal.assertReleased();
            assertThat(journal.unreservedEvents()).isLessThanOrEqualTo(drained.size());
            assertThat(journal.events().stream().map(TaskEvent::number))
                    .isSorted()
                    .hasSize(Math.toIntExact(queue.snapshot().lastEvent()));
        }
    }

    private static void callAtRandom(TaskQueue<String> queue, Random random, Set<TaskId> enqueued) throws Exception {
        Deque<Lease<String>> held = new ArrayDeque<>();
        // with three places few leases are granted: go on until every way a lease can end has been taken
        for (int i = 0; i < 400 || (i < 20_000 && !sawEveryEnding(queue)); i++) {
            switch (random.nextInt(9)) {
                case 0, 1 -> queue.tryEnqueue("p" + random.nextInt()).ifPresent(enqueued::add);
                case 2 -> queue.enqueue("p" + random.nextInt(), Duration.ofMillis(2))
                        .ifPresent(enqueued::add);
                case 3 -> queue.tryLease().ifPresent(held::add);
                case 4 -> queue.lease(Duration.ofMillis(2)).ifPresent(held::add);
                case 5 -> tolerant(() -> Optional.ofNullable(held.peek()).ifPresent(Lease::heartbeat));
                case 6 -> tolerant(() -> Optional.ofNullable(held.poll()).ifPresent(Lease::complete));
                case 7 -> tolerant(() -> Optional.ofNullable(held.poll())
                        .ifPresent(lease -> lease.fail(TaskError.of("at random"), random.nextInt(4) > 0)));
                default -> queue.counts();
            }
            if (held.size() > 3 || (!held.isEmpty() && random.nextInt(20) == 0)) {
                held.removeFirst(); // left to expire
            }
        }
    }

    private static boolean sawEveryEnding(TaskQueue<String> queue) {
        QueueCounts.Totals totals = queue.counts().totals();
        return totals.completed() > 0 && totals.leasesExpired() > 0;
    }

    private static void tolerant(Runnable call) {
        try {
            call.run();
        } catch (LeaseLostException e) {
            assertThat(e).hasMessageContaining("it expired at");
        }
    }

    @Test
    void completesEverythingWithThreePlacesAndSlowAcknowledgement() throws Exception {
        BoundedJournal journal = new BoundedJournal(3);
        try (TaskQueue<String> queue = TaskQueue.<String>builder("tiny")
                        .capacity(5)
                        .requeueDelay(Duration.ofMillis(3))
                        .build();
                Acknowledger broker = new Acknowledger(journal, 1, 300)) {
            queue.attach(journal);
            broker.start();
            AtomicInteger completed = new AtomicInteger();
            List<Caller<Integer>> callers = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                callers.add(Caller.start(() -> {
                    for (int i = 0; i < 50; i++) {
                        queue.enqueue("task " + i);
                    }
                    return 0;
                }));
                callers.add(Caller.start(() -> {
                    while (completed.get() < 200) {
                        Optional<Lease<String>> lease = queue.lease(Duration.ofMillis(50));
                        if (lease.isPresent()
                                && lease.get().attempt() == 1
                                && lease.get().payload().endsWith("7")) {
                            lease.get().fail(TaskError.of("first time"));
                        } else if (lease.isPresent()) {
                            lease.get().complete();
                            completed.incrementAndGet();
                        }
                    }
                    return 0;
                }));
            }
            for (Caller<Integer> caller : callers) {
                caller.result();
            }

            assertThat(queue.counts().totals().completed()).isEqualTo(200);
            journal.assertReleased();
            assertThat(journal.unreservedEvents()).isZero();
        }
    }

    /** @param stopped whether the queue is stopped, as a fenced source does, or closed */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endingWhileThreadsWorkReleasesEveryPlace(boolean stopped) throws Exception {
        BoundedJournal journal = new BoundedJournal(8);
        TaskLifecycleOracle<String> lifecycle = new TaskLifecycleOracle<>();
        TaskQueue<String> queue = TaskQueue.<String>builder("ending")
                .capacity(4)
                .requeueDelay(Duration.ofMillis(1))
                .closeGrace(Duration.ZERO)
                .listener(lifecycle::accept)
                .build();
        queue.attach(journal);
        try (Acknowledger broker = new Acknowledger(journal, 2, 100)) {
            broker.start();
            List<Caller<Void>> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                callers.add(Caller.start(() -> {
                    while (true) {
                        queue.enqueue("task");
                    }
                }));
                callers.add(Caller.start(() -> {
                    while (true) {
                        Lease<String> lease = queue.lease();
                        if (lease.attempt() == 1) {
                            lease.fail(TaskError.of("first time"));
                        } else {
                            lease.complete();
                        }
                    }
                }));
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> queue.counts().totals().completed() > 50);

            if (stopped) {
                queue.stop("fenced.");
            } else {
                queue.close();
            }

            for (Caller<Void> caller : callers) {
                assertThatThrownBy(caller::result)
                        .cause()
                        .isInstanceOfAny(QueueClosedException.class, LeaseLostException.class);
            }
            assertThat(queue.counts().listenerFailures())
                    .as("illegal task lifecycles")
                    .isZero();
            journal.assertReleased();
            if (!stopped) {
                assertThat(lifecycle.unfinished()).isZero();
            }
            assertThat(journal.events())
                    .hasSize(Math.toIntExact(queue.snapshot().lastEvent()));
        }
    }
}
