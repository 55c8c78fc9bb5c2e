package io.taskqueue.streams.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.TaskId;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.streams.rate.RateLimit;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

    private static final long SECOND = 1_000_000_000L;

    private record Alarm(long at, Runnable work) implements Comparable<Alarm> {
        @Override
        public int compareTo(Alarm other) {
            return Long.compare(at, other.at);
        }
    }

    private record Call(TaskId task, String limitKey, int calls) implements Job {
        @Override
        public boolean callsTarget() {
            return true;
        }
    }

    private final Queue<Alarm> alarms = new PriorityQueue<>();
    private final Settable admission = new Settable();
    private final List<Job> begun = new ArrayList<>();
    private long now = 7 * SECOND;
    private double share = 1;
    private int tasks;

    private RateLimiter limiter(RateLimit limit) {
        RateLimiter limiter = new RateLimiter(
                limit, () -> now, (wait, work) -> alarms.add(new Alarm(now + wait.toNanos(), work)), () -> share);
        pass(Duration.ofMinutes(1));
        return limiter;
    }

    private Job call(String key) {
        return new Call(new TaskId("orders", 1, ++tasks), key, 1);
    }

    private void ask(RateLimiter limiter, Job job) {
        if (limiter.admits(job, admission, () -> begun.add(job))) {
            begun.add(job);
        }
    }

    private void ask(RateLimiter limiter, String key, int calls) {
        for (int i = 0; i < calls; i++) {
            ask(limiter, call(key));
        }
    }

    private void pass(Duration time) {
        long until = now + time.toNanos();
        while (!alarms.isEmpty() && alarms.peek().at() <= until) {
            Alarm alarm = alarms.remove();
            now = Math.max(now, alarm.at());
            alarm.work().run();
        }
        now = until;
    }

    private List<String> keysBegun() {
        return begun.stream().map(Job::limitKey).toList();
    }

    @Test
    void callsBeginAtTheRateOfTheSink() {
        RateLimiter limiter = limiter(RateLimit.perSecond(10));
        ask(limiter, "a", 50);
        assertThat(begun).hasSize(1);

        pass(Duration.ofSeconds(1));
        assertThat(begun).hasSize(11);
        assertThat(limiter.waiting()).isEqualTo(39);
        pass(Duration.ofSeconds(3));
        assertThat(begun).hasSize(41);
    }

    @Test
    void unusedTimeGivesAtMostATenthOfASecondOfCallsAtOnce() {
        RateLimiter limiter = limiter(RateLimit.perSecond(100));
        pass(Duration.ofHours(1));
        ask(limiter, "a", 50);
        assertThat(begun).hasSize(10);
    }

    @Test
    void aLimitedKeyTakesNothingFromOthers() {
        RateLimiter limiter = limiter(new RateLimit(100, 1));
        ask(limiter, "slow", 10);
        ask(limiter, "other", 1);

        assertThat(keysBegun()).containsExactly("slow", "other");
        pass(Duration.ofSeconds(2));
        assertThat(keysBegun()).containsExactly("slow", "other", "slow", "slow");
    }

    @Test
    void alarmsThatWereOvertakenDoNotAccumulate() {
        RateLimiter limiter = limiter(new RateLimit(RateLimit.UNLIMITED, 5));
        ask(limiter, "backlog", 5_000);
        for (int i = 0; i < 2_000; i++) {
            ask(limiter, "key-" + i % 7, 1);
            pass(Duration.ofMillis(30));
        }
        assertThat(limiter.waiting()).isPositive();
        assertThat(alarms).hasSizeLessThan(20);
    }

    @Test
    void jobThatDidNotWaitOwesItsCalls() {
        RateLimiter limiter = limiter(RateLimit.perSecond(1));
        limiter.owed(call("a"), 1);
        ask(limiter, "a", 1);
        assertThat(begun).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(begun).hasSize(1);
    }

    @Test
    void jobsBeginInTheirOrder() {
        RateLimiter limiter = limiter(RateLimit.perSecond(5));
        List<Job> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            asked.add(call("a"));
            ask(limiter, asked.get(i));
        }
        pass(Duration.ofSeconds(10));
        assertThat(begun).containsExactlyElementsOf(asked);
    }

    @Test
    void permitThatWasNotUsedGoesToTheNext() {
        RateLimiter limiter = limiter(new RateLimit(1, 1));
        ask(limiter, "a", 3);
        limiter.used(begun.get(0), 0);
        assertThat(begun).hasSize(2);
        limiter.used(begun.get(1), 1);
        assertThat(begun).hasSize(2);
    }

    @Test
    void callsBeyondOneAreOwed() {
        RateLimiter limiter = limiter(RateLimit.perSecond(1));
        ask(limiter, "a", 2);
        limiter.used(begun.get(0), 3);
        pass(Duration.ofMillis(2_900));
        assertThat(begun).hasSize(1);
        pass(Duration.ofMillis(200));
        assertThat(begun).hasSize(2);
    }

    @Test
    void changedLimitHoldsForThoseThatWait() {
        RateLimiter limiter = limiter(RateLimit.perSecond(0.001));
        ask(limiter, "a", 11);
        limiter.set(RateLimit.perSecond(10));
        pass(Duration.ofMillis(500));
        assertThat(begun).hasSize(6);

        limiter.set(RateLimit.NONE);
        assertThat(begun).hasSize(11);
        assertThat(limiter.limited()).isFalse();
        assertThat(limiter.waiting()).isZero();
    }

    @Test
    void anInstanceHasTheShareOfItsPartitions() {
        RateLimiter limiter = limiter(RateLimit.perSecond(10));
        share = 0.2;
        ask(limiter, "a", 20);
        pass(Duration.ofSeconds(5));
        assertThat(begun).hasSize(11);
    }

    @Test
    void stoppedExecutorNoLongerWaits() {
        RateLimiter limiter = limiter(new RateLimit(2, 1));
        ask(limiter, "a", 3);
        ask(limiter, "b", 3);
        ask(limiter, "c", 1);
        limiter.forget(admission);
        pass(Duration.ofSeconds(10));
        assertThat(limiter.waiting()).isZero();
        assertThat(keysBegun()).containsExactly("a");
    }

    @Test
    void rememberedKeysAreBounded() {
        RateLimiter limiter = limiter(RateLimit.perKey(0.001));
        ask(limiter, "first", 2);
        for (int key = 0; key < RateLimiter.KEYS + 10; key++) {
            ask(limiter, "key-" + key, 1);
        }
        begun.clear();
        ask(limiter, "key-1", 1);
        ask(limiter, "key-" + RateLimiter.KEYS, 1);

        assertThat(keysBegun()).as("the eldest key is forgotten").containsExactly("key-1");
        assertThat(limiter.waiting()).as("a key with a job that waits is not").isEqualTo(2);
    }

    /** In any window, no more than the rate and the calls that may be made at once. */
    @Property(tries = 200)
    void noWindowHasMoreCallsThanTheLimit(
            @ForAll @DoubleRange(min = 0.5, max = 200) double rate,
            @ForAll @Size(min = 1, max = 40) List<@IntRange(max = 400) Integer> pauses) {
        RateLimiter limiter = new RateLimiter(
                RateLimit.perSecond(rate),
                () -> now,
                (wait, work) -> alarms.add(new Alarm(now + wait.toNanos(), work)),
                () -> 1);
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        for (int pause : pauses) {
            for (int i = 0; i < 5; i++) {
                if (limiter.admits(call("a"), admission, () -> times.add(now))) {
                    times.add(now);
                }
            }
            pass(Duration.ofMillis(pause));
        }
        double burst = Math.max(1, rate / 10);
        for (int from = 0; from < times.size(); from++) {
            for (int to = from; to < times.size(); to++) {
                double seconds = (times.get(to) - times.get(from)) / 1e9;
                assertThat((double) (to - from + 1)).isLessThanOrEqualTo(rate * seconds + burst + 0.001);
            }
        }
    }

    /** With one worker: a job whose turn has not come does not hold it. */
    @Test
    void limitedKeyHoldsNoWorker() throws Exception {
        ThreadGuard failures = new ThreadGuard("billing");
        try (WorkerThreads threads = new WorkerThreads("billing", 1, null, failures)) {
            CountDownLatch others = new CountDownLatch(5);
            RateLimiter limiter =
                    new RateLimiter(RateLimit.perKey(0.001), System::nanoTime, threads::executeAfter, () -> 1);
            KeyedExecutor<Call> executor = new KeyedExecutor<>(
                    new Settable(),
                    threads,
                    new CircuitBreaker(
                            "billing", BreakerPolicy.OFF, Clock.systemUTC(), System::nanoTime, threads::executeAfter),
                    limiter,
                    job -> {
                        if (!job.limitKey().equals("slow")) {
                            others.countDown();
                        }
                        return new KeyedExecutor.Next.Advance();
                    },
                    System::nanoTime);
            for (int i = 0; i < 10; i++) {
                executor.execute((Call) call("slow"));
            }
            for (int i = 0; i < 5; i++) {
                executor.execute((Call) call("other-" + i));
            }
            assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(limiter.waiting()).isEqualTo(9);
            await().untilAsserted(() -> assertThat(executor.still())
                    .as("a job that waits is not in progress")
                    .isTrue());
            assertThat(executor.stillFor())
                    .hasValueSatisfying(wait -> assertThat(wait).isGreaterThan(Duration.ofMinutes(1)));
        }
    }

    @Test
    void suspendedJobKeepsItsPlaceAndItsPermit() {
        RateLimiter limiter = limiter(RateLimit.perSecond(10));
        Settable other = new Settable();
        ask(limiter, "first", 3);
        Job behind = call("other");
        assertThat(limiter.admits(behind, other, () -> begun.add(behind))).isFalse();
        begun.clear();

        admission.open = false;
        pass(Duration.ofMillis(150));
        assertThat(begun).as("nobody overtakes it").isEmpty();
        admission.open = true;
        limiter.resumed();
        assertThat(keysBegun()).containsExactly("first");
        pass(Duration.ofMillis(50));
        assertThat(keysBegun()).as("the time it waited is not lost").containsExactly("first", "first");
        pass(Duration.ofMillis(100));
        assertThat(begun).endsWith(behind);
    }

    @Test
    void noAlarmRingsForAJobThatMayNotBegin() {
        RateLimiter limiter = limiter(RateLimit.perKey(10));
        ask(limiter, "a", 2);
        admission.open = false;
        pass(Duration.ofMinutes(1));
        assertThat(alarms).isEmpty();
        assertThat(limiter.waiting()).isEqualTo(1);
        limiter.set(RateLimit.NONE);
        assertThat(begun).hasSize(1);
        admission.open = true;
        limiter.resumed();
        assertThat(begun).as("also where there is no limit any more").hasSize(2);
    }

    @Test
    void jobBehindAStoppedPartitionBegins() {
        RateLimiter limiter = limiter(RateLimit.perSecond(10));
        ask(limiter, "a", 2);
        Job behind = call("b");
        assertThat(limiter.admits(behind, new Settable(), () -> begun.add(behind)))
                .isFalse();
        admission.open = false;
        pass(Duration.ofMinutes(1));
        limiter.forget(admission);
        assertThat(begun).endsWith(behind);
    }

    /** Admits all jobs, or none. */
    private static final class Settable implements Admission {

        private boolean open = true;

        @Override
        public boolean enter() {
            return open;
        }

        @Override
        public void leave() {
            // nothing is counted
        }

        @Override
        public boolean admits() {
            return open;
        }

        @Override
        public boolean revoked() {
            return false;
        }
    }
}
