package io.taskqueue.sinks;

import io.taskqueue.config.DurationText;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryLaterException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts each event to a URL, as its replicated JSON, with the effect key as the header {@code Idempotency-Key}.
 *
 * <p>The request is the effect {@code post}; its result is the status code. A target must answer 2xx to a key that it has seen
 * before, without acting again: if the sink crashes before the answer is recorded, the request is repeated.
 *
 * <table>
 *   <caption>How a response counts</caption>
 *   <tr><th>response</th><th>meaning</th></tr>
 *   <tr><td>2xx</td><td>done; recorded</td></tr>
 *   <tr><td>4xx</td><td>permanent failure; recorded</td></tr>
 *   <tr><td>any other, no response in time, no connection; and of 4xx those that ask for a retry: 408, 425, 429</td>
 *       <td>transient failure; retried, not before the wait in {@code Retry-After} if the response has it</td></tr>
 * </table>
 *
 * <p>{@code Retry-After} may be a number of seconds or a date; any other text is ignored, and a wait longer than
 * {@link RetryLaterException#LONGEST} is reduced to that.
 *
 * <p>Redirects are not followed but retried, because a wrong URL is fixed in the configuration and must not lose events.
 *
 * <p>Thread-safe. Blocks until the response is complete or the timeout has passed; an interruption cancels the request.
 */
public final class HttpSink<T> implements ReplicationSink<T> {

    /** The default timeout of a request: 10 s. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private static final Set<Integer> RETRYABLE = Set.of(408, 425, 429);

    private final URI url;
    private final ReplicationEventCodec<T> codec;
    private final Duration timeout;
    private final Set<EventKind> kinds;
    private final Clock clock;
    private final HttpClient client;

    /** Posts every event, with the default timeout; see {@link #HttpSink(URI, PayloadCodec, Duration, Set)}. */
    public HttpSink(URI url, PayloadCodec<T> codec) {
        this(url, codec, DEFAULT_TIMEOUT, EnumSet.allOf(EventKind.class));
    }

    /**
     * @param url absolute, http or https, without credentials
     * @param codec how payloads are written into the JSON
     * @param timeout how long one request may take, including its response
     * @param kinds the kinds of events to post
     * @throws IllegalArgumentException if the URL is not valid for a request, or the timeout is not positive
     */
    public HttpSink(URI url, PayloadCodec<T> codec, Duration timeout, Set<EventKind> kinds) {
        this(url, codec, timeout, kinds, Clock.systemUTC());
    }

    /** @param clock compared with a date in {@code Retry-After} */
    HttpSink(URI url, PayloadCodec<T> codec, Duration timeout, Set<EventKind> kinds, Clock clock) {
        this.url = validated(url);
        this.codec = new ReplicationEventCodec<>(codec);
        this.timeout = timeout;
        this.kinds = Set.copyOf(kinds);
        this.clock = clock;
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("The timeout of a request must be positive, but is "
                    + DurationText.of(timeout) + ". Use a longer one, such as 10s.");
        }
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public void apply(ReplicationEvent<T> event, Effects effects) throws Exception {
        if (kinds.contains(event.kind())) {
            effects.capture("post", Integer.class, key -> post(event, key));
        }
    }

    private int post(ReplicationEvent<T> event, EffectKey key)
            throws IOException, InterruptedException, PermanentEffectException, RetryLaterException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key.toString())
                .POST(HttpRequest.BodyPublishers.ofByteArray(codec.encode(event)))
                .build();
        HttpResponse<Void> response = send(request);
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return status;
        }
        String answered = "POST of " + event + " to " + target() + " was answered " + status;
        if (status >= 400 && status < 500 && !RETRYABLE.contains(status)) {
            throw new PermanentEffectException(
                    answered + ". The target refuses the event; its log may contain the reason");
        }
        if (status >= 300 && status < 400) {
            throw new IOException(
                    answered + ", a redirect, which is not followed. Set url to the target of the redirect");
        }
        Optional<Duration> wait = response.headers()
                .firstValue("Retry-After")
                .flatMap(text -> RetryAfter.parse(text, clock.instant()))
                .filter(asked -> !asked.isNegative());
        if (wait.isPresent()) {
            throw new RetryLaterException(
                    answered + ", with a retry not before " + wait.get().toSeconds() + " s", wait.get());
        }
        throw new IOException(answered);
    }

    /** The complete response: the timeout of the client itself would cover only its headers. */
    private HttpResponse<Void> send(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<Void>> response =
                client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            return response.get(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new HttpTimeoutException(
                    "POST to " + target() + " had no complete response in " + timeout.toMillis() + " ms");
        } catch (ExecutionException failure) {
            throw new IOException("POST to " + target() + " failed: " + failure.getCause(), failure.getCause());
        } finally {
            response.cancel(true);
        }
    }

    /** The URL without its query, which may contain a secret. */
    private String target() {
        return url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
    }

    private static URI validated(URI url) {
        String scheme = String.valueOf(url.getScheme());
        boolean web = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
        if (!web || url.getHost() == null) {
            throw new IllegalArgumentException("The url '" + url
                    + "' is not an absolute http or https URL. Use one such as " + "http://localhost:8080/events.");
        }
        if (url.getUserInfo() != null) {
            throw new IllegalArgumentException("The url of " + url.getHost()
                    + " contains credentials, which are not sent. Remove them from the url, and have a proxy "
                    + "add them.");
        }
        return url;
    }
}
