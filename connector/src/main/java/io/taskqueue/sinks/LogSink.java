package io.taskqueue.sinks;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.ReplicationSink;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each event as one line, at level INFO, to the logger of this class. The payload is omitted, because it may be secret;
 * control characters in names are written as {@code \\u000a}, so that one event is one line.
 *
 * <p>Logging is the effect {@code log}, so a replay does not repeat it. Thread-safe.
 */
public final class LogSink<T> implements ReplicationSink<T> {

    private static final Logger LOG = LoggerFactory.getLogger(LogSink.class);

    private final Set<EventKind> kinds;

    /** Logs every event. */
    public LogSink() {
        this(EnumSet.allOf(EventKind.class));
    }

    /** Logs the events of some kinds. */
    public LogSink(Set<EventKind> kinds) {
        this.kinds = Set.copyOf(kinds);
    }

    @Override
    public void apply(ReplicationEvent<T> event, Effects effects) throws Exception {
        if (kinds.contains(event.kind())) {
            effects.run("log", key -> LOG.info("{}", line(event)));
        }
    }

    @Override
    public Interests interests() {
        return Interests.of(kinds);
    }

    static String line(ReplicationEvent<?> event) {
        return PrintableText.of(event.toString());
    }
}
