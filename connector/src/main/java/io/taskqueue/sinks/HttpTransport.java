package io.taskqueue.sinks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of an {@link HttpSink}: sends one request at a time for each calling thread, many side by side. It follows no
 * redirect and never repeats a request by itself. Thread-safe.
 *
 * <p>{@link #jdk} needs no library; {@link ApacheHttpTransport} takes a quarter of its CPU time for each request.
 */
public interface HttpTransport extends AutoCloseable {

    /** Creates the client of a sink; again where the files of its certificates have changed. */
    @FunctionalInterface
    interface Factory {

        /** @param tls the certificates for https; null for the JVM's */
        HttpTransport create(@Nullable SSLContext tls);
    }

    /**
     * A POST, but for its body.
     *
     * @param headers a value for each name
     * @param timeout until the response is complete
     */
    record Request(URI url, Map<String, String> headers, Duration timeout) {}

    /**
     * A complete response, without its body.
     *
     * @param retryAfter the header {@code Retry-After}
     */
    record Response(int status, Optional<String> retryAfter) {}

    /**
     * Sends a request, and blocks until its response is complete; the body of the response is discarded.
     *
     * @throws HttpTimeoutException if it is not complete in time; the request is cancelled
     * @throws IOException if there is no response; an exception that proves that the request was not sent is one of those that {@link
     *     io.taskqueue.sink.OnAmbiguity} names, or has one as a cause
     * @throws InterruptedException if this thread is interrupted; the request is cancelled
     */
    Response post(Request request, byte[] body) throws IOException, InterruptedException;

    /** Closes the connections. No request is under way. */
    @Override
    void close();

    /** The client of the JDK. It closes idle connections by itself, once nothing refers to it. */
    static HttpTransport jdk(@Nullable SSLContext tls) {
        return new JdkHttpTransport(tls);
    }
}
