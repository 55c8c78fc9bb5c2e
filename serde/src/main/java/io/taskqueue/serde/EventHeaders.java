package io.taskqueue.serde;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.PercentEncoding;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * The CloudEvents headers of a record, in binary mode: what is known about an event even if its value cannot be decoded.
 *
 * <pre>
 *   ce_specversion      1.0
 *   ce_id               queue/epoch/sequence
 *   ce_source           /taskqueue/source peer/instance id
 *   ce_type             io.taskqueue. and the kind, such as io.taskqueue.Enqueued
 *   ce_time             when the mutation happened; absent outside of the years 0 to 9999
 *   ce_subject          the task, queue/epoch/sequenceId; absent on SourceStarted
 *   ce_payloadomitted   true, if the value is without the payload of the task; otherwise absent
 *   content-type        application/json
 *   traceparent         the trace in which the task was enqueued, in the notation of W3C Trace Context; absent if there is none
 *   tracestate          its state; absent if there is none
 * </pre>
 *
 * <p>Names are percent-encoded, so a slash is always a separator.
 *
 * @param queueName the event's queue
 * @param position the event's position in the queue's history
 * @param instanceId the instance of the source that wrote the event, if the headers contain it
 * @param kind the event's kind; empty if this version does not know it
 * @param task the event's task; empty on SourceStarted, and if the headers do not contain it
 * @param payloadOmitted whether the event was published without the payload of its task, see {@link io.taskqueue.event.PayloadInclusion}
 */
public record EventHeaders(
        String queueName,
        Position position,
        Optional<UUID> instanceId,
        Optional<EventKind> kind,
        Optional<TaskId> task,
        boolean payloadOmitted) {

    private static final String TYPE_PREFIX = "io.taskqueue.";
    private static final String SOURCE_PREFIX = "/taskqueue/";
    private static final String PAYLOAD_OMITTED = "ce_payloadomitted";
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant YEAR_10_000 = Instant.parse("+10000-01-01T00:00:00Z");

    public EventHeaders {
        Objects.requireNonNull(queueName, "queueName");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(instanceId, "instanceId");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(task, "task");
    }

    /** Adds the headers of an event. Existing headers are not changed; a {@code traceparent} among them takes the place of the task's. */
    public static void write(ReplicationEvent<?> event, UUID instanceId, Headers headers) {
        writer(event.sourcePeerId(), instanceId).write(event, headers);
    }

    /** What writes the headers of one source's events; its unchanging parts are made once. */
    public static Writer writer(String sourcePeerId, UUID instanceId) {
        return new Writer(sourcePeerId, instanceId);
    }

    /**
     * Writes the headers of events of one source. The values of headers that do not change are shared by all records, and must not be
     * modified. Thread-safe.
     */
    public static final class Writer {

        private static final Header SPEC_VERSION = header("ce_specversion", "1.0");
        private static final Header CONTENT_TYPE = header("content-type", "application/json");
        private static final Header WITHOUT_PAYLOAD = header(PAYLOAD_OMITTED, "true");
        private static final Map<EventKind, Header> TYPES = types();

        private final Header source;
        private volatile Prefix lastPrefix = new Prefix("");

        private Writer(String sourcePeerId, UUID instanceId) {
            source = header("ce_source", SOURCE_PREFIX + PercentEncoding.encode(sourcePeerId) + "/" + instanceId);
        }

        private static Map<EventKind, Header> types() {
            Map<EventKind, Header> types = new EnumMap<>(EventKind.class);
            for (EventKind kind : EventKind.values()) {
                types.put(kind, header("ce_type", TYPE_PREFIX + kind.wireName()));
            }
            return types;
        }

        /** The name of a queue as identifiers begin with it. */
        private static final class Prefix {

            private final String queueName;
            private final byte[] encoded;

            Prefix(String queueName) {
                this.queueName = queueName;
                this.encoded = (PercentEncoding.encode(queueName) + "/").getBytes(StandardCharsets.UTF_8);
            }
        }

        /** Adds the headers of an event of this source. Existing headers are not changed. */
        public void write(ReplicationEvent<?> event, Headers headers) {
            headers.add(SPEC_VERSION);
            Position position = event.position();
            headers.add("ce_id", identifier(event.queueName(), position.epoch(), position.sequence()));
            headers.add(source);
            headers.add(TYPES.get(event.kind()));
            if (hasRfc3339Form(event.occurredAt())) {
                headers.add("ce_time", InstantFormat.bytes(event.occurredAt()));
            }
            TaskEvent<?> change = event.change().orElse(null);
            if (change != null) {
                TaskId task = change.task().id();
                headers.add("ce_subject", identifier(task.queueName(), task.epoch(), task.sequenceId()));
                if (!change.task().hasPayload()) {
                    headers.add(WITHOUT_PAYLOAD);
                }
            }
            headers.add(CONTENT_TYPE);
            TraceContext trace = change == null ? null : change.task().trace();
            if (trace != null && headers.lastHeader(TraceContext.TRACEPARENT) == null) {
                headers.add(TraceContext.TRACEPARENT, ascii(trace.traceparent()));
                if (trace.tracestate() != null) {
                    headers.add(TraceContext.TRACESTATE, ascii(trace.tracestate()));
                }
            }
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        private byte[] identifier(String queueName, long first, long second) {
            Prefix prefix = lastPrefix;
            if (!prefix.queueName.equals(queueName)) {
                prefix = new Prefix(queueName);
                lastPrefix = prefix;
            }
            int length = prefix.encoded.length;
            int firstLength = RecordBytes.decimalLength(first);
            int secondLength = RecordBytes.decimalLength(second);
            byte[] identifier = Arrays.copyOf(prefix.encoded, length + firstLength + 1 + secondLength);
            RecordBytes.writeDecimal(first, identifier, length, firstLength);
            identifier[length + firstLength] = '/';
            RecordBytes.writeDecimal(second, identifier, length + firstLength + 1, secondLength);
            return identifier;
        }

        private static Header header(String name, String value) {
            return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Reads the headers of an event; empty if they were not written by {@link #write}. Never throws, whatever the bytes. */
    public static Optional<EventHeaders> read(Headers headers) {
        return read(headers, true, true);
    }

    /** Reads as {@link #read}, but not the instance of the source: for a reader of many records that does not need it. */
    public static Optional<EventHeaders> readWithoutInstance(Headers headers) {
        return read(headers, false, true);
    }

    /** Reads as {@link #read}, but neither the instance of the source nor the task: for a reader of very many records. */
    public static Optional<EventHeaders> readIdentity(Headers headers) {
        return read(headers, false, false);
    }

    /**
     * Reads as {@link #readIdentity}, with less work where a record is of the same queue as the one before. For one thread.
     */
    public static final class IdentityReader {

        private static final EventKind[] KINDS = EventKind.values();
        private static final byte[][] TYPES = new byte[KINDS.length][];

        static {
            for (int i = 0; i < KINDS.length; i++) {
                TYPES[i] = (TYPE_PREFIX + KINDS[i].wireName()).getBytes(StandardCharsets.UTF_8);
            }
        }

        private String queueName = "";

        /** How identifiers of events of that queue begin. */
        private byte[] prefix = {};

        /** Never throws, whatever the bytes. */
        public Optional<EventHeaders> read(Headers headers) {
            byte[] id = null;
            byte[] type = null;
            boolean payloadOmitted = false;
            for (Header header : headers) {
                String name = header.key();
                if (name.equals("ce_id")) {
                    id = header.value();
                } else if (name.equals("ce_type")) {
                    type = header.value();
                } else if (name.equals(PAYLOAD_OMITTED)) {
                    payloadOmitted = Arrays.equals(header.value(), TRUE);
                }
            }
            EventKind kind = type == null ? null : kind(type);
            Position position = id == null ? null : position(id);
            if (kind != null && position != null) {
                return Optional.of(new EventHeaders(
                        queueName, position, Optional.empty(), Optional.of(kind), Optional.empty(), payloadOmitted));
            }
            Optional<EventHeaders> read = readIdentity(headers);
            read.ifPresent(this::remember);
            return read;
        }

        private void remember(EventHeaders read) {
            queueName = read.queueName();
            prefix = (PercentEncoding.encode(queueName) + "/").getBytes(StandardCharsets.UTF_8);
        }

        private static @Nullable EventKind kind(byte[] type) {
            for (int i = 0; i < TYPES.length; i++) {
                if (Arrays.equals(TYPES[i], type)) {
                    return KINDS[i];
                }
            }
            return null;
        }

        /** Null if the identifier is not one of that queue, in the notation that is written. */
        private @Nullable Position position(byte[] id) {
            int begin = prefix.length;
            if (begin == 0 || id.length <= begin || !Arrays.equals(id, 0, begin, prefix, 0, begin)) {
                return null;
            }
            int slash = begin;
            while (slash < id.length && id[slash] != '/') {
                slash++;
            }
            long epoch = number(id, begin, slash);
            long sequence = number(id, slash + 1, id.length);
            return epoch < 0 || sequence < 0 ? null : new Position(epoch, sequence);
        }

        /** -1 if it is not a number as it is written, or has more than 18 digits. */
        private static long number(byte[] text, int from, int to) {
            if (from >= to || to - from > 18 || (text[from] == '0' && to - from > 1)) {
                return -1;
            }
            long number = 0;
            for (int at = from; at < to; at++) {
                int digit = text[at] - '0';
                if (digit < 0 || digit > 9) {
                    return -1;
                }
                number = 10 * number + digit;
            }
            return number;
        }
    }

    private static Optional<EventHeaders> read(Headers headers, boolean withInstance, boolean withTask) {
        Header id = null;
        Header type = null;
        Header source = null;
        Header subject = null;
        boolean payloadOmitted = false;
        for (Header header : headers) { // one pass: a recovery reads the headers of each record of a partition
            switch (header.key()) {
                case "ce_id" -> id = header;
                case "ce_type" -> type = header;
                case "ce_source" -> source = header;
                case "ce_subject" -> subject = header;
                case PAYLOAD_OMITTED -> payloadOmitted = Arrays.equals(header.value(), TRUE);
                default -> {}
            }
        }
        return read(
                text(id),
                text(type),
                withInstance ? text(source) : null,
                withTask ? text(subject) : null,
                payloadOmitted);
    }

    private static Optional<EventHeaders> read(
            @Nullable String id,
            @Nullable String type,
            @Nullable String source,
            @Nullable String subject,
            boolean payloadOmitted) {
        if (id == null || type == null || !type.startsWith(TYPE_PREFIX)) {
            return Optional.empty();
        }
        NameAndNumbers parts = NameAndNumbers.parse(id);
        return parts == null || parts.name.isEmpty()
                ? Optional.empty()
                : Optional.of(new EventHeaders(
                        parts.name,
                        new Position(parts.first, parts.second),
                        instanceId(source),
                        EventKind.ofWireName(type.substring(TYPE_PREFIX.length())),
                        task(subject),
                        payloadOmitted));
    }

    /** A percent-encoded name and two numbers, separated by slashes. */
    private record NameAndNumbers(String name, long first, long second) {

        /** Null if the text is in any other notation than the one that this class writes. */
        static @Nullable NameAndNumbers parse(String text) {
            int last = text.lastIndexOf('/');
            int middle = last < 0 ? -1 : text.lastIndexOf('/', last - 1);
            if (middle < 0) {
                return null;
            }
            String encoded = text.substring(0, middle);
            if (!isNumber(text, middle + 1, last) || !isNumber(text, last + 1, text.length())) {
                return null;
            }
            try {
                String name = PercentEncoding.decode(encoded);
                return PercentEncoding.encode(name).equals(encoded)
                        ? new NameAndNumbers(
                                name,
                                Long.parseLong(text, middle + 1, last, 10),
                                Long.parseLong(text, last + 1, text.length(), 10))
                        : null;
            } catch (IllegalArgumentException foreign) {
                return null;
            }
        }

        private static boolean isNumber(String text, int from, int to) {
            if (from == to || (text.charAt(from) == '0' && to - from > 1)) {
                return false;
            }
            for (int at = from; at < to; at++) {
                if (text.charAt(at) < '0' || text.charAt(at) > '9') {
                    return false;
                }
            }
            return true;
        }
    }

    private static Optional<UUID> instanceId(@Nullable String source) {
        if (source == null || !source.startsWith(SOURCE_PREFIX)) {
            return Optional.empty();
        }
        String last = source.substring(source.lastIndexOf('/') + 1);
        try {
            return Optional.of(UUID.fromString(last)).filter(id -> id.toString().equals(last));
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    private static Optional<TaskId> task(@Nullable String subject) {
        NameAndNumbers parts = subject == null ? null : NameAndNumbers.parse(subject);
        try {
            return parts == null ? Optional.empty() : Optional.of(new TaskId(parts.name, parts.first, parts.second));
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    private static boolean hasRfc3339Form(Instant instant) {
        return !instant.isBefore(YEAR_0) && instant.isBefore(YEAR_10_000);
    }

    private static @Nullable String text(@Nullable Header header) {
        return header == null || header.value() == null || header.value().length > MAX_HEADER_BYTES
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
