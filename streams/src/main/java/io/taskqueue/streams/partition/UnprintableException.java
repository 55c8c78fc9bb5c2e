package io.taskqueue.streams.partition;

/** Replaces an exception of user code whose text cannot be read, because its own methods throw. */
final class UnprintableException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_DEPTH = 32;

    private UnprintableException(Throwable unprintable) {
        super("An exception of " + unprintable.getClass() + ", whose message cannot be read");
        setStackTrace(unprintable.getStackTrace());
    }

    /** The exception itself, where it and its causes can be printed and logged. */
    static Throwable replaceIfUnprintable(Throwable thrown) {
        Throwable current = thrown;
        try {
            for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
                String unused = current + current.getMessage() + current.getLocalizedMessage();
                current = current.getCause();
            }
            return thrown;
        } catch (Throwable unprintable) {
            return new UnprintableException(thrown);
        }
    }
}
