package io.taskqueue.sinks;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Sends requests with the client of the JDK, whose threads serve all requests. Thread-safe. */
final class JdkHttpTransport implements HttpTransport {

    private final HttpClient client;

    JdkHttpTransport(@Nullable SSLContext tls) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.client = builder.build();
    }

    /** The timeout of the client itself would cover only the headers of the response. */
    @Override
    public Response post(Request request, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder post =
                HttpRequest.newBuilder(request.url()).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        request.headers().forEach(post::setHeader);
        CompletableFuture<HttpResponse<Void>> sent =
                client.sendAsync(post.build(), HttpResponse.BodyHandlers.discarding());
        try {
            HttpResponse<Void> response = sent.get(request.timeout().toNanos(), TimeUnit.NANOSECONDS);
            return new Response(response.statusCode(), response.headers().firstValue("Retry-After"));
        } catch (TimeoutException late) {
            throw new HttpTimeoutException("the response is not complete");
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof IOException cause ? cause : new IOException(failure.getCause());
        } finally {
            sent.cancel(true);
        }
    }

    @Override
    public void close() {
        // the client ends its threads when nothing refers to it
    }
}
