package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApacheHttpTransportTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ApacheHttpTransport transport = new ApacheHttpTransport(null);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(transport));

    @AfterEach
    void closeAll() throws Exception {
        threads.shutdownNow();
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private HttpTransport.Response post(String url, Duration timeout) throws IOException, InterruptedException {
        return transport.post(
                new HttpTransport.Request(URI.create(url), Map.of("X", "y"), timeout), new byte[] {'{', '}'});
    }

    private String server(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", handler);
        server.start();
        opened.add(() -> server.stop(0));
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
    }

    @Test
    void connectionIsUsedAgain() throws Exception {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        String url = server(exchange -> {
            ports.add(exchange.getRemoteAddress().getPort());
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 3);
            exchange.getResponseBody().write(new byte[] {'a', 'b', 'c'});
            exchange.close();
        });
        for (int i = 0; i < 5; i++) {
            assertThat(post(url, LONG).status()).isEqualTo(200);
        }
        assertThat(ports).hasSize(1);
    }

    @Test
    void proxyOfTheJvmIsUsed() throws Exception {
        Set<String> requested = ConcurrentHashMap.newKeySet();
        String proxy = server(exchange -> {
            requested.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        System.setProperty("http.proxyHost", "127.0.0.1");
        System.setProperty("http.proxyPort", Integer.toString(URI.create(proxy).getPort()));
        try (ApacheHttpTransport behindProxy = new ApacheHttpTransport(null)) {
            HttpTransport.Request request =
                    new HttpTransport.Request(URI.create("http://target.example/events"), Map.of(), LONG);
            assertThat(behindProxy.post(request, new byte[] {'{', '}'}).status())
                    .isEqualTo(204);
        } finally {
            System.clearProperty("http.proxyHost");
            System.clearProperty("http.proxyPort");
        }
        assertThat(requested).containsExactly("http://target.example/events");
    }

    @Test
    void requestsOfManyThreadsRunSideBySide() throws Exception {
        int parties = 40;
        CyclicBarrier all = new CyclicBarrier(parties);
        String url = server(exchange -> {
            try {
                all.await();
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        List<Future<Integer>> statuses = new ArrayList<>();
        for (int i = 0; i < parties; i++) {
            statuses.add(threads.submit(() -> post(url, LONG).status()));
        }
        for (Future<Integer> status : statuses) {
            assertThat(status.get()).isEqualTo(204);
        }
    }

    @Test
    void responseThatArrivesByteByByteEndsAtTheTimeout() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CountDownLatch ended = new CountDownLatch(1);
            Future<?> unused = threads.submit(() -> {
                try (Socket socket = server.accept()) {
                    for (byte each : "HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.US_ASCII)) {
                        socket.getOutputStream().write(each);
                    }
                    while (!ended.await(50, TimeUnit.MILLISECONDS)) {
                        socket.getOutputStream().write('y');
                    }
                }
                return null;
            });
            assertThatThrownBy(() -> post("http://127.0.0.1:" + server.getLocalPort() + "/", Duration.ofMillis(400)))
                    .isInstanceOf(HttpTimeoutException.class);
            ended.countDown();
        }
    }

    @Test
    void connectionThatTheTargetClosedMeanwhileIsNotUsed() throws Exception {
        List<Socket> accepted = Collections.synchronizedList(new ArrayList<>());
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Future<?> unused = threads.submit(() -> {
                while (true) {
                    Socket socket = server.accept();
                    accepted.add(socket);
                    byte[] request = new byte[4_096];
                    int read = socket.getInputStream().read(request);
                    assertThat(read).isPositive();
                    socket.getOutputStream()
                            .write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    socket.close();
                }
            });
            String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
            assertThat(post(url, LONG).status()).isEqualTo(204);
            assertThat(post(url, LONG).status()).isEqualTo(204);
            assertThat(accepted).hasSize(2);
        }
    }

    @Test
    void refusedConnectionProvesThatNothingWasSent() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertThatThrownBy(() -> post("http://127.0.0.1:" + free + "/", LONG)).isInstanceOf(ConnectException.class);
    }

    @Test
    void requestOfAnInterruptedThreadIsNotSent() throws Exception {
        List<String> received = Collections.synchronizedList(new ArrayList<>());
        String url = server(exchange -> {
            received.add(exchange.getRequestMethod());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> post(url, LONG)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(received).isEmpty();
    }
}
