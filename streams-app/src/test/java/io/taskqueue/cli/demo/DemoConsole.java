package io.taskqueue.cli.demo;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** A client of the console of a demo that is kept. */
final class DemoConsole {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;

    private DemoConsole(String url) {
        this.url = url;
    }

    /** The console whose address a demo has printed. */
    static DemoConsole of(String output) {
        return new DemoConsole(output.lines()
                .filter(line -> line.startsWith("Console: "))
                .map(line -> line.substring("Console: ".length()))
                .findFirst()
                .orElseThrow());
    }

    /** The data of an answer, as soon as there is one that fits. */
    JsonNode awaitData(String path, Predicate<JsonNode> fits) {
        AtomicReference<JsonNode> last = new AtomicReference<>();
        await().atMost(TIMEOUT).until(() -> {
            HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(url + "api/v1/" + path)));
            last.set(JSON.readTree(response.body()).path("data"));
            return response.statusCode() == 200 && fits.test(last.get());
        });
        return last.get();
    }

    /** An item of a list, as soon as there is one that fits. */
    JsonNode awaitItem(String path, Predicate<JsonNode> fits) {
        JsonNode list =
                awaitData(path, data -> StreamSupport.stream(data.path("items").spliterator(), false)
                        .anyMatch(fits));
        return StreamSupport.stream(list.path("items").spliterator(), false)
                .filter(fits)
                .findFirst()
                .orElseThrow();
    }

    /** Orders a redrive, and returns the data of the answer. */
    JsonNode redrive(String sink, String task) {
        String body = "{\"sink\":\"" + sink + "\",\"task\":\"" + task
                + "\",\"action\":\"redrive\",\"by\":\"test\",\"dryRun\":false}";
        try {
            return JSON.readTree(send(HttpRequest.newBuilder(URI.create(url + "api/v1/parked"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(body)))
                            .body())
                    .path("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
