package io.taskqueue.streams.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.streams.SinkTestCluster;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {

    private static final int MOST = 4;

    private final List<Thread> created = Collections.synchronizedList(new ArrayList<>());
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    private final WorkerPool pool = new WorkerPool(MOST, work -> {
        Thread thread = new Thread(work, "pooled");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((terminated, failure) -> uncaught.add(failure));
        created.add(thread);
        return thread;
    });

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void workThatWaitsForOtherWorkRunsConcurrently() throws Exception {
        for (int time = 0; time < 500; time++) {
            CountDownLatch together = new CountDownLatch(MOST);
            CountDownLatch done = new CountDownLatch(MOST);
            for (int work = 0; work < MOST; work++) {
                pool.execute(() -> {
                    together.countDown();
                    await(together);
                    done.countDown();
                });
            }
            await(done);
        }
        assertThat(created).hasSize(MOST);
    }

    @Test
    void workSubmittedByManyThreadsRunsOnce() throws Exception {
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(4 * 5_000);
        for (int giver = 0; giver < 4; giver++) {
            int first = giver * 5_000;
            new Thread(() -> {
                        for (int number = first; number < first + 5_000; number++) {
                            int work = number;
                            pool.execute(() -> {
                                if (ran.add(work)) {
                                    done.countDown();
                                }
                            });
                        }
                    })
                    .start();
        }
        await(done);
        assertThat(created).hasSizeLessThanOrEqualTo(MOST);
    }

    @Test
    void workRunsInTheOrderOfSubmission() throws Exception {
        Queue<Integer> ran = new ConcurrentLinkedQueue<>();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(100);
        for (int stuck = 0; stuck < MOST - 1; stuck++) {
            pool.execute(() -> await(new CountDownLatch(1)));
        }
        pool.execute(() -> await(go));
        for (int number = 0; number < 100; number++) {
            int work = number;
            pool.execute(() -> {
                ran.add(work);
                done.countDown();
            });
        }
        go.countDown();
        await(done);
        assertThat(List.copyOf(ran)).isSorted();
    }

    @Test
    void aThreadThatItsWorkTerminatesIsReplaced() throws Exception {
        for (int work = 0; work < 2 * MOST; work++) {
            pool.execute(() -> {
                throw new AssertionError("planted");
            });
        }
        CountDownLatch ran = new CountDownLatch(1);
        pool.execute(ran::countDown);
        await(ran);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> uncaught.size() == 2 * MOST);
    }

    @Test
    void closeInterruptsRunningWorkAndDropsWaitingWork() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(MOST);
        CountDownLatch interrupted = new CountDownLatch(MOST);
        for (int work = 0; work < 2 * MOST; work++) {
            pool.execute(() -> {
                begun.incrementAndGet();
                all.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            });
        }
        await(all);

        pool.close();

        await(interrupted);
        for (Thread thread : created) {
            thread.join(SinkTestCluster.PATIENCE.toMillis());
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(begun).hasValue(MOST);
        assertThatThrownBy(() -> pool.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessage("The workers were closed.");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
