package io.taskqueue.sinks;

import io.taskqueue.event.EventKind;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFactory;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Creates the ready-made sink {@code http}, an {@link HttpSink}.
 *
 * <table>
 *   <caption>Its settings</caption>
 *   <tr><th>setting</th><th>meaning</th><th>default</th></tr>
 *   <tr><td>{@code url}</td><td>the URL to which each event is posted</td><td>required</td></tr>
 *   <tr><td>{@code timeout}</td><td>how long one request may take, including its response</td><td>{@code 10s}</td></tr>
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
 * <p>Durations are written {@code 500ms}, {@code 6s}, {@code 5m}, {@code 2h}.
 */
public final class HttpSinkFactory implements SinkFactory<String> {

    static final String URL = "url";
    static final String TIMEOUT = "timeout";

    private static final Set<String> KNOWN = Set.of(
            URL,
            TIMEOUT,
            SinkConfiguration.RETRIES,
            SinkConfiguration.BACKOFF,
            SinkConfiguration.BREAKER,
            SinkConfiguration.BREAKER_FAILURES,
            SinkConfiguration.BREAKER_WAIT,
            SinkConfiguration.KINDS);
    private static final String EXAMPLE = "http://localhost:8080/events";

    @Override
    public PayloadCodec<String> codec() {
        return PayloadCodec.jsonText();
    }

    @Override
    public ReplicationSink<String> create(Map<String, String> configuration) {
        SinkConfiguration settings = read(configuration);
        retry(configuration); // validates their settings
        breaker(configuration);
        URI url = url(settings);
        Duration timeout = settings.duration(TIMEOUT).orElse(HttpSink.DEFAULT_TIMEOUT);
        Set<EventKind> kinds = settings.kinds();
        try {
            return new HttpSink<>(url, codec(), timeout, kinds);
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
        URI url = url(read(configuration));
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return url.getScheme() + "://" + url.getHost() + port + url.getRawPath();
    }

    private static URI url(SinkConfiguration settings) {
        String url = settings.required(URL, EXAMPLE);
        try {
            return new URI(url);
        } catch (URISyntaxException malformed) {
            throw settings.refuse(
                    URL, "'" + url + "' is not a URL: " + malformed.getReason() + ". Use one such as " + EXAMPLE + ".");
        }
    }

    private static SinkConfiguration read(Map<String, String> configuration) {
        return new SinkConfiguration("http", configuration, KNOWN);
    }
}
