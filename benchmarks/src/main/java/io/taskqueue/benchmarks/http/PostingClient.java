package io.taskqueue.benchmarks.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** The HTTP clients that bare threads post with. Thread-safe. */
interface PostingClient {

    /** Posts a body, and returns the status. */
    int post(byte[] body, String key) throws IOException, InterruptedException;

    /** The client with a name. */
    static PostingClient named(String name, URI url) {
        return switch (name) {
            case "jdk" -> jdk(
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), url);
            case "jdk-direct" -> jdk(
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .executor(Runnable::run)
                            .build(),
                    url);
            case "apache" -> apache(url);
            default -> throw new IllegalArgumentException("There is no client " + name + ".");
        };
    }

    private static PostingClient jdk(HttpClient client, URI url) {
        return (body, key) -> client.send(
                        HttpRequest.newBuilder(url)
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static PostingClient apache(URI url) {
        CloseableHttpClient client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnPerRoute(1_024)
                        .setMaxConnTotal(1_024)
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .build();
        return (body, key) -> {
            HttpPost post = new HttpPost(url);
            post.setHeader("Idempotency-Key", key);
            post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
            return client.execute(post, response -> {
                EntityUtils.consume(response.getEntity());
                return response.getCode();
            });
        };
    }
}
