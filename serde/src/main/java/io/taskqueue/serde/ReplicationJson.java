package io.taskqueue.serde;

import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.taskqueue.event.ReplicationEvent;

/**
 * Jackson support for applications that write events to files, HTTP responses or documents of their own, in the JSON of the
 * records, or that have a mapper of their own for payloads.
 *
 * <p>This is the only class of the API with Jackson types in its signatures. {@link ReplicationEventCodec} reads and writes
 * records, and is faster.
 */
public final class ReplicationJson {

    private ReplicationJson() {}

    /**
     * A mapper that writes a {@code ReplicationEvent<T>} byte for byte as in a record, and reads it back. Events may be parts
     * of other values. An event that cannot be read is reported as a {@code JsonMappingException} whose cause is an
     * {@link UndecodableEventException}.
     */
    public static <T> ObjectMapper mapper(PayloadCodec<T> payloads) {
        return JsonMapper.builder(JsonFactories.RECORDS.copy())
                .addModule(module(payloads))
                .build();
    }

    /**
     * Payloads as a mapper of the application writes and reads them, with its modules, names and formats. The first payload of each class
     * that is encoded is read back, and rejected if that fails; later changes to the mapper do not take effect.
     *
     * @param mapper of JSON; it must write one value other than null for each payload
     */
    public static <T> PayloadCodec<T> payloads(ObjectMapper mapper, GenericType<T> type) {
        JsonPayloadMapper<T> payloads = new JsonPayloadMapper<>(type, mapper);
        return new CheckedPayloadCodec<>(payloads::write, payloads::read);
    }

    /** Payloads of a class, as {@link #payloads(ObjectMapper, GenericType)}. */
    public static <T> PayloadCodec<T> payloads(ObjectMapper mapper, Class<T> type) {
        return payloads(mapper, GenericType.of(type));
    }

    /** The same as a module, for a mapper of the application. */
    public static <T> Module module(PayloadCodec<T> payloads) {
        ReplicationEventCodec<T> codec = new ReplicationEventCodec<>(payloads);
        return new SimpleModule("taskqueue-replication")
                .addSerializer(new JacksonEventSerializer<>(codec))
                .addDeserializer(ReplicationEvent.class, new JacksonEventDeserializer<>(codec));
    }
}
