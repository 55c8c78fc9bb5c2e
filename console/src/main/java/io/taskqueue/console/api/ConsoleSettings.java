package io.taskqueue.console.api;

/**
 * What the page has to know of the console.
 *
 * @param allowWrites whether decisions about parked tasks are accepted
 * @param showPayloads whether payloads and results are shown
 * @param version the version of the console
 * @param topic the event topic
 * @param bootstrapServers the address of the cluster, for the commands that the page shows
 * @param endedTasksKept how many ended tasks of a queue the console keeps
 */
public record ConsoleSettings(
        boolean allowWrites,
        boolean showPayloads,
        String version,
        String topic,
        String bootstrapServers,
        int endedTasksKept) {}
