package io.taskqueue.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the connections that wait for their client, in number and in time, so that slow and idle clients use up neither the
 * connections nor the threads of the server. A connection serves one request:
 *
 * <pre>
 *   opened ---&gt; waits for the request ---&gt; served ---&gt; waits until the response is taken ---&gt; closed
 *                                            \-------&gt; event stream, which has its own limits ---^
 * </pre>
 *
 * <p>A connection that waits longer than the timeout is closed; where too many wait, the one that has waited longest is closed.
 * Thread-safe.
 */
public final class ClientDeadlines extends Handler.Wrapper implements Connection.Listener {

    /** How many connections may wait for their client. */
    public static final int MAX_WAITING = 256;

    private final Duration timeout;
    private final Scheduler timer;
    private final Map<EndPoint, Scheduler.Task> waiting = new LinkedHashMap<>();

    ClientDeadlines(Duration timeout, Scheduler timer) {
        this.timeout = timeout;
        this.timer = timer;
    }

    @Override
    public void onOpened(Connection connection) {
        await(connection.getEndPoint());
    }

    @Override
    public void onClosed(Connection connection) {
        settle(connection.getEndPoint());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        settle(connection(request));
        return super.handle(request, new ObservedResponse(request, response), callback);
    }

    private void await(EndPoint connection) {
        Scheduler.Task deadline;
        try {
            deadline = timer.schedule(() -> disconnect(connection), timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            disconnect(connection);
            return;
        }
        EndPoint excess;
        synchronized (this) {
            waiting.put(connection, deadline);
            excess = waiting.size() > MAX_WAITING ? waiting.keySet().iterator().next() : null;
        }
        if (excess != null) {
            settle(excess);
            disconnect(excess);
        }
    }

    private synchronized void settle(EndPoint connection) {
        Scheduler.@Nullable Task deadline = waiting.remove(connection);
        if (deadline != null) {
            deadline.cancel();
        }
    }

    /** As if the client had closed the connection, which is not an error of the server. */
    private static void disconnect(EndPoint connection) {
        connection.close(new EofException("The client was too slow"));
    }

    private static EndPoint connection(Request request) {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /** A response whose first byte begins the wait for the client to take it, unless it is an event stream. */
    private final class ObservedResponse extends Response.Wrapper {

        private boolean begun;

        ObservedResponse(Request request, Response wrapped) {
            super(request, wrapped);
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            if (!begun) {
                begun = true;
                String type = getHeaders().get(HttpHeader.CONTENT_TYPE);
                if (type == null || !type.startsWith("text/event-stream")) {
                    await(connection(getRequest()));
                }
            }
            super.write(last, content, callback);
        }
    }
}
