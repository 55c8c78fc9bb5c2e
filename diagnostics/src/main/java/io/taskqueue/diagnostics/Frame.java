package io.taskqueue.diagnostics;

import java.nio.charset.StandardCharsets;

/**
 * The bytes of the stream, as the HTML standard gives them:
 *
 * <pre>
 *   id: orders/17/42           absent on a snapshot
 *   event: Enqueued
 *   data: {"kind": …}          one line of data a line of text
 *   (empty line)
 * </pre>
 */
final class Frame {

    /** A comment, which no watcher shows. */
    static final byte[] HEARTBEAT = ": heartbeat\n\n".getBytes(StandardCharsets.UTF_8);

    private Frame() {}

    static byte[] snapshot(String json) {
        return frame("retry: 3000\nevent: snapshot\n", json);
    }

    static byte[] event(DiagnosticsEvent event, boolean showPayloads) {
        return frame("id: " + event.id() + "\nevent: " + event.kind() + "\n", event.json(showPayloads));
    }

    private static byte[] frame(String head, String data) {
        StringBuilder text = new StringBuilder(head.length() + data.length() + 16).append(head);
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
