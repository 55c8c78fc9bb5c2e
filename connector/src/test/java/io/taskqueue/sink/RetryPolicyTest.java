package io.taskqueue.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private final Random random = new Random(7);

    @Test
    void waitsDoubleUpToTheLongest() {
        var policy = new RetryPolicy(10, Duration.ofMillis(100), Duration.ofSeconds(1), 0);
        assertThat(IntStream.rangeClosed(1, 6)
                        .mapToObj(n -> policy.backoff(n, random).toMillis()))
                .containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
        assertThat(policy.backoff(Integer.MAX_VALUE, random)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void longWaitsDoNotOverflow() {
        var policy = new RetryPolicy(100, Duration.ofHours(23), RetryPolicy.LONGEST, 0);
        assertThat(policy.backoff(Integer.MAX_VALUE, random)).isEqualTo(RetryPolicy.LONGEST);
        assertThat(new RetryPolicy(9, Duration.ZERO, Duration.ofDays(1), 0.5).backoff(9, random))
                .isZero();
    }

    @Test
    void jitterOnlyShortens() {
        var policy = new RetryPolicy(10, Duration.ofSeconds(1), Duration.ofSeconds(1), 0.2);
        assertThat(IntStream.range(0, 1_000)
                        .mapToObj(n -> policy.backoff(1, random).toMillis()))
                .allSatisfy(wait -> assertThat(wait).isBetween(800L, 1_000L))
                .anySatisfy(wait -> assertThat(wait).isLessThan(850L));
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO, 0))
                .hasMessage(
                        "A retry policy needs at least 1 attempt, 0 <= firstBackoff <= maxBackoff <= 24 h and a jitter from "
                                + "0 to "
                                + "1, but has attempts 0, firstBackoff 0s, maxBackoff 0s, jitter 0.0.");
        assertThatThrownBy(() -> new RetryPolicy(1, Duration.ofSeconds(2), Duration.ofSeconds(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        for (Duration tooLong : new Duration[] {Duration.ofHours(25), Duration.ofSeconds(Long.MAX_VALUE)}) {
            assertThatThrownBy(() -> new RetryPolicy(1, Duration.ZERO, tooLong, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxBackoff <= 24 h");
        }
    }

    @Test
    void waitThatIsRequestedIsAtMostAnHour() {
        for (Duration asked : new Duration[] {Duration.ofHours(2), Duration.ofSeconds(Long.MAX_VALUE)}) {
            assertThat(RetryPolicy.DEFAULT.backoff(1, new RetryLaterException("later", asked), random))
                    .isEqualTo(RetryLaterException.LONGEST);
        }
        for (Duration asked : new Duration[] {Duration.ofSeconds(-1), Duration.ofSeconds(Long.MIN_VALUE)}) {
            assertThat(new RetryLaterException("later", asked).after()).isZero();
        }
    }

    @Test
    void namedExceptionsTheirSubclassesAndTheirConsequencesArePermanent() {
        var policy = RetryPolicy.DEFAULT.withPermanent(IllegalArgumentException.class);
        assertThat(policy.isPermanent(new NumberFormatException("x"))).isTrue();
        assertThat(policy.isPermanent(new ExecutionException(new IllegalArgumentException("x"))))
                .isTrue();
        assertThat(policy.isPermanent(new IOException("x"))).isFalse();
        assertThat(policy.isPermanent(new PermanentEffectException("x"))).isTrue();
        assertThat(RetryPolicy.DEFAULT.isPermanent(new CompletionException(new PermanentEffectException("x"))))
                .isTrue();
        assertThat(RetryPolicy.DEFAULT.isPermanent(new IllegalArgumentException("x")))
                .isFalse();
        assertThat(policy.withPermanent(IOException.class).permanent())
                .isEqualTo(Set.of(IllegalArgumentException.class, IOException.class));
    }

    @Test
    void interruptionRetryLaterNotDoneUnknownOutcomeAndMisuseAreNeverPermanent() {
        var all = RetryPolicy.DEFAULT.withPermanent(Exception.class);
        assertThat(all.isPermanent(new IOException("x"))).isTrue();
        assertThat(all.isPermanent(new RuntimeException(new InterruptedException())))
                .isFalse();
        assertThat(all.isPermanent(new IOException(new RetryLaterException("busy", Duration.ZERO))))
                .isFalse();
        assertThat(all.isPermanent(new IOException(new NotDoneException("closed"))))
                .isFalse();
        assertThat(all.isPermanent(new EffectMisuseException("x"))).isFalse();
        assertThat(all.isPermanent(new UnknownOutcomeException("late", new IOException("reset"))))
                .isFalse();
        assertThatThrownBy(() -> all.withPermanent(InterruptedException.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "A retry policy names InterruptedException as permanent, but this exception never means that "
                                + "a retry cannot succeed. Remove it.");
    }

    @Test
    void waitIsTheLongerOfTheBackOffAndTheRequestedOne() {
        var policy = new RetryPolicy(10, Duration.ofSeconds(1), Duration.ofSeconds(4), 0);
        var asked = new IOException(new RetryLaterException("busy", Duration.ofSeconds(3)));
        assertThat(policy.backoff(1, asked, random)).isEqualTo(Duration.ofSeconds(3));
        assertThat(policy.backoff(3, asked, random)).isEqualTo(Duration.ofSeconds(4));
        assertThat(policy.backoff(2, new IOException("x"), random)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void requestedWaitIsAtMostOneHour() {
        var policy = new RetryPolicy(10, Duration.ZERO, Duration.ZERO, 0);
        assertThat(policy.backoff(1, new RetryLaterException("busy", Duration.ofDays(365)), random))
                .isEqualTo(Duration.ofHours(1));
        assertThat(policy.backoff(1, new RetryLaterException("busy", Duration.ofSeconds(-1)), random))
                .isZero();
    }
}
