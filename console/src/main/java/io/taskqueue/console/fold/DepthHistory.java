package io.taskqueue.console.fold;

import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Samples of one queue's depth and rates, as a ring of numbers of up to a bound; of several equal samples only the first and the last are
 * kept. Not thread-safe.
 *
 * <pre>
 *   of each sample   seconds since 1970 | pending | delayed | leased | dead       whole numbers
 *                    events | enqueued | completed                                rates
 * </pre>
 */
final class DepthHistory {

    private static final int NUMBERS = 5;
    private static final int RATES = 3;
    private static final int FEWEST = 4;

    private int[] numbers = new int[0];
    private float[] rates = new float[0];
    private int first;
    private int size;

    void add(Instant at, QueueView.Depth depth, QueueView.Rates now, int bound) {
        int[] sampled = {
            (int) at.getEpochSecond(),
            number(depth.pending()),
            number(depth.delayed()),
            number(depth.leased()),
            number(depth.dead())
        };
        float[] sampledRates = {(float) now.events(), (float) now.enqueued(), (float) now.completed()};
        if (size >= 2 && same(size - 1, sampled, sampledRates) && same(size - 2, sampled, sampledRates)) {
            numbers[slot(size - 1) * NUMBERS] = sampled[0];
            return;
        }
        fit(bound);
        if (size == capacity()) {
            first = (first + 1) % capacity();
            size--;
        }
        int at0 = slot(size);
        System.arraycopy(sampled, 0, numbers, at0 * NUMBERS, NUMBERS);
        System.arraycopy(sampledRates, 0, rates, at0 * RATES, RATES);
        size++;
    }

    /** Oldest first. */
    List<QueueSample> samples() {
        List<QueueSample> samples = new ArrayList<>(size);
        for (int sample = 0; sample < size; sample++) {
            int at = slot(sample) * NUMBERS;
            int rate = slot(sample) * RATES;
            samples.add(new QueueSample(
                    Instant.ofEpochSecond(Integer.toUnsignedLong(numbers[at])),
                    new QueueView.Depth(numbers[at + 1], numbers[at + 2], numbers[at + 3], numbers[at + 4]),
                    new QueueView.Rates(rates[rate], rates[rate + 1], rates[rate + 2])));
        }
        return samples;
    }

    private boolean same(int sample, int[] sampled, float[] sampledRates) {
        int at = slot(sample) * NUMBERS;
        int rate = slot(sample) * RATES;
        return Arrays.equals(numbers, at + 1, at + NUMBERS, sampled, 1, NUMBERS)
                && Arrays.equals(rates, rate, rate + RATES, sampledRates, 0, RATES);
    }

    /** Grows where there is no room, up to the bound; shrinks where the bound was lowered. */
    private void fit(int bound) {
        int capacity = capacity();
        int needed = Math.min(bound, size + 1);
        if (needed <= capacity && capacity <= bound) {
            return;
        }
        int next = Math.min(bound, Math.max(FEWEST, Math.max(needed, Math.min(capacity, bound / 2) * 2)));
        int kept = Math.min(size, next);
        int[] newNumbers = new int[next * NUMBERS];
        float[] newRates = new float[next * RATES];
        for (int sample = 0; sample < kept; sample++) {
            int from = slot(size - kept + sample);
            System.arraycopy(numbers, from * NUMBERS, newNumbers, sample * NUMBERS, NUMBERS);
            System.arraycopy(rates, from * RATES, newRates, sample * RATES, RATES);
        }
        numbers = newNumbers;
        rates = newRates;
        first = 0;
        size = kept;
    }

    private int capacity() {
        return rates.length / RATES;
    }

    private int slot(int sample) {
        return (first + sample) % Math.max(1, capacity());
    }

    private static int number(long tasks) {
        return (int) Math.min(tasks, Integer.MAX_VALUE);
    }
}
