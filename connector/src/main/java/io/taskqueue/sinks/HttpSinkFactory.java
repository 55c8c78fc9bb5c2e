package io.taskqueue.sinks;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Creates the ready-made sink {@code http}, an {@link HttpSink}.
 *
 * <table>
 *   <caption>Its settings</caption>
 *   <tr><th>setting</th><th>meaning</th><th>default</th></tr>
 *   <tr><td>{@code url}</td><td>the URL to which each event is posted</td><td>required</td></tr>
 *   <tr><td>{@code timeout}</td><td>how long one request may take, including its response</td><td>{@code 10s}</td></tr>
 *   <tr><td>{@code permanent-statuses}</td><td>the statuses that are a permanent failure of the event, as in
 *       {@code 400,409-410}; {@code none} for none</td><td>{@code 400,409,410,413,414,415,422,451}</td></tr>
 *   <tr><td>{@code header.NAME}</td><td>the value of a header of each request</td><td>none</td></tr>
 *   <tr><td>{@code bearer}</td><td>a token, sent as {@code Authorization: Bearer}</td><td>none</td></tr>
 *   <tr><td>{@code basic.user}, {@code basic.password}</td><td>user and password, sent as {@code Authorization: Basic}</td>
 *       <td>none</td></tr>
 *   <tr><td>{@code truststore}, {@code truststore.type}, {@code truststore.password}</td><td>a file with the certificates that the
 *       target is verified with; PKCS12, JKS or PEM</td><td>the JVM's; {@code PKCS12}</td></tr>
 *   <tr><td>{@code keystore}, {@code keystore.type}, {@code keystore.password}</td><td>a file with the sink's certificate and
 *       private key</td><td>none; {@code PKCS12}</td></tr>
 *   <tr><td>{@code retries}</td><td>how often a failed event is retried before it is parked or the sink stops</td><td>{@code 9}</td></tr>
 *   <tr><td>{@code backoff}</td><td>the wait before the first retry; it doubles up to 30 s</td><td>{@code 100ms}</td></tr>
 *   <tr><td>{@code breaker}</td><td>{@code off}: never wait for an unavailable target, but use up the attempts of each event</td>
 *       <td>{@code on}</td></tr>
 *   <tr><td>{@code breaker.failures}</td><td>failed attempts in a row, of at least 5 tasks, after which the target is considered
 *       unavailable</td><td>{@code 20}</td></tr>
 *   <tr><td>{@code breaker.wait}</td><td>the wait before an unavailable target is probed; it doubles up to 30 s</td>
 *       <td>{@code 1s}</td></tr>
 *   <tr><td>{@code kinds}</td><td>the kinds of events to post, separated by commas</td><td>all</td></tr>
 * </table>
 *
 * <p>Durations are written {@code 500ms}, {@code 6s}, {@code 5m}, {@code 2h}. A header, token or password may be read from a file
 * or the environment: {@code header.NAME.file}, {@code bearer.env}, {@code keystore.password.file} and so on name them. Files are read
 * again when they change.
 */
public final class HttpSinkFactory implements SinkFactory<String> {

    static final String URL = "url";
    static final String TIMEOUT = "timeout";

    static final String PERMANENT_STATUSES = "permanent-statuses";
    static final String HEADER = "header.";
    static final String BEARER = "bearer";
    static final String BASIC_USER = "basic.user";
    static final String BASIC_PASSWORD = "basic.password";
    static final String TRUST_STORE = "truststore";
    static final String KEY_STORE = "keystore";
    private static final String TYPE = ".type";
    private static final String PASSWORD = ".password";
    private static final String DEFAULT_TYPE = "PKCS12";

    private static final Set<String> KNOWN = Stream.of(
                    Stream.of(
                            URL,
                            TIMEOUT,
                            PERMANENT_STATUSES,
                            HEADER + "*",
                            BASIC_USER,
                            TRUST_STORE,
                            TRUST_STORE + TYPE,
                            KEY_STORE,
                            KEY_STORE + TYPE,
                            SinkConfiguration.RETRIES,
                            SinkConfiguration.BACKOFF,
                            SinkConfiguration.BREAKER,
                            SinkConfiguration.BREAKER_FAILURES,
                            SinkConfiguration.BREAKER_WAIT,
                            SinkConfiguration.KINDS),
                    secret(BEARER),
                    secret(BASIC_PASSWORD),
                    secret(TRUST_STORE + PASSWORD),
                    secret(KEY_STORE + PASSWORD))
            .flatMap(keys -> keys)
            .collect(Collectors.toUnmodifiableSet());
    private static final String EXAMPLE = "http://localhost:8080/events";

    private static Stream<String> secret(String key) {
        return Stream.of(key, key + SinkConfiguration.FILE, key + SinkConfiguration.ENVIRONMENT);
    }

    private final HttpTransport.Factory transport;

    /** Creates sinks with the HTTP client of the JDK. */
    public HttpSinkFactory() {
        this(HttpTransport::jdk);
    }

    /** Creates sinks with an HTTP client. */
    public HttpSinkFactory(HttpTransport.Factory transport) {
        this.transport = transport;
    }

    @Override
    public PayloadCodec<String> codec() {
        return PayloadCodec.jsonText();
    }

    @Override
    public ReplicationSink<String> create(Map<String, String> configuration) {
        SinkConfiguration settings = read(configuration);
        retry(configuration); // validates their settings
        breaker(configuration);
        String url = settings.required(URL, EXAMPLE);
        HttpSink.Builder<String> sink = created(
                () -> HttpSink.builder(TargetUrl.parse(url).uri(), codec()).transport(transport));
        settings.duration(TIMEOUT).ifPresent(sink::timeout);
        settings.value(PERMANENT_STATUSES, HttpStatuses::parse).ifPresent(sink::permanentStatuses);
        sink.kinds(settings.kinds());
        headers(settings, sink);
        store(settings, TRUST_STORE, sink::trustStore);
        store(settings, KEY_STORE, sink::keyStore);
        return created(sink::build);
    }

    private static <V> V created(Supplier<V> part) {
        try {
            return part.get();
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("The sink http cannot be created: " + wrong.getMessage(), wrong);
        }
    }

    @Override
    public RetryPolicy retry(Map<String, String> configuration) {
        return read(configuration).retry();
    }

    @Override
    public BreakerPolicy breaker(Map<String, String> configuration) {
        return read(configuration).breaker();
    }

    /** The URL without user and query, which may hold secrets. */
    @Override
    public String target(Map<String, String> configuration) {
        var url = TargetUrl.parse(read(configuration).required(URL, EXAMPLE)).uri();
        return url.getScheme() + "://" + url.getRawAuthority().replaceFirst("^.*@", "") + url.getRawPath();
    }

    private static void headers(SinkConfiguration settings, HttpSink.Builder<String> sink) {
        Set<String> names = new TreeSet<>();
        for (String key : settings.keys(HEADER)) {
            names.add(key.substring(HEADER.length()).replaceFirst("\\.(file|env)$", ""));
        }
        for (String name : names) {
            settings.secret(HEADER + name)
                    .ifPresent(value -> settings.checked(HEADER + name, () -> sink.header(name, value)));
        }
        settings.secret(BEARER).ifPresent(token -> settings.checked(BEARER, () -> sink.bearer(token)));
        Optional<String> user = settings.text(BASIC_USER);
        Optional<SecretText> password = settings.secret(BASIC_PASSWORD);
        if (user.isPresent() != password.isPresent()) {
            throw settings.refuse(
                    user.isPresent() ? BASIC_USER : BASIC_PASSWORD,
                    "basic authentication needs both. Set " + BASIC_USER + " and one of " + BASIC_PASSWORD + ".file, "
                            + BASIC_PASSWORD + ".env and " + BASIC_PASSWORD + ".");
        }
        user.ifPresent(name -> settings.checked(BASIC_USER, () -> sink.basic(name, password.orElseThrow())));
    }

    @FunctionalInterface
    private interface StoreSetting {
        HttpSink.Builder<String> set(Path file, String type, @Nullable SecretText password);
    }

    private static void store(SinkConfiguration settings, String key, StoreSetting setting) {
        Optional<Path> file = settings.file(key);
        Optional<String> type = settings.text(key + TYPE);
        SecretText password = settings.secret(key + PASSWORD).orElse(null);
        if (file.isPresent()) {
            settings.checked(key + TYPE, () -> setting.set(file.get(), type.orElse(DEFAULT_TYPE), password));
        } else if (type.isPresent() || password != null) {
            throw settings.refuse(key, "it is not set, but its type or password is. Set " + key + " to the file.");
        }
    }

    private static SinkConfiguration read(Map<String, String> configuration) {
        return new SinkConfiguration("http", configuration, KNOWN);
    }
}
