package io.taskqueue.streams;

import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedFormat;
import io.taskqueue.streams.state.KeyRange;
import io.taskqueue.streams.state.StateKind;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Reads what is parked from the stores of a running sink, by the interface of Kafka Streams for reads from other threads: it is read-only,
 * and an iterator is a snapshot. The stream thread is not involved.
 */
final class ParkedReader {

    private ParkedReader() {}

    /** The parked and discarded events by partition; a partition that cannot be read now is left out. */
    static Map<Integer, List<ParkedEvent>> read(KafkaStreams streams) {
        Map<Integer, List<ParkedEvent>> read = new HashMap<>();
        for (int partition : assigned(streams)) {
            try {
                ReadOnlyKeyValueStore<Bytes, byte[]> store = streams.store(StoreQueryParameters.fromNameAndType(
                                StoreNames.STATE, QueryableStoreTypes.<Bytes, byte[]>keyValueStore())
                        .withPartition(partition));
                read.put(partition, read(store, partition));
            } catch (InvalidStateStoreException moved) {
                read.remove(partition); // another instance has it now, or it is being restored
            }
        }
        return read;
    }

    private static Set<Integer> assigned(KafkaStreams streams) {
        return streams.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .map(task -> task.taskId().partition())
                .collect(Collectors.toSet());
    }

    private static List<ParkedEvent> read(ReadOnlyKeyValueStore<Bytes, byte[]> store, int partition) {
        List<ParkedEvent> events = new ArrayList<>();
        Bytes first = StateKind.PARKED.first();
        try (KeyValueIterator<Bytes, byte[]> entries = store.range(first, KeyRange.endOf(first))) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                if (StateKind.PARKED.owns(entry.key.get())) { // the end of a range is included here
                    events.add(ParkedFormat.entry(StateKind.PARKED.strip(entry.key.get()), entry.value)
                            .shown(partition));
                }
            }
        }
        return events;
    }
}
