package io.taskqueue.libraries;

import java.util.Optional;

/** Refuses libraries of the application that this project cannot work with, before it uses them. */
public final class SupportedLibraries {

    private SupportedLibraries() {}

    /**
     * Checks what JSON needs.
     *
     * @throws UnsupportedLibraryException if a library has a version that is not supported
     */
    public static void requireForJson() {
        requireForJson(classPath());
    }

    /**
     * Checks what a source or a local sink needs.
     *
     * @throws UnsupportedLibraryException if a library has a version that is not supported
     */
    public static void requireForConnector() {
        requireForConnector(classPath());
    }

    /**
     * Checks what a sink on Kafka Streams needs.
     *
     * @throws UnsupportedLibraryException if a library has a version that is not supported
     */
    public static void requireForStreams() {
        requireForStreams(classPath());
    }

    static void requireForJson(ClassLoader classPath) {
        Library.JACKSON.require(classPath);
    }

    static void requireForConnector(ClassLoader classPath) {
        requireForJson(classPath);
        Library.MICROMETER.require(classPath);
        Library.KAFKA_CLIENTS.require(classPath);
    }

    static void requireForStreams(ClassLoader classPath) {
        requireForConnector(classPath);
        Library.KAFKA_STREAMS.require(classPath);
        Optional<String> streams = Library.KAFKA_STREAMS.version(classPath);
        Optional<String> clients = Library.KAFKA_CLIENTS.version(classPath);
        if (streams.isPresent()
                && clients.isPresent()
                && !Library.minor(streams.get()).equals(Library.minor(clients.get()))) {
            throw new UnsupportedLibraryException(Library.KAFKA_STREAMS.artifact + " " + streams.get() + " works with "
                    + Library.KAFKA_CLIENTS.artifact + " " + Library.minor(streams.get()) + " only, but found "
                    + clients.get() + ": set one version for both in the application's build.");
        }
    }

    /** That of this class: it finds the libraries that the other classes of this project get. */
    private static ClassLoader classPath() {
        ClassLoader own = SupportedLibraries.class.getClassLoader();
        return own == null ? ClassLoader.getSystemClassLoader() : own;
    }
}
