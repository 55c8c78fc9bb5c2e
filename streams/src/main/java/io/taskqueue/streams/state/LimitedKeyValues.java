package io.taskqueue.streams.state;

import io.taskqueue.sink.SinkStoppedException;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A store that refuses an entry that its changelog topic would refuse, and states what is too large and what to do. Kafka would do so only
 * in the transaction's commit, naming neither.
 *
 * @param sink the sink's name
 * @param name the store's name
 */
public record LimitedKeyValues(String sink, String name, KeyValues store, Supplier<RecordLimit> limit)
        implements KeyValues {

    @Override
    public byte @Nullable [] get(Bytes key) {
        return store.get(key);
    }

    /** @throws SinkStoppedException if the entry is too large */
    @Override
    public void put(Bytes key, byte[] value) {
        long bytes = (long) key.get().length + value.length;
        RecordLimit now = limit.get();
        if (!now.admits(bytes)) {
            throw new SinkStoppedException(
                    "Sink " + sink + " stopped: " + what(key) + " has " + bytes + " bytes, and at most "
                            + now.largestEntry() + " are possible because of " + now.setting()
                            + ". What was committed before is kept. Raise it and start the sink again.",
                    null);
        }
        store.put(key, value);
    }

    @Override
    public void delete(Bytes key) {
        store.delete(key);
    }

    @Override
    public Entries range(Bytes from, Bytes to) {
        return store.range(from, to);
    }

    @Override
    public Entries all() {
        return store.all();
    }

    private String what(Bytes key) {
        if (name.equals(StoreNames.STATE)) {
            for (StateKind kind : StateKind.values()) {
                if (kind.owns(key.get())) {
                    return kind.description() + " in its store " + name;
                }
            }
        }
        return "an entry of its store " + name;
    }
}
