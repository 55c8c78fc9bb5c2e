package io.taskqueue.streams.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskId;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.RetryLaterException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final BreakerPolicy POLICY = new BreakerPolicy(4, 2, Duration.ofSeconds(1), Duration.ofSeconds(5));

    private record Alarm(Duration after, Runnable work) {}

    private final Queue<Alarm> alarms = new ArrayDeque<>();
    private final List<Job> begun = new ArrayList<>();
    private int jobs;
    private final CircuitBreaker breaker = breaker(POLICY);

    private CircuitBreaker breaker(BreakerPolicy policy) {
        return new CircuitBreaker(
                "billing",
                policy,
                Clock.fixed(NOW, ZoneOffset.UTC),
                () -> 0,
                (wait, work) -> alarms.add(new Alarm(wait, work)));
    }

    /** A job of a task; no two are equal. */
    private record TestJob(TaskId task, int number) implements Job {
        @Override
        public boolean callsTarget() {
            return true;
        }

        @Override
        public String limitKey() {
            return "default";
        }

        @Override
        public int calls() {
            return 1;
        }
    }

    private Job job(int task) {
        return new TestJob(new TaskId("orders", 1, task), ++jobs);
    }

    private boolean asks(Job event) {
        return breaker.admits(event, this, () -> begun.add(event));
    }

    /** Reports a failed attempt and its end. */
    private boolean fails(Job event) {
        boolean counts = breaker.failed(event, new IOException("unavailable"));
        breaker.ended(event);
        return counts;
    }

    private void succeeds(Job event) {
        breaker.succeeded(event);
        breaker.ended(event);
    }

    private void open() {
        for (int task = 1; task <= POLICY.failures(); task++) {
            Job event = job(task);
            assertThat(asks(event)).isTrue();
            assertThat(fails(event)).isEqualTo(task < POLICY.failures());
        }
        assertThat(breaker.waiting()).isPresent();
    }

    private Duration endWait() {
        Alarm alarm = alarms.remove();
        alarm.work().run();
        return alarm.after();
    }

    @Test
    void failuresInARowOfSeveralTasksOpenIt() {
        open();
        assertThat(asks(job(9))).isFalse();
        assertThat(begun).isEmpty();
        assertThat(breaker.waiting())
                .hasValue("Sink billing has waited for its target since 2026-11-01T10:00:00Z, after 4 consecutive "
                        + "failed attempts, with its events in place. The last failure was java.io.IOException: unavailable. The next attempt "
                        + "is at 2026-11-01T10:00:01Z.");
    }

    @Test
    void failuresOfOneTaskDoNotOpenIt() {
        for (int attempts = 0; attempts < 100; attempts++) {
            assertThat(fails(job(1))).isTrue();
        }
        assertThat(breaker.waiting()).isEmpty();
        assertThat(fails(job(2))).isFalse();
    }

    @Test
    void aSuccessResetsTheCount() {
        for (int task = 1; task <= 100; task++) {
            assertThat(fails(job(task))).isTrue();
            assertThat(fails(job(task))).isTrue();
            succeeds(job(task));
        }
        assertThat(breaker.waiting()).isEmpty();
        assertThat(alarms).isEmpty();
    }

    @Test
    void afterTheWaitOneEventIsAttemptedAndTheOthersTakeTurns() {
        open();
        Job first = job(11);
        Job second = job(12);
        assertThat(asks(first)).isFalse();
        assertThat(asks(second)).isFalse();

        assertThat(endWait()).isEqualTo(Duration.ofSeconds(1));
        assertThat(begun).containsExactly(first);
        assertThat(asks(first)).isTrue();
        assertThat(asks(job(13))).isFalse();
        assertThat(breaker.waiting().orElseThrow()).endsWith("An event is being attempted now.");
        assertThat(fails(first)).isFalse();
        assertThat(asks(first)).isFalse();

        assertThat(endWait()).isEqualTo(Duration.ofSeconds(2));
        assertThat(begun).containsExactly(first, second);
    }

    @Test
    void theWaitDoublesUpToItsMaximumAndIsResetByASuccess() {
        open();
        Job event = job(11);
        assertThat(asks(event)).isFalse();
        List<Duration> waits = new ArrayList<>();
        for (int turn = 0; turn < 5; turn++) {
            waits.add(endWait());
            assertThat(asks(event)).isTrue();
            assertThat(fails(event)).isFalse();
            assertThat(asks(event)).isFalse();
        }
        assertThat(waits).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 5L, 5L);

        endWait();
        succeeds(event);
        open();
        assertThat(endWait()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aSuccessOfTheAttemptedEventReleasesAllOthers() {
        open();
        List<Job> waiting = List.of(job(11), job(12), job(13));
        waiting.forEach(event -> assertThat(asks(event)).isFalse());
        endWait();
        succeeds(waiting.get(0));

        assertThat(begun).containsExactlyElementsOf(waiting);
        assertThat(breaker.waiting()).isEmpty();
        waiting.forEach(event -> assertThat(asks(event)).isTrue());
    }

    @Test
    void anAttemptThatBeganBeforeItOpenedDoesNotCount() {
        Job slow = job(11);
        Job other = job(12);
        assertThat(asks(slow)).isTrue();
        assertThat(asks(other)).isTrue();
        open();
        succeeds(slow);
        assertThat(breaker.waiting()).isPresent();
        assertThat(fails(other)).isFalse();
        assertThat(alarms).hasSize(1);
    }

    @Test
    void anEventThatEndsWithoutAnAnswerPassesItsTurnToTheNext() {
        open();
        Job reused = job(11);
        Job real = job(12);
        assertThat(asks(reused)).isFalse();
        assertThat(asks(real)).isFalse();
        endWait();
        breaker.ended(reused);
        assertThat(begun).containsExactly(reused, real);
        breaker.ended(real);

        Job later = job(13);
        assertThat(breaker.waiting().orElseThrow()).endsWith("The next event is attempted when it arrives.");
        assertThat(asks(later)).isTrue();
        assertThat(asks(job(14))).isFalse();
        succeeds(later);
        assertThat(breaker.waiting()).isEmpty();
        assertThat(alarms).isEmpty();
    }

    @Test
    void eventsOfARevokedPartitionAreRemoved() {
        open();
        Job revoked = job(11);
        Job remaining = job(12);
        assertThat(breaker.admits(revoked, "elsewhere", () -> begun.add(revoked)))
                .isFalse();
        assertThat(asks(remaining)).isFalse();
        breaker.forget("elsewhere");
        endWait();
        succeeds(remaining);
        assertThat(begun).containsExactly(remaining);
    }

    @Test
    void whatTheTargetAsksOfOneEventDoesNotProlongTheWaitOfAll() {
        var busy = new IOException(new RetryLaterException("busy", Duration.ofHours(1)));
        for (int task = 1; task <= POLICY.failures(); task++) {
            breaker.failed(job(task), busy);
        }
        Job event = job(11);
        assertThat(asks(event)).isFalse();
        assertThat(endWait()).isEqualTo(Duration.ofSeconds(1));
        breaker.failed(event, busy);
        breaker.ended(event);
        Job other = job(12);
        assertThat(asks(other)).isFalse();
        assertThat(endWait()).isEqualTo(Duration.ofSeconds(2));
        assertThat(begun).containsExactly(event, other);
        succeeds(other);
        assertThat(breaker.closed()).isTrue();
    }

    @Test
    void switchedOffItNeverOpens() {
        CircuitBreaker off = breaker(BreakerPolicy.OFF);
        for (int task = 1; task <= 100; task++) {
            assertThat(off.failed(job(task), new IOException("unavailable"))).isTrue();
        }
        assertThat(off.waiting()).isEmpty();
    }

    @Test
    void aLongFailureMessageIsTruncated() {
        Job event = job(1);
        for (int task = 1; task <= 4; task++) {
            breaker.failed(task < 4 ? job(task) : event, new IOException("x".repeat(5_000)));
        }
        assertThat(breaker.waiting().orElseThrow()).hasSizeLessThan(800).contains("xxx….");
    }

    @Test
    void anEventThatNeverEndsPassesItsTurnOnWhenItsPartitionIsRevoked() {
        open();
        Job stuck = job(11);
        Job other = job(12);
        assertThat(breaker.admits(stuck, "elsewhere", () -> begun.add(stuck))).isFalse();
        assertThat(asks(other)).isFalse();
        endWait();
        assertThat(begun).containsExactly(stuck);

        breaker.forget("elsewhere");

        assertThat(begun).containsExactly(stuck, other);
        assertThat(fails(stuck))
                .as("it has no effect on the breaker, and loses no attempt")
                .isFalse();
        assertThat(alarms).isEmpty();
        succeeds(other);
        assertThat(breaker.waiting()).isEmpty();
    }

    @Test
    void aFailureWhoseMessageCannotBeReadIsReportedByItsType() {
        class Unprintable extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }
        }
        for (int task = 1; task <= POLICY.failures(); task++) {
            breaker.failed(job(task), new Unprintable());
        }
        assertThat(breaker.waiting().orElseThrow())
                .contains("The last failure was " + Unprintable.class.getName() + ". The next attempt");
    }
}
