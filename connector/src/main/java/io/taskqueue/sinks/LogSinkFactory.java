package io.taskqueue.sinks;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import java.util.Map;
import java.util.Set;

/** Creates the ready-made sink {@code log}, a {@link LogSink}. Its only setting is {@code kinds}, as in {@link HttpSinkFactory}. */
public final class LogSinkFactory implements SinkFactory<String> {

    @Override
    public PayloadCodec<String> codec() {
        return PayloadCodec.jsonText();
    }

    @Override
    public ReplicationSink<String> create(Map<String, String> configuration) {
        return new LogSink<>(new SinkConfiguration("log", configuration, Set.of(SinkConfiguration.KINDS)).kinds());
    }
}
