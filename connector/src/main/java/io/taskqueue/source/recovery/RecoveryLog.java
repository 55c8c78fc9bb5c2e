package io.taskqueue.source.recovery;

import io.taskqueue.event.Position;
import io.taskqueue.logging.LogFields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is logged about the live tasks of a queue's earlier owners. */
public final class RecoveryLog {

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryLog.class);

    private RecoveryLog() {}

    /** What a source recovered. */
    public static void recovered(String queueName, RecoveryReport report) {
        // on a thread of the application
        LogFields.ofQueue(queueName).during(() -> logRecovered(queueName, report));
    }

    private static void logRecovered(String queueName, RecoveryReport report) {
        RecoveryReport.Tasks tasks = report.tasks();
        RecoveryReport.Reading reading = report.reading();
        LOG.info(
                "Queue {} is recovered: {} tasks ({} pending, {} delayed, {} leased, {} handed over), read in {} ms from offsets {} to"
                        + " {} of partition {} of topic {}",
                queueName,
                tasks.recovered(),
                tasks.pending(),
                tasks.delayed(),
                tasks.leased(),
                tasks.handedOver(),
                reading.time().toMillis(),
                reading.from(),
                reading.to(),
                reading.partition(),
                reading.topic());
        removed(queueName, report);
        if (tasks.undecodable() > 0) {
            UndecodableTask first = report.undecodable().get(0);
            LOG.error(
                    "{} live tasks of queue {} are not recovered, because they cannot be decoded; the first is {}, at offset {}: {}"
                            + " They stay on the topic. If that is due to the payload codec, start the source again with a recovery and"
                            + " one that decodes them.",
                    tasks.undecodable(),
                    queueName,
                    first.task(),
                    first.offset(),
                    first.reason());
        }
    }

    /** What a source without a recovery leaves on the topic. */
    public static void abandoned(String queueName, AbandonedTasks tasks, RecoveryReport report) {
        if (tasks.count() > 0) {
            LOG.warn(
                    "Queue {} has {} live tasks of earlier owners{}, and this source does not work on them, because it was started"
                            + " without a recovery. They stay on the topic. Start the source again with recover(...), or"
                            + " 'taskqueue dispatch' with --recover.",
                    queueName,
                    tasks.count(),
                    tasks.oldest()
                            .map(since -> ", the oldest enqueued at " + since)
                            .orElse(""));
        }
        removed(queueName, report);
    }

    private static void removed(String queueName, RecoveryReport report) {
        if (report.removed().isPresent()) {
            RemovedTasks removed = report.removed().get();
            LOG.error(
                    "{}{} of {} live tasks of queue {} are gone: partition {} of topic {} no longer holds their events. The first"
                            + " event of the queue that is left is {}. Raise the retention of the topic, and enqueue these tasks"
                            + " again from where they came.",
                    removed.exact() ? "" : "About ",
                    removed.gone(),
                    removed.live(),
                    queueName,
                    report.reading().partition(),
                    report.reading().topic(),
                    removed.firstLeft().map(Position::toString).orElse("none"));
        }
    }
}
