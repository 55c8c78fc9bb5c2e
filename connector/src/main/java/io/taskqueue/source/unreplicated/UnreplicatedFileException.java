package io.taskqueue.source.unreplicated;

import org.jspecify.annotations.Nullable;

/** A file of unreplicated events cannot be read. The message states what was found, where, and what to do. */
public final class UnreplicatedFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreplicatedFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
