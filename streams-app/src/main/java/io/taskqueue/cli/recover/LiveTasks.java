package io.taskqueue.cli.recover;

import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.kafka.TopicAdmin;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.recovery.QueueRecovery;
import io.taskqueue.source.recovery.RecoverableQueue;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.registry.SourceRegistry;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;

/**
 * The live tasks of a queue as Kafka has them, read without claiming the queue.
 *
 * @param kafka where Kafka is
 * @param registryTopic the registry, which states where the events of the queue are
 */
public record LiveTasks(KafkaOptions kafka, String registryTopic) {

    /** Reads the live tasks, with a progress bar; empty if no source has claimed the queue yet. */
    public Optional<RecoverableQueue<String>> read(String queue, Output output) throws InterruptedException {
        if (!isClaimed(queue)) {
            return Optional.empty();
        }
        try (Progress progress = Progress.start("reading events", output)) {
            return Optional.of(QueueRecovery.read(
                    kafka.properties(), registryTopic, queue, PayloadCodec.jsonText(), recovery(progress)));
        }
    }

    /** A recovery that shows its progress. */
    public static Recovery recovery(Progress progress) {
        return Recovery.standard().progress(read -> progress.update(read.done(), read.total()));
    }

    private boolean isClaimed(String queue) throws InterruptedException {
        try (Admin admin = kafka.admin()) {
            if (new TopicAdmin(admin, KafkaOptions.REQUEST_TIMEOUT)
                    .describe(registryTopic)
                    .isEmpty()) {
                return false;
            }
        }
        return SourceRegistry.read(kafka.properties(), registryTopic).containsKey(queue);
    }
}
