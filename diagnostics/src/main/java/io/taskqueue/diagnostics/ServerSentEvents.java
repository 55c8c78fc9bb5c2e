package io.taskqueue.diagnostics;

import java.nio.charset.StandardCharsets;

/**
 * The bytes of server-sent events, as the HTML standard defines them:
 *
 * <pre>
 *   id: orders/17/42           absent on a snapshot
 *   event: Enqueued
 *   data: {"kind": …}          a line for each line of the JSON
 *   (empty line)
 * </pre>
 */
final class ServerSentEvents {

    /** A comment, which clients ignore. */
    static final byte[] HEARTBEAT = ": heartbeat\n\n".getBytes(StandardCharsets.UTF_8);

    private ServerSentEvents() {}

    static byte[] snapshot(String json) {
        return encode("retry: 3000\nevent: snapshot\n", json);
    }

    static byte[] event(DiagnosticsEvent event, boolean showPayloads) {
        return encode("id: " + event.id() + "\nevent: " + event.kind() + "\n", event.json(showPayloads));
    }

    private static byte[] encode(String fields, String data) {
        StringBuilder text = new StringBuilder(fields.length() + data.length() + 16).append(fields);
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
