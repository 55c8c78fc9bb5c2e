package io.taskqueue.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/** One client of the event stream: its buffer, and its connection, which the thread of its request writes to. */
public final class StreamClient {

    private final ClientBuffer buffer;
    private final OutputStream body;
    private final EndPoint connection;
    private final String address;

    StreamClient(Context context, ClientBuffer buffer) throws IOException {
        this.buffer = buffer;
        this.body = context.res().getOutputStream();
        this.connection = ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        this.address = context.req().getRemoteAddr() + ":" + context.req().getRemotePort();
    }

    /** Never waits; returns false exactly once, when this client is too slow and must be disconnected. */
    boolean offer(byte[] event) {
        return buffer.offer(event);
    }

    /**
     * Writes the snapshots and then the offered events, until the client is closed or disconnected.
     *
     * @throws IOException if the connection is closed
     */
    void write(List<byte[]> snapshots, Duration heartbeat) throws IOException, InterruptedException {
        for (byte[] snapshot : snapshots) {
            body.write(snapshot);
        }
        body.flush();
        for (var chunk = buffer.take(heartbeat); chunk.isPresent(); chunk = buffer.take(heartbeat)) {
            body.write(chunk.get().length == 0 ? ServerSentEvents.HEARTBEAT : chunk.get());
            body.flush();
        }
    }

    /** Ends the stream as soon as its thread is not blocked. */
    void close() {
        buffer.close();
    }

    /** Closes the connection, also while the thread of the stream is blocked in a write. */
    void disconnect() {
        buffer.close();
        connection.close();
    }

    @Override
    public String toString() {
        return address;
    }
}
