package io.taskqueue.streams.checkpoint;

import java.time.Instant;

/**
 * A change of the event topic that a sink cannot follow without consequences, and how often it was found.
 *
 * @param times how often it was found since an operator cleared it
 * @param at when it was found last, by the sink's clock
 * @param from what was expected, last: an offset, or a number of partitions
 * @param to what was found instead
 */
public record LogChange(Kind kind, int partition, long times, Instant at, long from, long to) {

    /** What happened. */
    public enum Kind {
        /** The log begins behind the next record to be read: the offsets from {@code from} up to, not including, {@code to} are lost. */
        OVERTAKEN,
        /** The topic has another id. The sink had read up to, not including, {@code from}; it reads from {@code to} on. */
        RECREATED,
        /** The log ended at {@code to}, but the sink had read up to, not including, {@code from}. */
        SHORTENED,
        /** The topic had {@code from} partitions, and has {@code to}. */
        PARTITIONS;

        /** Whether it needs a decision by an operator. */
        public boolean needsOperator() {
            return this != PARTITIONS;
        }

        /** What is to be done, as sentences. */
        public String remedy() {
            return switch (this) {
                case OVERTAKEN -> "Events may be missing: each queue is marked diverged with its next event, if so. Raise the topic's"
                        + " retention, or let sinks not be stopped for longer than that.";
                case RECREATED -> "What it held cannot be read again: the results of the effects of its queues are deleted, parked events"
                        + " are kept. If that was not intended, find out who deleted it.";
                case SHORTENED -> "The sink has applied events that no other sink and no replay can read any more: its queues are marked"
                        + " diverged. Compare their targets with the source, and set unclean.leader.election.enable=false.";
                case PARTITIONS -> "Nothing is to be done: each queue stays in its partition.";
            };
        }
    }

    /** What was found, as a sentence without its end. */
    public String text() {
        return switch (kind) {
            case OVERTAKEN -> "partition " + partition + " begins at offset " + to
                    + ", but the sink had read it only up to "
                    + from + ": " + offsets(to - from)
                    + (to - from == 1
                            ? " was deleted before the sink had read it"
                            : " were deleted before the sink had read them");
            case RECREATED -> "the topic was deleted and created again, or another one was named: partition "
                    + partition + " is read from offset " + to + " on, and the history of its queues starts over";
            case SHORTENED -> "partition " + partition + " ended at offset " + to + ", but the sink had read it up to "
                    + from + ": the log was shortened and has lost " + offsets(from - to)
                    + ", as after an unclean leader election";
            case PARTITIONS -> "the topic has " + to + " partitions, and had " + from;
        };
    }

    private static String offsets(long number) {
        return number == 1 ? "1 offset" : number + " offsets";
    }
}
