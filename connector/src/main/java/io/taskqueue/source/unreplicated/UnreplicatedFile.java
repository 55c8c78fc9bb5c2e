package io.taskqueue.source.unreplicated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskqueue.event.Position;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.text.LineReader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A file of unreplicated events: lines of JSON in UTF-8, first the origin, then each event as the record that its source would
 * have sent.
 *
 * <pre>
 *   {"format":"taskqueue-unreplicated-1", "queueName":…, "epoch":…, "instanceId":…,
 *                   "topic":…, "partition":…, "registryTopic":…, "first":"epoch/sequence", "events":count}
 *   {"position":"epoch/sequence", "headers":[["name","value"], …], "value":"the event's JSON, as a string"}
 *   …
 * </pre>
 *
 * <p>Fields are only ever added; a reader ignores those it does not know. The file contains payloads: where the file system has
 * POSIX permissions, only its owner may read it.
 *
 * <p>A file whose writer did not reach the end, because its disk was full for example, still has the first of the events: see
 * {@link #missing()}. Not changed while it is read; iterators are for one thread.
 */
public final class UnreplicatedFile implements UnreplicatedEvents {

    private static final String FORMAT = "taskqueue-unreplicated-1";

    /** In JSON each byte of a value takes at most two, and the headers take few. */
    private static final int MAX_LINE_BYTES = 2 * ReplicationEventCodec.MAX_RECORD_BYTES + (1 << 20);

    private final Path file;
    private final EventOrigin origin;
    private final Position first;
    private final long announced;
    private final long count;

    private UnreplicatedFile(Path file, EventOrigin origin, Position first, long announced, long count) {
        this.file = file;
        this.origin = origin;
        this.first = first;
        this.announced = announced;
        this.count = count;
    }

    /**
     * Writes events to a new file, and returns when the file system has stored it. If that fails, the file keeps what was written.
     *
     * @throws FileAlreadyExistsException if the file exists; it is not changed
     * @throws IOException if it cannot be written
     * @throws IllegalStateException if an event cannot be encoded; the file has those before it
     */
    public static void write(Path file, UnreplicatedEvents events) throws IOException {
        // an interruption would close the channel; what is not written is lost
        boolean interrupted = Thread.interrupted();
        try {
            writeNew(file, events);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void writeNew(Path file, UnreplicatedEvents events) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, ownerOnly(file))) {
            // not closed, because that would close the channel before its content is stored
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            try {
                line(out, header(events));
                for (UnreplicatedEvent event : events) {
                    line(out, json(event));
                }
            } finally {
                out.flush();
                channel.force(true);
            }
        }
        storeDirectoryOf(file);
    }

    /**
     * Opens a file, and reads it once to check every line.
     *
     * @throws UnreplicatedFileException if it cannot be read, or is not a file of unreplicated events
     */
    public static UnreplicatedFile open(Path file) {
        try (LineReader lines = lines(file)) {
            JsonNode header = header(file, lines);
            EventOrigin origin = new EventOrigin(
                    header.path("queueName").asText(),
                    header.path("epoch").asLong(-1),
                    UUID.fromString(header.path("instanceId").asText()),
                    header.path("topic").asText(),
                    header.path("partition").asInt(-1),
                    header.path("registryTopic").asText());
            Position first = Position.parse(header.path("first").asText())
                    .filter(position -> position.epoch() == origin.epoch())
                    .orElseThrow(() -> new IllegalArgumentException("'first' is not a position of its epoch"));
            UnreplicatedFile opened = new UnreplicatedFile(
                    file, origin, first, header.path("events").asLong(), Long.MAX_VALUE);
            return opened.counted(lines);
        } catch (IllegalArgumentException e) {
            throw new UnreplicatedFileException(
                    "The first line of " + file + " does not describe unreplicated events: " + e.getMessage()
                            + ". Name a file that a dispatcher wrote when it stopped without Kafka, unchanged.",
                    e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public EventOrigin origin() {
        return origin;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public Position first() {
        return first;
    }

    /** How many events the file should have behind the last one that it has: more than 0 if its writer did not reach the end. */
    public long missing() {
        return announced - count;
    }

    @Override
    public Iterator<UnreplicatedEvent> iterator() {
        try {
            LineReader lines = lines(file);
            header(file, lines);
            if (count == 0) {
                lines.close();
            }
            return new EventIterator(lines);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private UnreplicatedFile counted(LineReader lines) throws IOException {
        long intact = 0;
        for (Optional<LineReader.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            String problem = problem(line.get(), intact);
            if (problem == null) {
                intact++;
            } else if (lines.next().isPresent()) {
                throw new UnreplicatedFileException(
                        "Line " + line.get().number() + " of " + file + " is not the event "
                                + position(intact) + " that belongs there: " + problem
                                + ". The file was changed after it was written; restore it.",
                        null);
            } else {
                break; // the writer did not reach the end of its last line
            }
        }
        if (intact > announced) {
            throw new UnreplicatedFileException(
                    file + " has " + intact + " events, but its first line announces " + announced
                            + ". The file was changed after it was written; restore it.",
                    null);
        }
        return new UnreplicatedFile(file, origin, first, announced, intact);
    }

    private @Nullable String problem(LineReader.Line line, long index) {
        try {
            event(line, index);
            return null;
        } catch (IOException | IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private UnreplicatedEvent event(LineReader.Line line, long index) throws IOException {
        if (!(line instanceof LineReader.Text text)) {
            throw new IllegalArgumentException("the line is longer than any event");
        }
        JsonNode json = BoundedJson.read(text.bytes(), MAX_LINE_BYTES);
        Position position = position(index);
        List<UnreplicatedEvent.Header> headers = new ArrayList<>();
        Headers record = new RecordHeaders();
        for (JsonNode header : json.path("headers")) {
            headers.add(new UnreplicatedEvent.Header(
                    header.path(0).asText(), header.path(1).asText()));
            record.add(header.path(0).asText(), header.path(1).asText().getBytes(StandardCharsets.UTF_8));
        }
        EventHeaders found = EventHeaders.read(record)
                .orElseThrow(() -> new IllegalArgumentException("its headers are not those of an event"));
        if (!found.position().equals(position) || !found.queueName().equals(origin.queueName())) {
            throw new IllegalArgumentException("found event " + found.position() + " of queue " + found.queueName());
        }
        String value = json.path("value").asText();
        if (value.isEmpty()) {
            throw new IllegalArgumentException("it has no value");
        }
        return new UnreplicatedEvent(position, headers, value);
    }

    private Position position(long index) {
        return new Position(first.epoch(), first.sequence() + index);
    }

    private static LineReader lines(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        return new LineReader(Files.newInputStream(file), MAX_LINE_BYTES);
    }

    private static JsonNode header(Path file, LineReader lines) throws IOException {
        Optional<LineReader.Line> line = lines.next();
        JsonNode json = line.isPresent() && line.get() instanceof LineReader.Text text
                ? tryRead(text.bytes())
                : BoundedJson.object();
        if (!json.path("format").asText().equals(FORMAT)) {
            throw new UnreplicatedFileException(
                    file + " is not a file of unreplicated events: its first line has no \"format\":\"" + FORMAT
                            + "\". Name a file that a dispatcher wrote when it stopped without Kafka.",
                    null);
        }
        return json;
    }

    private static JsonNode tryRead(byte[] line) {
        try {
            return BoundedJson.read(line);
        } catch (IOException e) {
            return BoundedJson.object();
        }
    }

    private static ObjectNode header(UnreplicatedEvents events) {
        EventOrigin origin = events.origin();
        return BoundedJson.object()
                .put("format", FORMAT)
                .put("queueName", origin.queueName())
                .put("epoch", origin.epoch())
                .put("instanceId", origin.instanceId().toString())
                .put("topic", origin.topic())
                .put("partition", origin.partition())
                .put("registryTopic", origin.registryTopic())
                .put("first", events.first().toString())
                .put("events", events.count());
    }

    private static ObjectNode json(UnreplicatedEvent event) {
        ObjectNode json = BoundedJson.object().put("position", event.position().toString());
        ArrayNode headers = json.putArray("headers");
        event.headers().forEach(header -> headers.addArray().add(header.name()).add(header.value()));
        return json.put("value", event.value());
    }

    private static void line(OutputStream out, ObjectNode json) throws IOException {
        out.write(BoundedJson.bytes(json));
        out.write('\n');
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Makes the new entry in the directory durable, where the platform can. */
    private static void storeDirectoryOf(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // not every platform can open a directory; the file's own content is stored
            return;
        }
    }

    private static UnreplicatedFileException unreadable(Path file, IOException cause) {
        return new UnreplicatedFileException(
                "The file of unreplicated events " + file + " cannot be read: " + cause.getMessage()
                        + ". Check its name and permissions.",
                cause);
    }

    /** Reads the events again; closes the file behind the last one. */
    private final class EventIterator implements Iterator<UnreplicatedEvent> {

        private final LineReader lines;
        private long next;

        EventIterator(LineReader lines) {
            this.lines = lines;
        }

        @Override
        public boolean hasNext() {
            return next < count;
        }

        @Override
        public UnreplicatedEvent next() {
            if (!hasNext()) {
                throw new NoSuchElementException(file + " has " + count + " events.");
            }
            try {
                UnreplicatedEvent event =
                        event(lines.next().orElseThrow(() -> new IllegalArgumentException("it ended early")), next);
                next++;
                if (!hasNext()) {
                    lines.close();
                }
                return event;
            } catch (IOException | IllegalArgumentException e) {
                throw new UnreplicatedFileException(
                        "Event " + position(next) + " in " + file + " cannot be read any more: " + e.getMessage()
                                + ". The file was changed while it was read; restore it.",
                        e);
            }
        }
    }
}
