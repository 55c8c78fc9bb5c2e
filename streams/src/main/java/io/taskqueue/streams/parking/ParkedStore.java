package io.taskqueue.streams.parking;

import io.taskqueue.event.TaskId;
import io.taskqueue.streams.state.KeyRange;
import io.taskqueue.streams.state.KeyValues;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** The parked and discarded events of one partition, each task's in order. For the stream thread only. */
public final class ParkedStore {

    private final KeyValues store;

    public ParkedStore(KeyValues store) {
        this.store = store;
    }

    void put(ParkedEntry entry) {
        store.put(ParkedFormat.key(entry.key()), ParkedFormat.value(entry));
    }

    void delete(ParkedKey key) {
        store.delete(ParkedFormat.key(key));
    }

    @Nullable
    ParkedEntry find(ParkedKey key) {
        Bytes stored = ParkedFormat.key(key);
        byte[] value = store.get(stored);
        return value == null ? null : ParkedFormat.entry(stored.get(), value);
    }

    void forEach(Consumer<ParkedEntry> reader) {
        try (KeyValues.Entries entries = store.all()) {
            entries.forEachRemaining(
                    entry -> reader.accept(ParkedFormat.entry(entry.key().get(), entry.value())));
        }
    }

    /**
     * The parked events of a task, in order, without the discarded ones.
     *
     * @param after the event to begin after; null for the first. A scan from the beginning would visit all that was deleted there
     */
    List<ParkedEntry> find(TaskId task, @Nullable ParkedKey after, int limit) {
        Bytes prefix = ParkedFormat.taskPrefix(task);
        Bytes from = after == null ? prefix : KeyRange.after(ParkedFormat.key(after));
        List<ParkedEntry> found = new ArrayList<>();
        try (KeyValues.Entries entries = store.range(from, KeyRange.endOf(prefix))) {
            while (found.size() < limit && entries.hasNext()) {
                KeyValues.Entry stored = entries.next();
                ParkedEntry entry = ParkedFormat.entry(stored.key().get(), stored.value());
                if (!entry.discarded()) {
                    found.add(entry);
                }
            }
        }
        return found;
    }
}
