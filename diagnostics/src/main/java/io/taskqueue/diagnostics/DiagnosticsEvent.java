package io.taskqueue.diagnostics;

import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * One event as a watcher sees it: a server-sent event with an id, a kind and JSON data.
 *
 * <p>Immutable. The JSON is made when the server asks for it, on the thread that handed the event over.
 */
public final class DiagnosticsEvent {

    private static final byte[] HIDDEN = "\"(hidden)\"".getBytes(StandardCharsets.UTF_8);

    private final String id;
    private final String kind;
    private final Function<Boolean, String> json;
    private final boolean loss;

    private DiagnosticsEvent(String id, String kind, Function<Boolean, String> json, boolean loss) {
        this.loss = loss;
        this.id = oneLine("id", id);
        this.kind = oneLine("kind", kind);
        this.json = json;
    }

    /**
     * An event that is no replication event.
     *
     * @param id what a watcher tells it by; one line
     * @param kind the name of the server-sent event; one line
     * @param json the data, which must not show a payload
     * @throws IllegalArgumentException if id or kind is empty or more than one line
     */
    public static DiagnosticsEvent of(String id, String kind, String json) {
        return new DiagnosticsEvent(id, kind, shown -> json, false);
    }

    /**
     * A replication event in its wire format. Where payloads are hidden, {@code value} is the string {@code (hidden)}.
     *
     * <p>Its id is that of the record's {@code ce_id} header: queue/epoch/sequence, the queue percent-encoded.
     */
    public static <T> DiagnosticsEvent of(ReplicationEvent<T> event, PayloadCodec<T> payloads) {
        String id = PercentEncoding.encode(event.queueName()) + "/" + event.position();
        ReplicationEventCodec<T> codec = new ReplicationEventCodec<>(payloads);
        return new DiagnosticsEvent(
                id,
                event.kind().wireName(),
                shown -> new String(shown ? codec.encode(event) : codec.encode(event, HIDDEN), StandardCharsets.UTF_8),
                false);
    }

    /**
     * Says that the feed did not hand over everything. The server then ends every stream and its subscription, because a stream
     * with a hole in it shows what is not so; a watcher connects again and starts with a fresh snapshot.
     *
     * @param reason what happened, for the log
     */
    public static DiagnosticsEvent lost(String reason) {
        return new DiagnosticsEvent("lost", "lost", shown -> reason, true);
    }

    boolean isLoss() {
        return loss;
    }

    /** What a watcher tells the event by. */
    public String id() {
        return id;
    }

    /** The name of the server-sent event. */
    public String kind() {
        return kind;
    }

    /** The data, with the payload or without it. */
    public String json(boolean showPayloads) {
        return json.apply(showPayloads);
    }

    private static String oneLine(String name, String text) {
        if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "The " + name + " of a diagnostics event is one line of text, but this one is "
                            + (text.isEmpty() ? "empty" : "'" + PercentEncoding.encode(text) + "' (percent-encoded)")
                            + ". Percent-encode what a name may hold.");
        }
        return text;
    }

    @Override
    public String toString() {
        return kind + " " + id;
    }
}
