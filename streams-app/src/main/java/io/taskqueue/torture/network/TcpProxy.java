package io.taskqueue.torture.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A proxy between clients and one server, both on the loopback address, whose connections fail on request. While the server does not
 * run, connections are reset. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {

    /** Connections at once, above which further ones are reset. */
    public static final int MAX_CONNECTIONS = 1_024;

    private static final int STACK_BYTES = 256 * 1024;

    private final String name;
    private final ServerSocket listener;
    private final int serverPort;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile LinkCondition condition = new LinkCondition.Open();

    private TcpProxy(String name, ServerSocket listener, int serverPort) {
        this.name = name;
        this.listener = listener;
        this.serverPort = serverPort;
    }

    /**
     * Listens on a free port.
     *
     * @param name of the proxy's threads
     */
    public static TcpProxy open(String name, int serverPort) throws IOException {
        TcpProxy proxy = new TcpProxy(name, new ServerSocket(0, 256, InetAddress.getLoopbackAddress()), serverPort);
        proxy.start("accept", proxy::accept);
        return proxy;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The connections that are open. */
    public int connections() {
        return connections.size();
    }

    /** Changes what happens to existing and new connections. Those that are half open stay so. */
    public void set(LinkCondition next) {
        condition = next;
        if (next instanceof LinkCondition.Cut) {
            connections.forEach(ProxiedConnection::reset);
        } else if (next instanceof LinkCondition.HalfOpen) {
            connections.forEach(ProxiedConnection::halfOpen);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                begin(listener.accept());
            } catch (IOException e) {
                // the proxy was closed, or a client closed its connection before it was accepted
            }
        }
    }

    private void begin(Socket client) {
        LinkCondition now = condition;
        boolean refused = now instanceof LinkCondition.Cut || connections.size() >= MAX_CONNECTIONS;
        @Nullable Socket server = refused || now instanceof LinkCondition.HalfOpen ? null : connect();
        ProxiedConnection connection = new ProxiedConnection(client, server, () -> condition);
        if (refused || (server == null && !(now instanceof LinkCondition.HalfOpen))) {
            connection.reset();
            return;
        }
        connections.add(connection);
        start("requests", () -> {
            connection.copyRequests();
            connections.remove(connection);
        });
        if (server != null) {
            start("answers", connection::copyAnswers);
        }
        if (condition != now) {
            set(condition); // it changed while the connection was being added
        }
    }

    private @Nullable Socket connect() {
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort), 2_000);
            server.setTcpNoDelay(true);
            return server;
        } catch (IOException e) {
            try {
                server.close();
            } catch (IOException unused) {
                // it was not connected
            }
            return null;
        }
    }

    private void start(String what, Runnable work) {
        Thread thread = new Thread(null, work, name + "-" + what, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes the proxy and resets its connections. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // nothing can connect any more, whatever the reason
        }
        connections.forEach(ProxiedConnection::reset);
    }
}
