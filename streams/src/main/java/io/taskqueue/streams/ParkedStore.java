package io.taskqueue.streams;

import io.taskqueue.event.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The events that are set aside, each task's in order; see {@link ParkedBytes}. Only the stream thread touches it. */
final class ParkedStore {

    static final String NAME = "parked";

    private final KeyValueStore<Bytes, byte[]> store;

    ParkedStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    void put(ParkedEntry entry) {
        store.put(ParkedBytes.key(entry.key()), ParkedBytes.value(entry));
    }

    void delete(ParkedKey key) {
        store.delete(ParkedBytes.key(key));
    }

    @Nullable
    ParkedEntry find(ParkedKey key) {
        Bytes stored = ParkedBytes.key(key);
        byte[] value = store.get(stored);
        return value == null ? null : ParkedBytes.entry(stored.get(), value);
    }

    void forEach(Consumer<ParkedEntry> reader) {
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            entries.forEachRemaining(entry -> reader.accept(ParkedBytes.entry(entry.key.get(), entry.value)));
        }
    }

    /**
     * The parked events of a task, in order, without the discarded ones.
     *
     * @param after the one behind which to begin; null for the first. A scan from the beginning would go over all that was
     *     deleted there
     */
    List<ParkedEntry> of(TaskId task, @Nullable ParkedKey after, int limit) {
        Bytes from = Bytes.wrap(ParkedBytes.prefix(task));
        Bytes to = KeyOrder.behindAllOf(from);
        if (after != null) {
            from = KeyOrder.behind(ParkedBytes.key(after));
        }
        List<ParkedEntry> found = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(from, to)) {
            while (found.size() < limit && entries.hasNext()) {
                KeyValue<Bytes, byte[]> stored = entries.next();
                ParkedEntry entry = ParkedBytes.entry(stored.key.get(), stored.value);
                if (entry.key().task().equals(task) && !entry.discarded()) {
                    found.add(entry);
                }
            }
        }
        return found;
    }
}
