package io.taskqueue.source;

/** Unreplicated events cannot be published any more, or not on this cluster. The message states why and what to do. */
public final class ResendRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ResendRefusedException(String message) {
        super(message);
    }
}
