package io.taskqueue.torture.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyFailsConnectionsAsAskedTest {

    /** Answers each byte with the next one, and counts what it received. */
    private ServerSocket server;

    private Thread accepting;
    private final AtomicInteger received = new AtomicInteger();
    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        accepting = daemon(() -> {
            while (!server.isClosed()) {
                Socket connection = server.accept();
                Thread unused = daemon(() -> {
                    for (int read = connection.getInputStream().read();
                            read >= 0;
                            read = connection.getInputStream().read()) {
                        received.incrementAndGet();
                        connection.getOutputStream().write(read + 1);
                    }
                });
            }
        });
        proxy = TcpProxy.open("proxy", server.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void anOpenLinkForwardsBothDirections() throws IOException {
        try (Socket client = connect()) {
            assertThat(exchange(client, 1)).isEqualTo(2);
            assertThat(exchange(client, 7)).isEqualTo(8);
        }
    }

    @Test
    void aCutLinkResetsExistingAndNewConnectionsUntilItIsOpenAgain() throws IOException {
        try (Socket client = connect()) {
            assertThat(exchange(client, 1)).isEqualTo(2);

            proxy.set(new LinkCondition.Cut());

            assertThatThrownBy(() -> requireAnswer(exchange(client, 1))).isInstanceOf(IOException.class);
        }
        try (Socket refused = connect()) {
            assertThatThrownBy(() -> requireAnswer(exchange(refused, 1))).isInstanceOf(IOException.class);
        }
        proxy.set(new LinkCondition.Open());
        try (Socket client = connect()) {
            assertThat(exchange(client, 1)).isEqualTo(2);
        }
    }

    @Test
    void aSlowLinkDelaysTheAnswer() throws IOException {
        proxy.set(new LinkCondition.Slow(Duration.ofMillis(60)));
        try (Socket client = connect()) {
            long begin = System.nanoTime();

            assertThat(exchange(client, 1)).isEqualTo(2);

            // once for the request, once for the answer
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(120));
        }
    }

    @Test
    void aHalfOpenLinkStaysSilentWithoutAnErrorAlsoWhenTheNetworkIsBack() throws IOException {
        try (Socket client = connect()) {
            assertThat(exchange(client, 1)).isEqualTo(2);
            proxy.set(new LinkCondition.HalfOpen());
            try (Socket another = connect()) {
                // the operating system connects it before the proxy accepts it, and the condition counts then
                await().untilAsserted(() -> assertThat(proxy.connections()).isEqualTo(2));
                proxy.set(new LinkCondition.Open());

                assertSilent(client);
                assertSilent(another);
                assertThat(received).hasValue(1);
            }
        }
        await().untilAsserted(() -> assertThat(proxy.connections()).isZero());
    }

    @Test
    void whereAnswersAreLostTheServerHasActed() throws IOException {
        proxy.set(new LinkCondition.AnswersLost());
        try (Socket client = connect()) {
            assertThatThrownBy(() -> requireAnswer(exchange(client, 1))).isInstanceOf(IOException.class);
        }
        assertThat(received).hasValue(1);
    }

    @Test
    void withoutAServerConnectionsAreReset() throws Exception {
        server.close();
        accepting.join(); // until it has noticed, the operating system accepts connections
        try (Socket client = connect()) {
            assertThatThrownBy(() -> requireAnswer(exchange(client, 1))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDelayIsMoreThanZero() {
        assertThatThrownBy(() -> new LinkCondition.Slow(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The delay of a slow link is more than 0, but PT0S was given.");
    }

    private static void assertSilent(Socket client) throws IOException {
        client.setSoTimeout(100);
        client.getOutputStream().write(1);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(5_000);
        return client;
    }

    private static int exchange(Socket client, int value) throws IOException {
        client.getOutputStream().write(value);
        return client.getInputStream().read();
    }

    private static void requireAnswer(int read) throws IOException {
        if (read < 0) {
            throw new IOException("The connection was closed without an answer.");
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Thread daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // the test closed a socket
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
