package io.taskqueue.sinks;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpTimeoutException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests with Apache HttpClient 5, on the calling thread: no other thread takes part in a request, so that it costs a quarter of
 * the CPU time that it costs with the client of the JDK. Needs the library {@code org.apache.httpcomponents.client5:httpclient5}, which
 * the commands have and an application adds.
 *
 * <pre>
 *   HttpSink.builder(url, codec).transport(ApacheHttpTransport::new)
 * </pre>
 *
 * <p>There are as many connections as there are requests at the same time. A connection that was unused for two seconds is checked
 * before it is used again.
 *
 * <p>Thread-safe. Its sockets are those of channels, which an interruption closes.
 */
public final class ApacheHttpTransport implements HttpTransport {

    /** More than any sink has threads; a request would wait for a connection otherwise. */
    private static final int CONNECTIONS = 65_536;

    private static final int LONGEST_HEADER = 64 * 1024;
    private static final int MOST_HEADERS = 1_000;

    private final CloseableHttpClient client;
    private final ScheduledThreadPoolExecutor deadlines;

    /** @param tls the certificates for https; null for the JVM's */
    public ApacheHttpTransport(@Nullable SSLContext tls) {
        this.client = namesProxy() ? withProxies(connections(tls)) : HttpClients.createMinimal(connections(tls));
        this.deadlines = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "http-sink-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        deadlines.setRemoveOnCancelPolicy(true);
    }

    /** Whether the properties of the JVM name a proxy; few do, and a client without any has less to do for each request. */
    private static boolean namesProxy() {
        return Boolean.getBoolean("java.net.useSystemProxies")
                || Stream.of("http.proxyHost", "https.proxyHost", "socksProxyHost")
                        .anyMatch(name -> System.getProperty(name) != null);
    }

    private static CloseableHttpClient withProxies(PoolingHttpClientConnectionManager connections) {
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setRoutePlanner(new SystemDefaultRoutePlanner(ProxySelector.getDefault()))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    private static PoolingHttpClientConnectionManager connections(@Nullable SSLContext tls) {
        TlsSocketStrategy strategy =
                tls == null ? DefaultClientTlsStrategy.createSystemDefault() : new DefaultClientTlsStrategy(tls);
        var connections = new PoolingHttpClientConnectionManager(
                new DefaultHttpClientConnectionOperator(
                        proxy -> SocketChannel.open().socket(),
                        null,
                        null,
                        RegistryBuilder.<TlsSocketStrategy>create()
                                .register("https", strategy)
                                .build()),
                PoolConcurrencyPolicy.STRICT,
                PoolReusePolicy.LIFO,
                TimeValue.NEG_ONE_MILLISECOND,
                ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxLineLength(LONGEST_HEADER)
                                .setMaxHeaderCount(MOST_HEADERS)
                                .build())
                        .build());
        connections.setMaxTotal(CONNECTIONS);
        connections.setDefaultMaxPerRoute(CONNECTIONS);
        connections.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(Timeout.DISABLED) // the deadline covers it
                .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                .build());
        return connections;
    }

    @Override
    public Response post(Request request, byte[] body) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before a request was sent");
        }
        HttpPost post = new HttpPost(request.url());
        request.headers().forEach(post::setHeader);
        post.setEntity(new ByteArrayEntity(body, null));
        var deadline = deadlines.schedule(post::cancel, request.timeout().toNanos(), TimeUnit.NANOSECONDS);
        try {
            return client.execute(post, ApacheHttpTransport::complete);
        } catch (IOException | CancellationException failure) { // the latter while it waits for a connection
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while a request was under way");
            }
            if (post.isCancelled()) {
                throw new HttpTimeoutException("the response is not complete");
            }
            throw failure instanceof IOException known ? known : new IOException(failure);
        } finally {
            deadline.cancel(false);
        }
    }

    private static Response complete(ClassicHttpResponse response) throws IOException {
        EntityUtils.consume(response.getEntity());
        Header retryAfter = response.getFirstHeader("Retry-After");
        return new Response(response.getCode(), Optional.ofNullable(retryAfter).map(Header::getValue));
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
        client.close(CloseMode.IMMEDIATE);
    }
}
