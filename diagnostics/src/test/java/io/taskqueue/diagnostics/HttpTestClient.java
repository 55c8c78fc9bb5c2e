package io.taskqueue.diagnostics;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** An HTTP client of one server. */
final class HttpTestClient {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final int port;

    HttpTestClient(DiagnosticsServer server) {
        this.port = server.port();
    }

    /** A complete response; headers are name, value, name, value … */
    HttpResponse<String> get(String path, String... headers) {
        return send(path, HttpResponse.BodyHandlers.ofString(), headers);
    }

    /** A complete response to a body; headers are name, value, name, value … */
    HttpResponse<String> post(String path, String body, String... headers) {
        return send(
                HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body)),
                HttpResponse.BodyHandlers.ofString(),
                headers);
    }

    /** The event stream, read as far as {@link Stream#next} requests. */
    Stream connect(String... headers) {
        return new Stream(send("/diagnostics/taskqueue", HttpResponse.BodyHandlers.ofInputStream(), headers));
    }

    /** The raw response to these characters, until the server closes the connection. */
    String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private <T> HttpResponse<T> send(String path, HttpResponse.BodyHandler<T> body, String... headers) {
        return send(HttpRequest.newBuilder(uri(path)), body, headers);
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

    /** A stream of server-sent events. */
    static final class Stream implements AutoCloseable {

        private final HttpResponse<InputStream> response;
        private final BufferedReader lines;

        private Stream(HttpResponse<InputStream> response) {
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

        /** The next block that is not a comment. */
        String nextEvent() throws IOException {
            String block = next();
            while (block.startsWith(":")) {
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
