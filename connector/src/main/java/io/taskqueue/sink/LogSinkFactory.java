package io.taskqueue.sink;

import io.taskqueue.serde.PayloadCodec;
import java.util.Map;
import java.util.Set;

/** Makes the ready-made sink {@code log}: a {@link LogSink}. Its one setting is {@code kinds}, as of {@link HttpSinkFactory}. */
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
