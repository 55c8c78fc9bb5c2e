package io.taskqueue.console.fold;

/**
 * How much the view keeps. What is beyond a bound is still counted in the totals of its queue.
 *
 * @param endedPerQueue completed tasks of a queue, dead ones, and drained ones: as many of the newest of each
 * @param ended ended tasks in total; beyond it, the queues that have the most lose their oldest ones
 * @param live live tasks in total; beyond it, further ones are not listed, and do not count in the depth of their queue
 * @param queues queues; beyond it, those without live tasks that have been quiet for longest are forgotten, and where each has
 *     live tasks, further queues are not shown
 * @param eventsPerTask offsets of a task's events
 */
public record FoldBounds(int endedPerQueue, int ended, int live, int queues, int eventsPerTask) {

    /** The bounds unless others are set. */
    public static final FoldBounds DEFAULT = new FoldBounds(1_000, 1_000_000, 1_000_000, 50_000, 64);

    /** The smallest number of offsets: the first event, the newest, and one between. */
    private static final int FEWEST_EVENTS = 3;

    /** @throws IllegalArgumentException if one is too small */
    public FoldBounds {
        require("ended tasks of a queue", endedPerQueue, 0);
        require("ended tasks in total", ended, 0);
        require("live tasks in total", live, 1);
        require("queues", queues, 1);
        require("events of a task", eventsPerTask, FEWEST_EVENTS);
    }

    private static void require(String what, int number, int least) {
        if (number < least) {
            throw new IllegalArgumentException(
                    "The bound for " + what + " of the console is " + number + ". Set it to at least " + least + ".");
        }
    }

    /** The same, with another bound for the ended tasks of a queue. */
    public FoldBounds withEndedPerQueue(int tasks) {
        return new FoldBounds(tasks, ended, live, queues, eventsPerTask);
    }

    /** The part of the totals for one of several partitions. */
    FoldBounds share(int partitions) {
        return new FoldBounds(
                endedPerQueue,
                ended == 0 ? 0 : Math.max(1, ended / partitions),
                Math.max(1, live / partitions),
                queues,
                eventsPerTask);
    }
}
