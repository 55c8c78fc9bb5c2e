package io.taskqueue.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.StringJoiner;

/** An HTTP client of a console. */
final class ConsoleClient {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;

    ConsoleClient(int port) {
        this.port = port;
    }

    /** A path with query parameters: name, value, name, value … */
    static String path(String path, Object... parameters) {
        StringJoiner query = new StringJoiner("&", parameters.length == 0 ? "" : "?", "");
        for (int i = 0; i < parameters.length; i += 2) {
            query.add(parameters[i] + "=" + URLEncoder.encode(parameters[i + 1].toString(), StandardCharsets.UTF_8));
        }
        return path + query;
    }

    /** A complete response; headers are name, value, name, value … */
    HttpResponse<String> get(String path, String... headers) {
        return send(HttpRequest.newBuilder(uri(path)), HttpResponse.BodyHandlers.ofString(), headers);
    }

    HttpResponse<byte[]> bytes(String path, String... headers) {
        return send(HttpRequest.newBuilder(uri(path)), HttpResponse.BodyHandlers.ofByteArray(), headers);
    }

    /** The data of an answer with status 200. */
    JsonNode data(String path, Object... parameters) {
        return data(get(path("/api/v1/" + path, parameters)));
    }

    static JsonNode data(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return json(response.body()).path("data");
    }

    /** The status and the text of an error: {@code 404 There is …}. */
    String error(String path, Object... parameters) {
        return error(get(path("/api/v1/" + path, parameters)));
    }

    static String error(HttpResponse<String> response) {
        return response.statusCode() + " " + json(response.body()).path("error").textValue();
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    /** A complete response to a body of JSON. */
    HttpResponse<String> post(String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return send(request, HttpResponse.BodyHandlers.ofString(), headers);
    }

    /** The raw response to these characters, until the server closes the connection. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The event stream of a path. */
    EventLines stream(String path, String... headers) {
        return new EventLines(
                send(HttpRequest.newBuilder(uri(path)), HttpResponse.BodyHandlers.ofInputStream(), headers));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static <T> HttpResponse<T> send(
            HttpRequest.Builder request, HttpResponse.BodyHandler<T> body, String... headers) {
        request.timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return CLIENT.send(request.build(), body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Server-sent events. */
    static final class EventLines implements AutoCloseable {

        private final HttpResponse<InputStream> response;
        private final BufferedReader lines;

        private EventLines(HttpResponse<InputStream> response) {
            this.response = response;
            this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        HttpResponse<InputStream> response() {
            return response;
        }

        /** The next block up to its empty line, without it; an exception when the stream has ended. */
        String next() throws IOException {
            StringBuilder block = new StringBuilder();
            for (String line = lines.readLine(); line == null || !line.isEmpty(); line = lines.readLine()) {
                if (line == null) {
                    throw new IOException("The stream has ended.");
                }
                block.append(line).append('\n');
            }
            return block.toString();
        }

        /** The next event of a kind. */
        String next(String kind) throws IOException {
            String block = next();
            while (!("\n" + block).contains("\nevent: " + kind + "\n")) {
                block = next();
            }
            return block;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
