package io.taskqueue.streams.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class WorkerThreadsTest {

    private static final int CONCURRENCY = 3;
    private static final int WORK = 40;

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void workRunsOnVirtualThreadsWhereTheJvmHasThem() throws Exception {
        Method isVirtual = Thread.class.getMethod("isVirtual");
        for (Thread thread : threadsOf(new WorkerThreads("light", CONCURRENCY, WorkerThreads.virtualThreads()))) {
            assertThat(isVirtual.invoke(thread)).isEqualTo(true);
        }
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void onAJvmWithoutVirtualThreadsNoneAreUsed() {
        assertThat(WorkerThreads.virtualThreads()).isNull();
    }

    @Test
    void otherwiseItRunsOnNamedPlatformThreads() throws Exception {
        assertThat(threadsOf(new WorkerThreads("heavy", CONCURRENCY, null)))
                .allMatch(thread -> thread.isDaemon() && thread.getName().startsWith("heavy-worker-"));
    }

    @Test
    void nothingRunsAfterClose() throws Exception {
        WorkerThreads threads = new WorkerThreads("closed", CONCURRENCY, null);
        CountDownLatch ran = new CountDownLatch(1);
        threads.executeAfter(Duration.ofMillis(200), ran::countDown);
        threads.close();
        threads.execute(ran::countDown);
        threads.executeAfter(Duration.ZERO, ran::countDown);
        assertThat(ran.await(600, TimeUnit.MILLISECONDS)).isFalse();
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
