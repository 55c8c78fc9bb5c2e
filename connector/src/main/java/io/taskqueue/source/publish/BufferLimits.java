package io.taskqueue.source.publish;

/**
 * How much a source holds that Kafka has not acknowledged.
 *
 * @param events a hard limit
 * @param bytes a soft one: no place is granted while it is exceeded
 */
public record BufferLimits(int events, long bytes) {

    /** A lease reserves several places at once, and more than one lease must fit. */
    static final int LEAST_EVENTS = 16;

    /** @throws IllegalArgumentException if a limit is too low */
    public BufferLimits {
        if (events < LEAST_EVENTS) {
            throw new IllegalArgumentException("bufferEvents is " + events
                    + ", but a lease reserves room for its ending. Set it to at least " + LEAST_EVENTS + ".");
        }
        if (bytes < 1) {
            throw new IllegalArgumentException("bufferBytes is " + bytes + ". Set it to at least 1.");
        }
    }
}
