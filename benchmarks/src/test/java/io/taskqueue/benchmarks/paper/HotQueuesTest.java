package io.taskqueue.benchmarks.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HotQueuesTest {

    private static final long SEED = 3;

    @Test
    void sharesFollowZipfAndAreTheWholeTogether() {
        double[] shares = new HotQueues(1_000, 1, 12).shares();

        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-9));
        assertThat(shares[0] / shares[9]).isCloseTo(10, within(1e-9));
    }

    @Test
    void oneQueueIsCarriedByOnePartitionHoweverManyThereAre() {
        HotQueues one = new HotQueues(1, 1, 192);

        assertThat(one.carries(one.shares(), SEED)).isEqualTo(1);
    }

    @Test
    void theBusiestQueueLimitsTheTopic() {
        HotQueues hot = new HotQueues(1_000, 1.2, 192);

        assertThat(hot.carries(hot.shares(), SEED)).isLessThanOrEqualTo(1 / hot.shares()[0]);
    }

    @Test
    void manyQueuesThatAreAlikeUseEveryPartition() {
        HotQueues alike = new HotQueues(100_000, 0, 12);

        assertThat(alike.carries(alike.shares(), SEED)).isBetween(11.0, 12.0);
    }

    @Test
    void splittingHotQueuesLeavesNoneAboveItsPartAndNoEventOut() {
        HotQueues hot = new HotQueues(1_000, 1, 48);

        double[] split = hot.splitShares(0.25);

        assertThat(Arrays.stream(split).sum()).isCloseTo(1, within(1e-9));
        assertThat(Arrays.stream(split).max().orElseThrow()).isLessThanOrEqualTo(0.25 / 48 + 1e-9);
        assertThat(hot.carries(split, SEED)).isGreaterThan(3 * hot.carries(hot.shares(), SEED));
        assertThat(hot.split(0.25).queues()).isEqualTo(split.length);
    }

    @Test
    void sameSeedGivesTheSameResultAndAnotherOneNearlyTheSame() {
        HotQueues queues = new HotQueues(1_000, 0.8, 48);

        double carried = queues.carries(queues.shares(), SEED);

        assertThat(queues.carries(queues.shares(), SEED)).isEqualTo(carried);
        assertThat(queues.carries(queues.shares(), SEED + 1)).isCloseTo(carried, within(carried / 10));
    }

    @Test
    void impossibleTopicIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HotQueues(0, 1, 12))
                .withMessage("There must be a queue and a partition, and the skew must not be negative: 0 queues, 12"
                        + " partitions, skew 1.0.");
    }
}
