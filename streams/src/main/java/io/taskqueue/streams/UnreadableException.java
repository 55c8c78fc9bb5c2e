package io.taskqueue.streams;

/** Stands for an exception of the sink's own whose text cannot be had, because what should say it throws. */
final class UnreadableException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int DEEPEST = 32;

    private UnreadableException(Throwable unreadable) {
        super("An exception of " + unreadable.getClass() + ", which cannot say what it is about");
        setStackTrace(unreadable.getStackTrace());
    }

    /** The exception itself, where it and its causes can be shown and logged. */
    static Throwable inPlaceOf(Throwable thrown) {
        Throwable current = thrown;
        try {
            for (int depth = 0; current != null && depth < DEEPEST; depth++) {
                String unused = current + current.getMessage() + current.getLocalizedMessage();
                current = current.getCause();
            }
            return thrown;
        } catch (Throwable unreadable) {
            return new UnreadableException(thrown);
        }
    }
}
