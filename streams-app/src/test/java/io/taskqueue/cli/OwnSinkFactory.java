package io.taskqueue.cli;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A sink factory of a user. */
public final class OwnSinkFactory implements SinkFactory<String> {

    static final AtomicLong APPLIED = new AtomicLong();

    @Override
    public PayloadCodec<String> codec() {
        return PayloadCodec.jsonText();
    }

    @Override
    public ReplicationSink<String> create(Map<String, String> configuration) {
        String greeting = configuration.getOrDefault("greeting", "");
        return (event, effects) -> effects.capture("greet", String.class, key -> {
            APPLIED.incrementAndGet();
            return greeting + " " + key;
        });
    }
}
