package io.taskqueue.sink.jdbc;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.effect.ResultJson;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A field of an event that a statement can name.
 *
 * @param sqlType the type of its parameter, a constant of {@link Types}
 * @param value reads the field; null if the event does not have it
 */
record NamedField(int sqlType, Function<Source, @Nullable Object> value) {

    /** The fields by name. The names are those of the event's JSON; a part of an object there has both names in one. */
    static final Map<String, NamedField> ALL = all();

    /**
     * The event whose fields are read.
     *
     * @param payload writes the payload as JSON, null if the event has none
     * @param json writes the whole event as JSON
     */
    record Source(
            ReplicationEvent<?> event, EffectKey key, Supplier<byte @Nullable []> payload, Supplier<byte[]> json) {}

    /** Sets a parameter of the statement, counted from 1, to the field's value. */
    void bind(PreparedStatement statement, int parameter, Source source) throws SQLException {
        Object bound = value.apply(source);
        if (bound == null) {
            statement.setNull(parameter, sqlType);
        } else {
            statement.setObject(parameter, bound, sqlType);
        }
    }

    private static Map<String, NamedField> all() {
        Map<String, NamedField> fields = new LinkedHashMap<>();
        addOrigin(fields);
        addTask(fields);
        addLease(fields);
        addError(fields);
        fields.put("idempotencyKey", text(from -> from.key().toString()));
        fields.put("event", text(from -> utf8(from.json().get())));
        return fields;
    }

    private static void addOrigin(Map<String, NamedField> fields) {
        fields.put("queueName", text(from -> from.event().queueName()));
        fields.put("sourceEpoch", number(from -> from.event().position().epoch()));
        fields.put("sequenceNumber", number(from -> from.event().position().sequence()));
        fields.put("sourceEventId", number(from -> from.event().sourceEventId()));
        fields.put("kind", text(from -> from.event().kind().wireName()));
        fields.put("flags", text(from -> flags(from.event())));
        fields.put("sourcePeerId", text(from -> from.event().sourcePeerId()));
        fields.put("ownerPeerId", text(from -> from.event().ownerPeerId().orElse(null)));
        fields.put("occurredAt", time(from -> from.event().occurredAt()));
        fields.put("recordedAt", time(from -> from.event().recordedAt()));
    }

    private static void addTask(Map<String, NamedField> fields) {
        fields.put("taskQueueName", text(from -> from.event().taskId().queueName()));
        fields.put("taskEpoch", number(from -> from.event().taskId().epoch()));
        fields.put("taskSequenceId", number(from -> from.event().taskId().sequenceId()));
        fields.put("attempt", count(from -> from.event().attempt()));
        fields.put("enqueuedAt", time(from -> from.event().task().enqueuedAt()));
        fields.put("priority", text(from -> from.event().task().priority().wireName()));
        fields.put("value", text(NamedField::payload));
    }

    private static void addLease(Map<String, NamedField> fields) {
        fields.put(
                "leaseExpiration", time(from -> from.event().leaseExpiration().orElse(null)));
        fields.put("ownershipTokenSequenceId", number(from -> ofToken(from, OwnershipToken::sequenceId)));
        fields.put("ownershipTokenAttempt", count(from -> ofToken(from, OwnershipToken::attempt)));
        fields.put(
                "ownershipTokenLeaseId",
                text(from -> ofToken(from, token -> token.leaseId().toString())));
    }

    private static void addError(Map<String, NamedField> fields) {
        fields.put("errorMessage", text(from -> ofError(from, error -> withoutNul(error.message()))));
        fields.put("errorCode", text(from -> ofError(from, NamedField::code)));
        fields.put("errorMetadata", text(from -> ofError(from, error -> metadata(error))));
    }

    private static NamedField text(Function<Source, @Nullable String> value) {
        return new NamedField(Types.VARCHAR, value::apply);
    }

    private static NamedField number(Function<Source, @Nullable Long> value) {
        return new NamedField(Types.BIGINT, value::apply);
    }

    private static NamedField count(Function<Source, @Nullable Integer> value) {
        return new NamedField(Types.INTEGER, value::apply);
    }

    private static NamedField time(Function<Source, @Nullable Instant> value) {
        return new NamedField(Types.TIMESTAMP_WITH_TIMEZONE, from -> utc(value.apply(from)));
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private static <R> @Nullable R ofToken(Source from, Function<OwnershipToken, R> part) {
        return from.event().ownershipToken().map(part).orElse(null);
    }

    private static <R> @Nullable R ofError(Source from, Function<TaskError, @Nullable R> part) {
        TaskError error = from.event().error().orElse(null);
        return error == null ? null : part.apply(error);
    }

    private static String flags(ReplicationEvent<?> event) {
        return ResultJson.writePlain(
                event.flags().stream().map(EventFlag::wireName).toList());
    }

    private static @Nullable String code(TaskError error) {
        return error.code() == null ? null : withoutNul(error.code());
    }

    private static String metadata(TaskError error) {
        Map<String, String> metadata = new LinkedHashMap<>();
        error.metadata().forEach((name, text) -> metadata.put(withoutNul(name), withoutNul(text)));
        return ResultJson.writePlain(metadata);
    }

    /** The texts of an error may contain NUL, which PostgreSQL does not accept; the event must not fail because of that. */
    private static String withoutNul(String text) {
        return text.replace('\0', '\ufffd');
    }

    private static @Nullable String payload(Source from) {
        byte[] json = from.payload().get();
        return json == null ? null : utf8(json);
    }

    private static String utf8(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
