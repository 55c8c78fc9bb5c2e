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
 * <p>The post is the effect {@code post}, its result the status code. A target must answer 2xx for a key it has seen before
 * without acting again: between its answer and the record of it a crash makes the post be repeated.
 *
 * <table>
 *   <caption>What an answer means</caption>
 *   <tr><th>answer</th><th>meaning</th></tr>
 *   <tr><td>2xx</td><td>done; recorded</td></tr>
 *   <tr><td>4xx</td><td>failed for good; recorded</td></tr>
 *   <tr><td>any other, no answer in time, no connection; and of 4xx those that say "later": 408, 425, 429</td>
 *       <td>failed for now; tried again, after the wait of {@code Retry-After} at the earliest, if the answer has it</td></tr>
 * </table>
 *
 * <p>{@code Retry-After} may be seconds or a date; other text in it is ignored, and more than
 * {@link RetryLaterException#LONGEST} counts as that.
 *
 * <p>Redirects are not followed; they are tried again, because a wrong URL is mended in the configuration and must not cost
 * events.
 *
 * <p>Thread-safe. Blocks until the answer is complete or its time is up; interruption cancels the request.
 */
public final class HttpSink<T> implements ReplicationSink<T> {

    /** How long one request may take, unless told otherwise: 10 s. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private static final Set<Integer> FOR_NOW = Set.of(408, 425, 429);

    private final URI url;
    private final ReplicationEventCodec<T> codec;
    private final Duration timeout;
    private final Set<EventKind> kinds;
    private final Clock clock;
    private final HttpClient client;

    /** Posts every event, with the default time-out; see {@link #HttpSink(URI, PayloadCodec, Duration, Set)}. */
    public HttpSink(URI url, PayloadCodec<T> codec) {
        this(url, codec, DEFAULT_TIMEOUT, SinkConfiguration.allKinds());
    }

    /**
     * @param url absolute, http or https, without credentials
     * @param codec how payloads are written into the JSON
     * @param timeout how long one request may take, answer included
     * @param kinds the events to post
     * @throws IllegalArgumentException if nothing can be posted to such a URL, or the time-out is not positive
     */
    public HttpSink(URI url, PayloadCodec<T> codec, Duration timeout, Set<EventKind> kinds) {
        this(url, codec, timeout, kinds, Clock.systemUTC());
    }

    /** @param clock what a date in {@code Retry-After} is held against */
    HttpSink(URI url, PayloadCodec<T> codec, Duration timeout, Set<EventKind> kinds, Clock clock) {
        this.url = require(url);
        this.codec = new ReplicationEventCodec<>(codec);
        this.timeout = timeout;
        this.kinds = kinds.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(kinds));
        this.clock = clock;
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("A request needs time, but the timeout is " + DurationText.of(timeout)
                    + ". Give it more than 0, as in 10s.");
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
        String answer = "POST of " + event + " to " + target() + " was answered " + status;
        if (status >= 400 && status < 500 && !FOR_NOW.contains(status)) {
            throw new PermanentEffectException(answer + ". The target refuses the event; see its log for why");
        }
        if (status >= 300 && status < 400) {
            throw new IOException(answer + ", a redirect, which is not followed. Set url to where it leads");
        }
        Optional<Duration> wait = response.headers()
                .firstValue("Retry-After")
                .flatMap(text -> RetryAfter.read(text, clock.instant()))
                .filter(asked -> !asked.isNegative());
        if (wait.isPresent()) {
            throw new RetryLaterException(
                    answer + ", to be tried again after " + wait.get().toSeconds() + " s", wait.get());
        }
        throw new IOException(answer);
    }

    /** The answer, once all of it is in: the client's own time-out ends with the head of the answer. */
    private HttpResponse<Void> send(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<Void>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            return answer.get(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new HttpTimeoutException(
                    "POST to " + target() + " had no complete answer in " + timeout.toMillis() + " ms");
        } catch (ExecutionException failure) {
            throw new IOException("POST to " + target() + " failed: " + failure.getCause(), failure.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    /** The URL without its query, which may hold a secret. */
    private String target() {
        return url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
    }

    private static URI require(URI url) {
        String scheme = String.valueOf(url.getScheme());
        boolean web = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
        if (!web || url.getHost() == null) {
            throw new IllegalArgumentException("The url '" + url + "' names no web server. Write it in full, as in "
                    + "http://localhost:8080/events.");
        }
        if (url.getUserInfo() != null) {
            throw new IllegalArgumentException("The url of " + url.getHost()
                    + " holds credentials, which are not sent. Let a proxy add them, and leave them out of the url.");
        }
        return url;
    }
}
