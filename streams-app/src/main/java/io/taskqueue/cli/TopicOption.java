package io.taskqueue.cli;

import picocli.CommandLine.Option;

/** Which topic the events are on. */
final class TopicOption {

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            defaultValue = "taskqueue.events",
            description = "The event topic. Default: ${DEFAULT-VALUE}.")
    private String name = "";

    String name() {
        return name;
    }
}
