package io.taskqueue.sinks;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TraceContext;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryLaterException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
 *   <tr><td>a status that is about this event: 400, 409, 410, 413, 414, 415, 422, 451, unless other ones are set</td>
 *       <td>permanent failure; recorded</td></tr>
 *   <tr><td>any other status; no response in time; no connection</td>
 *       <td>transient failure; retried, not before the wait in {@code Retry-After} if the response has it</td></tr>
 * </table>
 *
 * <p>So a target that is deployed again, moved, or refuses the sink's credentials (401, 403, 404, 405, 407) costs no event: the events
 * wait for it.
 *
 * <p>The body of an event without its payload has no field {@code value}; see {@link io.taskqueue.event.PayloadInclusion}.
 *
 * <p>{@code Retry-After} may be a number of seconds or a date; any other text is ignored, and a wait longer than
 * {@link RetryLaterException#LONGEST} is reduced to that. It delays the events of the task, not those of others.
 *
 * <p>Redirects are not followed but retried, because a wrong URL is fixed in the configuration and must not lose events.
 *
 * <p>Thread-safe. Blocks until the response is complete or the timeout has passed; an interruption cancels the request.
 */
public final class HttpSink<T> implements ReplicationSink<T>, AutoCloseable {

    /** The default timeout of a request: 10 s. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private final ReplicationEventCodec<T> codec;
    private final HttpSinkSettings settings;
    private final TargetClient client;

    /** Posts every event, with the defaults; see {@link #builder}. */
    public HttpSink(URI url, PayloadCodec<T> codec) {
        this(codec, builder(url, codec).settings());
    }

    private HttpSink(PayloadCodec<T> codec, HttpSinkSettings settings) {
        this.codec = new ReplicationEventCodec<>(codec);
        this.settings = settings;
        try {
            settings.headers().requireReadable();
            this.client = new TargetClient(settings.tls(), settings.transport());
        } catch (IOException unusable) {
            throw new IllegalArgumentException(unusable.getMessage(), unusable);
        }
    }

    /**
     * @param url absolute, http or https, without credentials
     * @param codec how payloads are written into the JSON
     * @throws IllegalArgumentException if the URL is not valid for a request
     */
    public static <T> Builder<T> builder(URI url, PayloadCodec<T> codec) {
        return new Builder<>(new TargetUrl(url), codec);
    }

    /** Collects the settings of a sink. Each method that refuses a value throws {@link IllegalArgumentException}. Not thread-safe. */
    public static final class Builder<T> {

        private final TargetUrl url;
        private final PayloadCodec<T> codec;
        private Duration timeout = DEFAULT_TIMEOUT;
        private Set<EventKind> kinds = EnumSet.allOf(EventKind.class);
        private Set<Integer> permanentStatuses = HttpStatuses.ABOUT_THE_EVENT;
        private RequestHeaders headers = RequestHeaders.NONE;
        private TlsStores tls = TlsStores.NONE;
        private HttpTransport.Factory transport = HttpTransport::jdk;
        private Clock clock = Clock.systemUTC();

        private Builder(TargetUrl url, PayloadCodec<T> codec) {
            this.url = url;
            this.codec = codec;
        }

        /** How long one request may take, including its response, up to one hour; {@link #DEFAULT_TIMEOUT} by default. */
        public Builder<T> timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /** The kinds of events to post; all by default. */
        public Builder<T> kinds(Set<EventKind> kinds) {
            this.kinds = kinds;
            return this;
        }

        /** The statuses, from 300 to 599, that are a permanent failure of the event, in place of the default ones. */
        public Builder<T> permanentStatuses(Set<Integer> permanentStatuses) {
            this.permanentStatuses = permanentStatuses;
            return this;
        }

        /** Adds a header to each request; its value must be one line of ASCII. */
        public Builder<T> header(String name, SecretText value) {
            this.headers = headers.with(name, value);
            return this;
        }

        /** Authenticates each request with a token: {@code Authorization: Bearer …}. */
        public Builder<T> bearer(SecretText token) {
            this.headers = headers.withBearer(token);
            return this;
        }

        /** Authenticates each request with a user and password: {@code Authorization: Basic …}. */
        public Builder<T> basic(String user, SecretText password) {
            this.headers = headers.withBasic(user, password);
            return this;
        }

        /**
         * The certificates that the target is verified with, in place of those that the JVM trusts; read again when the file changes.
         *
         * @param type PKCS12, JKS or PEM
         * @param password of the file; null where there is none
         */
        public Builder<T> trustStore(Path file, String type, @Nullable SecretText password) {
            this.tls = new TlsStores(new TlsStores.Store(file, type, password), tls.key());
            return this;
        }

        /**
         * The sink's own certificate and private key; read again when the file changes.
         *
         * @param type PKCS12, JKS or PEM (certificates and a PKCS#8 key in one file)
         * @param password of the file and the key; null where there is none
         */
        public Builder<T> keyStore(Path file, String type, @Nullable SecretText password) {
            this.tls = new TlsStores(tls.trust(), new TlsStores.Store(file, type, password));
            return this;
        }

        /** The HTTP client; {@link HttpTransport#jdk} by default, and {@link ApacheHttpTransport} in the commands. */
        public Builder<T> transport(HttpTransport.Factory transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /** The time that a date in {@code Retry-After} is compared with; the system's by default. */
        public Builder<T> clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        private HttpSinkSettings settings() {
            return new HttpSinkSettings(url, timeout, kinds, permanentStatuses, headers, tls, transport, clock);
        }

        /** Validates the settings, and reads files and environment variables once. */
        public HttpSink<T> build() {
            return new HttpSink<>(codec, settings());
        }
    }

    @Override
    public void apply(ReplicationEvent<T> event, Effects effects) throws Exception {
        if (settings.kinds().contains(event.kind())) {
            effects.capture("post", Integer.class, key -> post(event, key, effects.traceContext()));
        }
    }

    @Override
    public Interests interests() {
        return Interests.of(settings.kinds());
    }

    private int post(ReplicationEvent<T> event, EffectKey key, Optional<TraceContext> trace)
            throws IOException, InterruptedException, PermanentEffectException, RetryLaterException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.put("Content-Type", "application/json");
        headers.put("Idempotency-Key", key.toString());
        trace.ifPresent(context -> addTo(headers, context));
        settings.headers().addTo(headers);
        HttpTransport.Response response = send(headers, codec.encode(event));
        int status = response.status();
        if (status >= 200 && status < 300) {
            return status;
        }
        String answered = "POST of " + event + " to " + settings.url() + " was answered " + status;
        if (settings.permanentStatuses().contains(status)) {
            throw new PermanentEffectException(
                    answered + ". The target refuses the event; its log may contain the reason");
        }
        Optional<Duration> wait = response.retryAfter()
                .flatMap(text -> RetryAfter.parse(text, settings.clock().instant()))
                .filter(asked -> !asked.isNegative());
        if (wait.isPresent()) {
            throw new RetryLaterException(
                    answered + ", with a retry not before " + wait.get().toSeconds() + " s", wait.get());
        }
        throw new IOException(answered + remedy(status));
    }

    private static void addTo(Map<String, String> headers, TraceContext trace) {
        headers.put(TraceContext.TRACEPARENT, trace.traceparent());
        if (trace.tracestate() != null) {
            headers.put(TraceContext.TRACESTATE, trace.tracestate());
        }
    }

    private static String remedy(int status) {
        return switch (status) {
            case 301,
                    302,
                    303,
                    307,
                    308 -> ", a redirect, which is not followed. Set url to the target of the redirect";
            case 401,
                    403,
                    407 -> ", which refuses the sink and not the event. Check the credentials that the sink sends";
            case 404,
                    405 -> ", which refuses the url and not the event. Check the url, and that the target is deployed there";
            default -> "";
        };
    }

    private HttpTransport.Response send(Map<String, String> headers, byte[] body)
            throws IOException, InterruptedException {
        try {
            return client.post(new HttpTransport.Request(settings.url().uri(), headers, settings.timeout()), body);
        } catch (HttpTimeoutException late) {
            throw new HttpTimeoutException("POST to " + settings.url() + " had no complete response in "
                    + settings.timeout().toMillis() + " ms");
        } catch (IOException failure) {
            throw new IOException("POST to " + settings.url() + " failed: " + failure, failure);
        }
    }

    /** Closes the connections to the target, when the last request is complete. */
    @Override
    public void close() {
        client.close();
    }
}
