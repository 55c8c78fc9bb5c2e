package io.taskqueue.diagnostics;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/** One reader of the stream: what waits for it, and the connection that its own thread writes to. */
final class Watcher {

    private final Outbox outbox;
    private final OutputStream body;
    private final EndPoint connection;
    private final String address;

    Watcher(Context context, Outbox outbox) throws IOException {
        this.outbox = outbox;
        this.body = context.res().getOutputStream();
        this.connection = ServletContextRequest.getServletContextRequest(context.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        this.address = context.req().getRemoteAddr() + ":" + context.req().getRemotePort();
    }

    /** Never waits; returns false once, when this watcher has become too slow and must be cut off. */
    boolean offer(byte[] frame) {
        return outbox.offer(frame);
    }

    /**
     * Writes the snapshot and then what is offered, until the watcher is closed or cut off.
     *
     * @throws IOException if the connection is gone
     */
    void write(byte[] snapshot, Duration heartbeat) throws IOException, InterruptedException {
        body.write(snapshot);
        body.flush();
        for (var chunk = outbox.take(heartbeat); chunk.isPresent(); chunk = outbox.take(heartbeat)) {
            body.write(chunk.get().length == 0 ? Frame.HEARTBEAT : chunk.get());
            body.flush();
        }
    }

    /** Lets the stream end when its thread gets there. */
    void close() {
        outbox.close();
    }

    /** Closes the connection under the stream's thread, which may be stuck in a write. */
    void disconnect() {
        outbox.close();
        connection.close();
    }

    @Override
    public String toString() {
        return address;
    }
}
