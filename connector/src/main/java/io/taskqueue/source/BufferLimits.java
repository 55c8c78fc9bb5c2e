package io.taskqueue.source;

/** How much a source holds that Kafka has not acknowledged: a hard bound in events, a soft one in bytes. */
record BufferLimits(int events, long bytes) {

    /** A lease asks for several places at once, and more than one should fit. */
    static final int LEAST_EVENTS = 16;

    BufferLimits {
        if (events < LEAST_EVENTS) {
            throw new IllegalArgumentException("bufferEvents is " + events
                    + ", but a lease reserves room for its ending." + " Give at least " + LEAST_EVENTS + ".");
        }
        if (bytes < 1) {
            throw new IllegalArgumentException("bufferBytes is " + bytes + ". Give at least 1.");
        }
    }
}
