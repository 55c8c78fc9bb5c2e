package io.taskqueue.serde;

import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.taskqueue.event.ReplicationEvent;

/**
 * Jackson, for those who write events into files, answers or documents of their own: the same JSON as in the records.
 *
 * <p>This is the one public class that shows Jackson types. Records are read and written by {@link ReplicationEventCodec},
 * which is faster.
 */
public final class ReplicationJson {

    private ReplicationJson() {}

    /**
     * A mapper that writes {@code ReplicationEvent<T>} as it stands in a record, byte for byte, and reads it back. Events may be
     * parts of other values. What cannot be read is a {@code JsonMappingException} whose cause is the
     * {@link UndecodableEventException}.
     */
    public static <T> ObjectMapper mapper(PayloadCodec<T> payloads) {
        return JsonMapper.builder(Json.RECORDS.copy())
                .addModule(module(payloads))
                .build();
    }

    /** The same for a mapper of your own. */
    public static <T> Module module(PayloadCodec<T> payloads) {
        ReplicationEventCodec<T> codec = new ReplicationEventCodec<>(payloads);
        return new SimpleModule("taskqueue-replication")
                .addSerializer(new EventSerializer<>(codec))
                .addDeserializer(ReplicationEvent.class, new EventDeserializer<>(codec));
    }
}
