package io.taskqueue.torture.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client, and the one to the server that belongs to it.
 *
 * <pre>
 *   FORWARDING ---> HALF_OPEN     the server's side is closed; what the client sends is discarded
 *        |              |
 *        +--------------+------> CLOSED     both sides are closed
 * </pre>
 */
final class ProxiedConnection {

    private static final int BUFFER = 16 * 1024;

    private enum State {
        FORWARDING,
        HALF_OPEN,
        CLOSED
    }

    private final Socket client;
    private final @Nullable Socket server;
    private final Supplier<LinkCondition> condition;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile State state;

    /** @param server null for a connection that leads nowhere */
    ProxiedConnection(Socket client, @Nullable Socket server, Supplier<LinkCondition> condition) {
        this.client = client;
        this.server = server;
        this.condition = condition;
        this.state = server == null ? State.HALF_OPEN : State.FORWARDING;
    }

    /** Copies what the client sends, until either side ends. */
    void copyRequests() {
        try {
            InputStream in = client.getInputStream();
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                delay();
                forward(buffer, read);
            }
        } catch (IOException e) {
            // one of the two sides was closed or reset, which ends the connection
        } finally {
            close();
        }
    }

    private void forward(byte[] buffer, int length) throws IOException {
        if (state != State.FORWARDING || server == null) {
            return;
        }
        try {
            server.getOutputStream().write(buffer, 0, length);
        } catch (IOException e) {
            if (state != State.HALF_OPEN) {
                throw e;
            }
        }
    }

    /** Copies what the server answers, until either side ends. */
    void copyAnswers() {
        if (server == null) {
            return;
        }
        try {
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (condition.get() instanceof LinkCondition.AnswersLost) {
                    reset();
                    return;
                }
                delay();
                if (state == State.FORWARDING) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException e) {
            // as for the requests
        } finally {
            if (state == State.FORWARDING) {
                close();
            }
        }
    }

    private void delay() throws IOException {
        if (condition.get() instanceof LinkCondition.Slow slow) {
            try {
                if (closed.await(slow.delay().toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new IOException("The connection was closed.");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("The proxy is being closed.", e);
            }
        }
    }

    /** The server's side is lost; the client is not told. */
    synchronized void halfOpen() {
        if (state == State.FORWARDING) {
            state = State.HALF_OPEN;
            closeSocket(server);
        }
    }

    /** Ends both sides at once: unsent bytes are lost, and the client gets an error. */
    void reset() {
        try {
            client.setSoLinger(true, 0);
        } catch (IOException e) {
            // it is closed already
        }
        close();
    }

    synchronized void close() {
        state = State.CLOSED;
        closed.countDown();
        closeSocket(client);
        closeSocket(server);
    }

    private static void closeSocket(@Nullable Socket socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // it is not used any more
            }
        }
    }
}
