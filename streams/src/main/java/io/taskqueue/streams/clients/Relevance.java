package io.taskqueue.streams.clients;

import io.taskqueue.event.EventKind;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.sink.Interests;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** What a record is to a sink, by its key and headers alone. */
public sealed interface Relevance {

    /** The record is to be decoded: the sink acts on its event, or its headers do not tell. */
    record Decoded() implements Relevance {}

    /** The record is of a queue that the sink does not apply. */
    record OtherQueue() implements Relevance {}

    /** The record is an event of a kind that the sink does not act on, in a queue that it applies. */
    record OtherKind(EventHeaders event) implements Relevance {}

    /** The record is to be decoded. */
    Relevance DECODED = new Decoded();

    /** The record is of another queue. */
    Relevance OTHER_QUEUE = new OtherQueue();

    /**
     * What a record is to a sink with given interests.
     *
     * @param reader reads the headers
     */
    static Relevance of(
            Interests interests, EventHeaders.IdentityReader reader, byte @Nullable [] key, Headers headers) {
        if (!interests.queues().acceptsKey(key)) {
            return OTHER_QUEUE;
        }
        if (interests.allKinds()) {
            return DECODED;
        }
        Optional<EventHeaders> read = reader.read(headers);
        if (read.isEmpty()) {
            return DECODED;
        }
        EventHeaders event = read.get();
        EventKind kind = event.kind().orElse(EventKind.SOURCE_STARTED);
        if (kind == EventKind.SOURCE_STARTED || interests.accepts(kind)) { // or unknown: it cannot be decoded
            return DECODED;
        }
        return interests.queues().accepts(event.queueName()) ? new OtherKind(event) : OTHER_QUEUE;
    }
}
