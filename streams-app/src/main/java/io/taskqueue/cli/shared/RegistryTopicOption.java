package io.taskqueue.cli.shared;

import io.taskqueue.source.ReplicationSource;
import picocli.CommandLine.Option;

/** The topic of the source registry that a command reads or writes. */
public final class RegistryTopicOption {

    @Option(
            names = "--registry-topic",
            paramLabel = "TOPIC",
            defaultValue = ReplicationSource.DEFAULT_REGISTRY_TOPIC,
            converter = OptionValue.Topic.class,
            description = "The topic of the source registry. Default: ${DEFAULT-VALUE}.")
    private String name = ReplicationSource.DEFAULT_REGISTRY_TOPIC;

    public String name() {
        return name;
    }
}
