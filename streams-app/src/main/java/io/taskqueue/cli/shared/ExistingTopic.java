package io.taskqueue.cli.shared;

import io.taskqueue.console.sinks.SinkGroups;
import io.taskqueue.kafka.TopicOffsets;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/** The event topic of a command, which must exist. */
public final class ExistingTopic {

    private ExistingTopic() {}

    /** @throws CommandFailedException if the cluster has no such topic */
    public static TopicOffsets find(Admin admin, String name) throws InterruptedException {
        return TopicOffsets.find(admin, name, KafkaOptions.REQUEST_TIMEOUT)
                .orElseThrow(() -> new CommandFailedException(
                        ExitCode.REFUSED,
                        "The topic " + name + " does not exist on this cluster: no source has been started here. Check "
                                + "--bootstrap-server and --topic."));
    }

    /** The names of all consumer groups that have committed offsets of the topic, sorted, without consoles. */
    public static List<String> readers(Admin admin, TopicOffsets topic) throws InterruptedException {
        return new SinkGroups(admin, topic.name(), KafkaOptions.REQUEST_TIMEOUT).names(topic.partitions());
    }
}
