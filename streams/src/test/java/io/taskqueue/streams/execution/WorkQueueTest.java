package io.taskqueue.streams.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Threads are played by the test: what was requested of them runs when the test runs it. */
class WorkQueueTest {

    private final Queue<Runnable> requested = new ArrayDeque<>();
    private final AtomicInteger most = new AtomicInteger(64);
    private final WorkQueue queue = new WorkQueue(requested::add, most::get);
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void oneThreadIsRequestedForWorkThatWaits() {
        submit(16);

        assertThat(requested).hasSize(1);
        assertThat(ran).isEmpty();
    }

    @Test
    void aThreadThatIsAwakeDoesAllWorkThatEndsBeforeTheNextOneArrives() {
        submit(16);

        requested.remove().run();

        assertThat(ran).hasSize(16).isSorted();
        assertThat(requested).hasSize(1); // requested when the first work began; it finds nothing
        requested.remove().run();
        assertThat(requested).isEmpty();
    }

    @Test
    void workThatTakesLongHoldsUpNoneBehindIt() {
        List<Integer> requestedBefore = new ArrayList<>();
        for (int work = 0; work < 3; work++) {
            queue.execute(() -> {
                requestedBefore.add(requested.size());
                arrive(); // the next thread arrives while this work runs
            });
        }

        arrive();

        assertThat(requestedBefore).containsExactly(1, 1, 0);
    }

    @Test
    void noMoreThreadsTakeWorkThanMay() {
        most.set(2);
        AtomicInteger running = new AtomicInteger();
        List<Integer> together = new ArrayList<>();
        for (int work = 0; work < 5; work++) {
            queue.execute(() -> {
                together.add(running.incrementAndGet());
                arrive();
                running.decrementAndGet();
            });
        }

        arrive();

        assertThat(together).hasSize(5).allMatch(count -> count <= 2);
    }

    @Test
    void whereMoreThreadsMayTakeWorkThanBeforeOneIsRequested() {
        most.set(1);
        AtomicInteger requestedThen = new AtomicInteger();
        queue.execute(() -> {
            submit(1);
            assertThat(requested).isEmpty();
            most.set(2);
            queue.proceed();
            requestedThen.set(requested.size());
        });

        arrive();

        assertThat(requestedThen).hasValue(1);
        assertThat(ran).hasSize(1);
    }

    @Test
    void whatWaitsWhenItIsClosedNeverRuns() {
        submit(1);

        queue.close();
        submit(1);

        assertThat(requested).hasSize(1);
        arrive();
        assertThat(ran).isEmpty();
    }

    private void submit(int count) {
        for (int work = 0; work < count; work++) {
            int number = work;
            queue.execute(() -> ran.add(number));
        }
    }

    private void arrive() {
        Runnable thread = requested.poll();
        if (thread != null) {
            thread.run();
        }
    }
}
