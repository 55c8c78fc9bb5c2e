package io.taskqueue.libraries;

/**
 * The application brings a version of Kafka, Jackson or Micrometer that does not work here. The message names the version that was found
 * and those that are needed. Nothing was started.
 */
public final class UnsupportedLibraryException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    UnsupportedLibraryException(String message) {
        super(message);
    }
}
