package io.taskqueue.streams;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.settings.SinkSettings;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Settings of a sink that connects to nothing, for tests of the packages below this one. */
public final class SettingsForTests {

    private SettingsForTests() {}

    public static SinkSettings<String> of(
            String name, ReplicationSink<String> sink, UnaryOperator<SinkService.Builder<String>> changed) {
        return changed.apply(SinkService.builder(name, sink, PayloadCodec.utf8())
                        .kafka(Map.of("bootstrap.servers", "127.0.0.1:1")))
                .settings();
    }
}
