package io.taskqueue.benchmarks.whole;

import java.time.Duration;

/**
 * What a round asks of a queue: one thread enqueues the tasks, each with a confirmation of its own, and workers lease, perform and
 * complete them.
 *
 * @param tasks the number of tasks
 * @param workers the number of threads that perform tasks
 * @param work how long a task takes; zero for none
 */
public record WholeWorkload(int tasks, int workers, Duration work) {

    /** The number of workers unless stated otherwise. */
    public static final int WORKERS = 64;

    /** Tasks that take no time. */
    public static WholeWorkload withoutWork(int tasks) {
        return new WholeWorkload(tasks, WORKERS, Duration.ZERO);
    }

    /** The same, with another number of tasks. */
    WholeWorkload withTasks(int number) {
        return new WholeWorkload(number, workers, work);
    }

    /** The highest possible rate, in tasks per second, of tasks that take time. */
    public double limit() {
        return workers * 1e9 / work.toNanos();
    }

    @Override
    public String toString() {
        return workers + " workers, " + (work.isZero() ? "no work" : work.toMillis() + " ms a task");
    }
}
