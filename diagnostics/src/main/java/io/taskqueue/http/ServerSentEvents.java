package io.taskqueue.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of server-sent events, as the HTML standard defines them:
 *
 * <pre>
 *   retry: 3000                only on the first one: how long a client waits before it connects again
 *   id: orders/17/42           absent on an event from which a client cannot continue
 *   event: Enqueued
 *   data: {"kind": …}          a line for each line of the JSON
 *   (empty line)
 * </pre>
 */
public final class ServerSentEvents {

    /** A comment, which clients ignore. */
    static final byte[] HEARTBEAT = ": heartbeat\n\n".getBytes(StandardCharsets.UTF_8);

    private ServerSentEvents() {}

    /** The event that a stream begins with. */
    public static byte[] first(String kind, String data) {
        return encode("retry: 3000\nevent: " + kind + "\n", data);
    }

    /**
     * An event.
     *
     * @param id identifies it to clients, or null; one line
     * @param kind its name; one line
     */
    public static byte[] event(@Nullable String id, String kind, String data) {
        return encode((id == null ? "" : "id: " + id + "\n") + "event: " + kind + "\n", data);
    }

    private static byte[] encode(String fields, String data) {
        StringBuilder text = new StringBuilder(fields.length() + data.length() + 16).append(fields);
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
