package io.taskqueue.cli.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TaskRateTest {

    private static final long MILLISECOND = Duration.ofMillis(1).toNanos();

    /** Each reading is a millisecond later than the one before. */
    private final AtomicLong time = new AtomicLong();

    @Test
    void tasksAreEvenlySpaced() throws InterruptedException {
        TaskRate rate = TaskRate.perSecond(100, this::advance);

        List<Long> due = new ArrayList<>();
        for (int task = 0; task < 5; task++) {
            rate.await();
            due.add(time.get() / MILLISECOND);
        }

        assertThat(due).first().isEqualTo(2L);
        for (int task = 1; task < 5; task++) {
            assertThat(due.get(task)).isBetween(1 + 10L * task, 3 + 10L * task);
        }
    }

    @Test
    void afterALongDelayOnlyATenthOfASecondIsMadeUp() throws InterruptedException {
        TaskRate rate = TaskRate.perSecond(100, this::advance);
        rate.await();
        time.addAndGet(Duration.ofMinutes(5).toNanos());
        long begin = time.get();

        int atOnce = 0;
        while (time.get() - begin < 100 * MILLISECOND) {
            rate.await();
            atOnce++;
        }

        assertThat(atOnce).isBetween(18, 22); // ten that were due, and ten in the tenth of a second that has passed
    }

    @Test
    void interruptionEndsTheWait() throws InterruptedException {
        TaskRate rate = TaskRate.perSecond(1, () -> 0L);
        rate.await();
        Thread.currentThread().interrupt();

        assertThatThrownBy(rate::await).isInstanceOf(InterruptedException.class);
    }

    private long advance() {
        return time.addAndGet(MILLISECOND);
    }
}
