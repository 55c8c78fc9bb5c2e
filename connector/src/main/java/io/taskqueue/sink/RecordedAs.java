package io.taskqueue.sink;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.GenericType;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.util.Objects;

/**
 * How results of an effect are recorded, where a class does not state it: as a type with type arguments, or by a codec.
 *
 * <pre>{@code
 *   List<Quote> quotes = effects.capture("quotes", RecordedAs.type(new GenericType<List<Quote>>() {}), key -> shop.quotes());
 *   Invoice invoice = effects.capture("invoice", RecordedAs.json("invoice", codecOfTheApplication), key -> shop.invoice());
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @param <R> the type of results
 */
public sealed interface RecordedAs<R> {

    /** The tag of results that are events. */
    String EVENT = "event";

    /**
     * As a type with type arguments, by the rules of {@link Effects#capture(String, Class, Effects.EffectAction)}. Its tag is made from
     * those of its parts, such as {@code json<Quote>} for a list of {@code Quote}, and {@code Page<Quote>}.
     */
    static <R> RecordedAs<R> type(GenericType<R> type) {
        return new OfType<>(type);
    }

    /**
     * As JSON that a codec writes and reads, such as one of {@link io.taskqueue.serde.ReplicationJson#payloads}, with the mapper of the
     * application.
     *
     * @param tag the name under which the results are recorded, by the rules of {@link ResultType}; it must never change
     */
    static <R> RecordedAs<R> json(String tag, PayloadCodec<R> codec) {
        return new ByCodec<>(tag, codec);
    }

    /** Events, in the JSON of the records; their tag is {@value #EVENT}. */
    static <T> RecordedAs<ReplicationEvent<T>> event(PayloadCodec<T> payloads) {
        ReplicationEventCodec<T> codec = new ReplicationEventCodec<>(payloads);
        return new ByCodec<>(EVENT, new PayloadCodec<>() {
            @Override
            public byte[] encode(ReplicationEvent<T> event) {
                return codec.encode(event);
            }

            @Override
            public ReplicationEvent<T> decode(byte[] json) {
                return codec.decode(json);
            }
        });
    }

    /** As a type with type arguments. */
    record OfType<R>(GenericType<R> type) implements RecordedAs<R> {
        public OfType {
            Objects.requireNonNull(type, "type");
        }
    }

    /** By a codec, under a tag. */
    record ByCodec<R>(String tag, PayloadCodec<R> codec) implements RecordedAs<R> {
        public ByCodec {
            Objects.requireNonNull(tag, "tag");
            Objects.requireNonNull(codec, "codec");
        }
    }
}
