package io.taskqueue.tracing;

import io.taskqueue.event.TraceContext;
import org.jspecify.annotations.Nullable;

/** A span that has started. Thread-safe; {@link #end} is called once, and nothing else after it. */
public interface TraceSpan {

    /** A span that records nothing and has no trace. */
    TraceSpan NONE = new TraceSpan() {
        @Override
        public @Nullable TraceContext context() {
            return null;
        }

        @Override
        public Scope makeCurrent() {
            return Scope.NONE;
        }

        @Override
        public void attribute(String name, String value) {}

        @Override
        public void fail(String type, @Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void end() {}
    };

    /** Where the span is in its trace; null if it belongs to none. */
    @Nullable
    TraceContext context();

    /** Makes the span the current one of this thread, the parent of spans that other libraries start, until the scope is closed. */
    Scope makeCurrent();

    /** Adds a fact that was not known at the start. */
    void attribute(String name, String value);

    /**
     * What the span covers has failed.
     *
     * @param type a few known values: the class of an exception, or the code of an error
     * @param cause the exception, if there is one
     */
    void fail(String type, @Nullable String message, @Nullable Throwable cause);

    /** Ends the span. */
    void end();

    /** Ends what {@link #makeCurrent} began, on the same thread. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /** A scope that ends nothing. */
        Scope NONE = () -> {};

        @Override
        void close();
    }
}
