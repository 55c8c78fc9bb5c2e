package io.taskqueue.benchmarks;

/** A task of the sample as a Java type. */
public record MirrorTask(
        String packageName,
        String version,
        String section,
        String architecture,
        String path,
        long sizeBytes,
        String sha256,
        String summary) {}
