package io.taskqueue.cli.shared;

import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The registry topic of a source, and how its topics are created where they do not exist. */
public final class SourceTopicOptions {

    @Mixin
    private RegistryTopicOption registry = new RegistryTopicOption();

    @Option(
            names = "--partitions",
            paramLabel = "N",
            converter = OptionValue.Count.class,
            description =
                    "The number of partitions of the event topic, which never changes; an existing topic must have as many. "
                            + "Default for a new topic: 12.")
    private @Nullable Integer partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            converter = OptionValue.ReplicationFactor.class,
            description = "The replication factor of topics that are created. Default: the broker's.")
    private @Nullable Integer replicationFactor;

    public String registryTopic() {
        return registry.name();
    }

    /** The replication factor of topics that are created, if one was given. */
    public Optional<Integer> replicationFactor() {
        return Optional.ofNullable(replicationFactor);
    }

    /** Sets the options that were given. */
    public void configure(ReplicationSource.Builder<?> source) {
        source.registryTopic(registry.name());
        if (partitions != null) {
            source.partitions(partitions);
        }
        if (replicationFactor != null) {
            source.replicationFactor(replicationFactor);
        }
    }

    /** Sets the options that were given, for the sources of several queues. */
    public void configure(SourceGroup.Builder sources) {
        sources.registryTopic(registry.name());
        if (partitions != null) {
            sources.partitions(partitions);
        }
        if (replicationFactor != null) {
            sources.replicationFactor(replicationFactor);
        }
    }
}
