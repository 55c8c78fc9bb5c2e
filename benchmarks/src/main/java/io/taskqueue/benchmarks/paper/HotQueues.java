package io.taskqueue.benchmarks.paper;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Queues of different activity on the partitions of one event topic, simulated. A queue is in one partition, which its name decides
 * like a hash; its activity follows Zipf's law: the i-th busiest of n queues has a share of {@code 1 / i^s} of all events, divided by
 * the sum of these terms. The topic carries as many events as keep its busiest partition within what a partition carries.
 *
 * <p>The same seed gives the same result.
 *
 * @param queues how many there are
 * @param skew the exponent {@code s} of Zipf's law: 0 for queues that are all alike, 1 for what is usual among tenants
 * @param partitions of the topic
 */
record HotQueues(int queues, double skew, int partitions) {

    /** The placements of which the median is taken. */
    private static final int PLACEMENTS = 101;

    HotQueues {
        if (queues < 1 || partitions < 1 || skew < 0) {
            throw new IllegalArgumentException(
                    "There must be a queue and a partition, and the skew must not be negative: " + queues + " queues, "
                            + partitions + " partitions, skew " + skew + ".");
        }
    }

    /** The share of all events of each queue, the busiest first. */
    double[] shares() {
        double[] shares = new double[queues];
        double sum = 0;
        for (int i = 0; i < queues; i++) {
            shares[i] = Math.pow(i + 1, -skew);
            sum += shares[i];
        }
        for (int i = 0; i < queues; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    /**
     * The shares when each queue that has more than a part of a partition's mean is split into as many queues as have less, with the tasks
     * of a key in one of them.
     *
     * @param part of the mean load of a partition that a queue may have
     */
    double[] splitShares(double part) {
        double most = part / partitions;
        List<Double> split = new ArrayList<>();
        for (double share : shares()) {
            int pieces = pieces(share, most);
            for (int piece = 0; piece < pieces; piece++) {
                split.add(share / pieces);
            }
        }
        return split.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** How many queues there are after {@link #splitShares}, and into how many the busiest is split. */
    Split split(double part) {
        return new Split(splitShares(part).length, pieces(shares()[0], part / partitions));
    }

    /**
     * The outcome of a split.
     *
     * @param queues how many there are then
     * @param ofBusiest into how many the busiest is split
     */
    record Split(int queues, int ofBusiest) {}

    private static int pieces(double share, double most) {
        return Math.max(1, (int) Math.ceil(share / most - 1e-9));
    }

    /**
     * How many partitions' worth of events the topic carries, between 1 and the number of partitions: the median over placements of the
     * queues.
     *
     * @param shares of the queues
     */
    double carries(double[] shares, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] carried = new double[PLACEMENTS];
        for (int placement = 0; placement < PLACEMENTS; placement++) {
            double[] load = new double[partitions];
            for (double share : shares) {
                load[random.nextInt(partitions)] += share;
            }
            carried[placement] = 1 / Arrays.stream(load).max().orElseThrow();
        }
        Arrays.sort(carried);
        return carried[PLACEMENTS / 2];
    }
}
