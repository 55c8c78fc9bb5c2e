package io.taskqueue.streams.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.SinkTestCluster;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class WorkerThreadsTest {

    private static final int CONCURRENCY = 3;
    private static final int WORK = 40;

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void workRunsOnVirtualThreadsFromJava24On() throws Exception {
        Method isVirtual = Thread.class.getMethod("isVirtual");
        for (Thread thread : threadsOf(
                new WorkerThreads("light", CONCURRENCY, WorkerThreads.virtualThreads(), new ThreadGuard("light")))) {
            assertThat(isVirtual.invoke(thread)).isEqualTo(true);
        }
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_23)
    void beforeJava24NoneAreUsed() {
        assertThat(WorkerThreads.virtualThreads()).isNull();
    }

    /** With virtual threads of Java 21, only as many as there are processors would run. */
    @Test
    void workThatWaitsInSynchronizedDoesNotKeepOtherWorkFromRunning() throws Exception {
        int many = 8 * Runtime.getRuntime().availableProcessors();
        CountDownLatch together = new CountDownLatch(many);
        CountDownLatch done = new CountDownLatch(many);
        try (WorkerThreads threads =
                new WorkerThreads("pinned", many, WorkerThreads.virtualThreads(), new ThreadGuard("pinned"))) {
            for (int work = 0; work < many; work++) {
                Object monitor = new Object();
                threads.execute(() -> {
                    synchronized (monitor) {
                        together.countDown();
                        await(together);
                    }
                    done.countDown();
                });
            }
            await(done);
        }
    }

    @Test
    void otherwiseItRunsOnNamedPlatformThreads() throws Exception {
        assertThat(threadsOf(new WorkerThreads("heavy", CONCURRENCY, null, new ThreadGuard("heavy"))))
                .allMatch(thread -> thread.isDaemon() && thread.getName().startsWith("heavy-worker-"));
    }

    @Test
    void nothingRunsAfterClose() throws Exception {
        WorkerThreads threads = new WorkerThreads("closed", CONCURRENCY, null, new ThreadGuard("closed"));
        CountDownLatch ran = new CountDownLatch(1);
        threads.executeAfter(Duration.ofMillis(200), ran::countDown);
        threads.close();
        threads.execute(ran::countDown);
        threads.executeAfter(Duration.ZERO, ran::countDown);
        assertThat(ran.await(600, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void workThatWaitsForOtherWorkRunsConcurrently() throws Exception {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        try (WorkerThreads threads = new WorkerThreads("together", CONCURRENCY, null, new ThreadGuard("together"))) {
            for (int time = 0; time < 500; time++) {
                CountDownLatch together = new CountDownLatch(CONCURRENCY);
                CountDownLatch done = new CountDownLatch(CONCURRENCY);
                for (int work = 0; work < CONCURRENCY; work++) {
                    threads.execute(() -> {
                        seen.add(Thread.currentThread());
                        together.countDown();
                        await(together);
                        done.countDown();
                    });
                }
                await(done);
            }
        }
        assertThat(seen).hasSize(CONCURRENCY);
    }

    @Test
    void workSubmittedByManyThreadsRunsOnce() throws Exception {
        Set<Integer> ran = ConcurrentHashMap.newKeySet();
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(4 * 5_000);
        try (WorkerThreads threads = new WorkerThreads("many", CONCURRENCY, null, new ThreadGuard("many"))) {
            for (int giver = 0; giver < 4; giver++) {
                int first = giver * 5_000;
                new Thread(() -> {
                            for (int number = first; number < first + 5_000; number++) {
                                int work = number;
                                threads.execute(() -> {
                                    seen.add(Thread.currentThread());
                                    if (ran.add(work)) {
                                        done.countDown();
                                    }
                                });
                            }
                        })
                        .start();
            }
            await(done);
        }
        assertThat(seen).hasSizeLessThanOrEqualTo(CONCURRENCY);
    }

    @Test
    void workRunsInTheOrderOfSubmission() throws Exception {
        Queue<Integer> ran = new ConcurrentLinkedQueue<>();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(100);
        try (WorkerThreads threads = new WorkerThreads("order", 1, null, new ThreadGuard("order"))) {
            threads.execute(() -> await(go));
            for (int number = 0; number < 100; number++) {
                int work = number;
                threads.execute(() -> {
                    ran.add(work);
                    done.countDown();
                });
            }
            go.countDown();
            await(done);
        }
        assertThat(List.copyOf(ran)).isSorted();
    }

    @Test
    void whatWorkThrowsIsReportedAndThreadsContinue() {
        ThreadGuard failures = new ThreadGuard("billing");
        CountDownLatch ran = new CountDownLatch(2 * CONCURRENCY);
        try (WorkerThreads threads = new WorkerThreads("billing", 1, null, failures)) {
            failures.check();
            for (int work = 0; work < 2 * CONCURRENCY; work++) {
                int number = work;
                threads.execute(() -> {
                    ran.countDown();
                    throw new NoClassDefFoundError("planted " + number);
                });
            }
            await(ran);

            Awaitility.await().untilAsserted(() -> assertThatThrownBy(failures::check)
                    .isInstanceOf(SinkStoppedException.class)
                    .hasMessage("Sink billing stopped because its thread billing-worker-1 failed:"
                            + " java.lang.NoClassDefFoundError: planted 0. What was not committed is applied again at the next"
                            + " start. Find the cause in the log, fix it, and start the sink again.")
                    .hasCauseInstanceOf(NoClassDefFoundError.class));
        }
    }

    @Test
    void whatDelayedWorkThrowsIsReported() {
        ThreadGuard failures = new ThreadGuard("billing");
        try (WorkerThreads threads = new WorkerThreads("billing", 1, null, failures)) {
            threads.executeAfter(Duration.ofMillis(1), () -> {
                throw new StackOverflowError();
            });

            Awaitility.await().untilAsserted(() -> assertThatThrownBy(failures::check)
                    .hasMessageContaining("its thread billing-worker-1 failed: java.lang.StackOverflowError."));
        }
    }

    @Test
    void closeInterruptsRunningWorkAndDropsWaitingWork() throws Exception {
        Queue<Thread> begun = new ConcurrentLinkedQueue<>();
        CountDownLatch all = new CountDownLatch(CONCURRENCY);
        CountDownLatch interrupted = new CountDownLatch(CONCURRENCY);
        WorkerThreads threads = new WorkerThreads("closed", CONCURRENCY, null, new ThreadGuard("closed"));
        for (int work = 0; work < 2 * CONCURRENCY; work++) {
            threads.execute(() -> {
                begun.add(Thread.currentThread());
                all.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            });
        }
        await(all);

        threads.close();

        await(interrupted);
        for (Thread thread : begun) {
            thread.join(SinkTestCluster.PATIENCE.toMillis());
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(begun).hasSize(CONCURRENCY);
    }

    @Test
    void otherWorkRunsInPlaceOfWorkThatIsPausedAndNeverMoreThanMayRunAtATime() throws Exception {
        int pausing = 4 * CONCURRENCY;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Queue<Pause> pauses = new ConcurrentLinkedQueue<>();
        CountDownLatch all = new CountDownLatch(pausing);
        CountDownLatch done = new CountDownLatch(pausing);
        try (WorkerThreads threads = new WorkerThreads("pausing", CONCURRENCY, null, new ThreadGuard("pausing"))) {
            for (int work = 0; work < pausing; work++) {
                threads.execute(() -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    running.decrementAndGet();
                    Pause pause = threads.pause();
                    pauses.add(pause);
                    all.countDown();
                    if (resumed(pause)) {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
                        running.decrementAndGet();
                        done.countDown();
                    }
                });
            }
            await(all);
            pauses.forEach(Pause::resume);
            await(done);
            assertThat(most).hasValueBetween(1, CONCURRENCY);

            CountDownLatch together = new CountDownLatch(CONCURRENCY); // all turns are free again
            for (int work = 0; work < CONCURRENCY; work++) {
                threads.execute(() -> {
                    together.countDown();
                    await(together);
                });
            }
            await(together);
        }
    }

    @Test
    void workThatWasResumedContinuesBeforeWorkThatHasNotBegun() throws Exception {
        Queue<String> order = new ConcurrentLinkedQueue<>();
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(2);
        AtomicReference<Pause> first = new AtomicReference<>();
        try (WorkerThreads threads = new WorkerThreads("resumed", 1, null, new ThreadGuard("resumed"))) {
            threads.execute(() -> {
                first.set(threads.pause());
                paused.countDown();
                order.add("resumed " + resumed(first.get()));
                done.countDown();
            });
            threads.execute(() -> {
                await(paused);
                busy.countDown();
                await(go);
            });
            await(busy);
            threads.execute(() -> {
                order.add("begun");
                done.countDown();
            });
            first.get().resume();
            go.countDown();
            await(done);
        }
        assertThat(order).containsExactly("resumed true", "begun");
    }

    @Test
    void aPauseThatIsCancelledContinuesAtOnceAndOnlyOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch continued = new CountDownLatch(1);
        AtomicReference<Pause> pause = new AtomicReference<>();
        try (WorkerThreads threads = new WorkerThreads("cancelled", 1, null, new ThreadGuard("cancelled"))) {
            threads.execute(() -> {
                pause.set(threads.pause());
                paused.countDown();
                if (!resumed(pause.get())) {
                    continued.countDown();
                }
            });
            await(paused);
            threads.execute(() -> {
                busy.countDown();
                await(go);
            });
            await(busy);
            pause.get().resume();
            assertThat(continued.getCount()).as("the only turn is taken").isEqualTo(1);
            assertThat(pause.get().cancel()).isTrue();
            await(continued);
            assertThat(pause.get().cancel()).isFalse();
            go.countDown();

            CountDownLatch next = new CountDownLatch(1);
            threads.execute(next::countDown);
            await(next);
        }
    }

    @Test
    void aPauseOfAThreadThatIsNoWorkerOnlyWaits() throws Exception {
        try (WorkerThreads threads = new WorkerThreads("foreign", 1, null, new ThreadGuard("foreign"))) {
            Pause resumed = threads.pause();
            resumed.resume();
            assertThat(resumed.await()).isTrue();
            Pause cancelled = threads.pause();
            assertThat(cancelled.cancel()).isTrue();
            assertThat(cancelled.await()).isFalse();
            Pause interrupted = threads.pause();
            Thread.currentThread().interrupt();
            assertThatThrownBy(interrupted::await).isInstanceOf(InterruptedException.class);
            assertThat(interrupted.cancel())
                    .as("the interruption has cancelled it")
                    .isFalse();
        }
    }

    /** Beyond its bound of threads, the pool runs no other work in place of what is paused. */
    @Test
    void theThreadsOfAPoolAreBoundedWhateverIsPaused() throws Exception {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        Queue<Pause> pauses = new ConcurrentLinkedQueue<>();
        CountDownLatch done = new CountDownLatch(100);
        try (WorkerThreads threads = new WorkerThreads("bounded", 2, null, new ThreadGuard("bounded"))) {
            for (int work = 0; work < 100; work++) {
                threads.execute(() -> {
                    seen.add(Thread.currentThread());
                    Pause pause = threads.pause();
                    pauses.add(pause);
                    if (resumed(pause)) {
                        done.countDown();
                    }
                });
            }
            Awaitility.await().until(() -> pauses.size() == 16);
            assertThat(seen).hasSize(16);
            Awaitility.await().until(() -> {
                for (Pause pause = pauses.poll(); pause != null; pause = pauses.poll()) {
                    pause.resume();
                }
                return done.getCount() == 0;
            });
        }
        assertThat(seen).hasSizeLessThanOrEqualTo(16);
    }

    private static boolean resumed(Pause pause) {
        try {
            return pause.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs more work than may run at once, and checks the bound. */
    private static Queue<Thread> threadsOf(WorkerThreads threads) throws InterruptedException {
        Queue<Thread> seen = new ConcurrentLinkedQueue<>();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(CONCURRENCY);
        CountDownLatch done = new CountDownLatch(WORK);
        try (threads) {
            for (int work = 0; work < WORK; work++) {
                threads.execute(() -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    seen.add(Thread.currentThread());
                    full.countDown();
                    try {
                        assertThat(full.await(60, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    running.decrementAndGet();
                    done.countDown();
                });
            }
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(most).hasValue(CONCURRENCY);
        return seen;
    }
}
