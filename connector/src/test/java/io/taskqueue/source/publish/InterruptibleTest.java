package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interruption reaches the call for which it was meant, or nothing. */
@Timeout(60)
class InterruptibleTest {

    private final Interruptible calls = new Interruptible();

    @Test
    void aCallThatBlocksIsInterruptedAndLeavesNothingOfThat() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicBoolean left = new AtomicBoolean(true);
        Thread thread = new Thread(() -> {
            calls.begin();
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
                Thread.currentThread().interrupt();
            }
            calls.end();
            left.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        begun.await();

        calls.interrupt();
        thread.join();

        assertThat(interrupted).isTrue();
        assertThat(left).isFalse();
    }

    @Test
    void betweenCallsNothingIsInterrupted() {
        calls.interrupt();
        calls.begin();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        calls.end();
        calls.interrupt();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void theWorkBehindACallIsNeverInterruptedHoweverCloseTheInterruptionComes() throws Exception {
        AtomicBoolean ends = new AtomicBoolean();
        AtomicInteger outside = new AtomicInteger();
        Thread thread = new Thread(() -> {
            while (!ends.get()) {
                calls.begin();
                calls.end();
                if (Thread.interrupted()) {
                    outside.incrementAndGet();
                }
            }
        });
        thread.start();
        for (int i = 0; i < 200_000; i++) {
            calls.interrupt();
        }
        ends.set(true);
        thread.join();

        assertThat(outside).hasValue(0);
    }
}
