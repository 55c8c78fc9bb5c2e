package io.taskqueue.benchmarks.micro;

/** A sample task as a Java type. */
public record MirrorTask(
        String packageName,
        String version,
        String section,
        String architecture,
        String path,
        long sizeBytes,
        String sha256,
        String summary) {}
