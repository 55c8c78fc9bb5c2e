package io.taskqueue.source.recovery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a recovery has read and found.
 *
 * @param reading the part of the partition that was read
 * @param tasks the live tasks, by the state in which they were recovered
 * @param lastKey the caller's key of the task that was enqueued last, if it has one: a program that feeds a queue from a file can continue
 *     behind it
 * @param removed the live tasks that retention has removed from the topic, if there are any
 * @param undecodable the live tasks that could not be decoded, at most 100 of them. They are not in the queue and stay on the topic, so that a
 *     later recovery with another payload codec finds them
 */
public record RecoveryReport(
        Reading reading,
        Tasks tasks,
        Optional<String> lastKey,
        Optional<RemovedTasks> removed,
        List<UndecodableTask> undecodable) {

    public RecoveryReport {
        Objects.requireNonNull(reading, "reading");
        Objects.requireNonNull(tasks, "tasks");
        Objects.requireNonNull(lastKey, "lastKey");
        Objects.requireNonNull(removed, "removed");
        undecodable = List.copyOf(undecodable);
    }

    /**
     * The part of the partition that was read.
     *
     * @param topic the event topic
     * @param partition the queue's partition
     * @param from the first offset: the low-water mark of the queue or, without one, the beginning of the partition
     * @param to the offset at which reading ended: that of the recovering source's SourceStarted or, where no source is started, the end of
     *     the partition
     * @param events how many events of the queue lie between the two
     * @param time how long it took to read them and to decode the live tasks
     */
    public record Reading(String topic, int partition, long from, long to, long events, Duration time) {}

    /**
     * The live tasks, each counted once.
     *
     * @param pending ready to be leased
     * @param delayed waiting for their next attempt
     * @param leased leased when the queue's owner ended; each waits until its lease has expired
     * @param handedOver left by an owner that handed the queue over; ready to be leased, or delayed
     * @param undecodable live, but not recovered, because their latest event or their payload cannot be decoded
     * @param oldest when the oldest of those that were recovered was enqueued, if there is one
     */
    public record Tasks(
            long pending, long delayed, long leased, long handedOver, long undecodable, Optional<Instant> oldest) {

        /** How many tasks were recovered: all but the undecodable ones. */
        public long recovered() {
            return pending + delayed + leased + handedOver;
        }

        /** How many tasks are live, the undecodable ones included. */
        public long live() {
            return recovered() + undecodable;
        }
    }
}
