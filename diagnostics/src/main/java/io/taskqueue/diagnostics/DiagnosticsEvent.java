package io.taskqueue.diagnostics;

import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * One event of the diagnostics stream: a server-sent event with an id, a kind and JSON data.
 *
 * <p>Immutable. The JSON is encoded when the server requests it, on the thread that delivered the event.
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
     * An event that is not a replication event.
     *
     * @param id identifies the event to clients; one line
     * @param kind the name of the server-sent event; one line
     * @param json the data, which must not contain a payload
     * @throws IllegalArgumentException if id or kind is empty or more than one line
     */
    public static DiagnosticsEvent of(String id, String kind, String json) {
        return new DiagnosticsEvent(id, kind, shown -> json, false);
    }

    /**
     * A replication event in its wire format. If payloads are hidden, {@code value} is the string {@code (hidden)}; an
     * event without its payload has none.
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
     * Reports that the feed has lost events. The server then ends every stream and its subscription, because a stream with missing
     * events is wrong; a client connects again and starts with a new snapshot.
     *
     * @param reason what happened, for the log
     */
    public static DiagnosticsEvent lost(String reason) {
        return new DiagnosticsEvent("lost", "lost", shown -> reason, true);
    }

    boolean isLoss() {
        return loss;
    }

    /** Identifies the event to clients. */
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
                    "The " + name + " of a diagnostics event must be one line of text, but this one is "
                            + (text.isEmpty() ? "empty" : "'" + PercentEncoding.encode(text) + "' (percent-encoded)")
                            + ". Percent-encode names that may contain control characters.");
        }
        return text;
    }

    @Override
    public String toString() {
        return kind + " " + id;
    }
}
