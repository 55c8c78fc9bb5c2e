package io.taskqueue.cli.shared;

import io.taskqueue.source.ReplicationSource;
import picocli.CommandLine.Option;

/** The event topic that a command reads or writes. */
public final class TopicOption {

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            defaultValue = ReplicationSource.DEFAULT_TOPIC,
            converter = OptionValue.Topic.class,
            description = "The event topic. Default: ${DEFAULT-VALUE}.")
    private String name = ReplicationSource.DEFAULT_TOPIC;

    public String name() {
        return name;
    }
}
