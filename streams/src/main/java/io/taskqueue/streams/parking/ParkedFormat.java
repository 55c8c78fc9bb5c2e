package io.taskqueue.streams.parking;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/**
 * The stored form of a parked event. The prefix of a key without offset and topic finds all events of a task, in order.
 *
 * <pre>
 *   key    task's queue 4 + n | task's epoch 8 | task's sequence 8 | offset 8 | topic id 16
 *   value  version 1 | flags 1 (1 released, 2 replayed, 4 recorded only) | generation 4 | round 4 | since 12
 *          | event's queue 4 + n | position 16 | state | the event's JSON
 *
 *   state  1 failed     failure
 *          2 behind
 *          3 discarded  at 12 | by 4 + n | reason 4 + n | 0, or 1 and failure
 *   failure             attempts 4 | code 4 + n | message 4 + n | count 4, then key, value ... | count 4, then effect, state ...
 * </pre>
 */
public final class ParkedFormat {

    private static final byte VERSION = 1;
    private static final int RELEASED = 1;
    private static final int REPLAYED = 2;
    private static final int RECORDED_ONLY = 4;
    private static final byte FAILED = 1;
    private static final byte BEHIND = 2;
    private static final byte DISCARDED = 3;

    private ParkedFormat() {}

    public static Bytes key(ParkedKey key) {
        return Bytes.wrap(taskKey(key.task(), 24)
                .putLong(key.offset())
                .putUuid(key.location().topicId())
                .toBytes());
    }

    /** The prefix of all keys of a task. */
    static Bytes taskPrefix(TaskId task) {
        return Bytes.wrap(taskKey(task, 0).toBytes());
    }

    private static StateWriter taskKey(TaskId task, int more) {
        return StateWriter.key(4 + task.queueName().length() + 16 + more)
                .putText(task.queueName())
                .putLong(task.epoch())
                .putLong(task.sequenceId());
    }

    private static ParkedKey key(byte[] key) {
        StateReader in = StateReader.key(key);
        TaskId task = new TaskId(in.readText(), in.readLong(), in.readLong());
        long offset = in.readLong();
        return new ParkedKey(task, new EventLocation(in.readKafkaUuid(), offset));
    }

    public static byte[] value(ParkedEntry entry) {
        byte[] json = entry.value().get();
        StateWriter out = StateWriter.value(VERSION, json.length + 128);
        out.putByte((byte) ((entry.released() ? RELEASED : 0)
                | (entry.delivery().replayed() ? REPLAYED : 0)
                | (entry.delivery().runsEffects() ? 0 : RECORDED_ONLY)));
        out.putInt(entry.delivery().generation()).putInt(entry.delivery().round());
        out.putInstant(entry.since()).putText(entry.queue()).putPosition(entry.position());
        write(out, entry.state());
        return out.putBytes(json).toBytes();
    }

    public static ParkedEntry entry(byte[] key, byte[] value) {
        StateReader in = StateReader.value("parked event", VERSION, value);
        int flags = in.readByte();
        EffectMode mode = (flags & RECORDED_ONLY) == 0 ? EffectMode.RUN : EffectMode.RECORDED_ONLY;
        DeliveryContext delivery = new DeliveryContext(mode, (flags & REPLAYED) != 0, in.readInt(), in.readInt());
        Instant since = in.readInstant();
        String queue = in.readText();
        Position position = in.readPosition();
        ParkedState state = state(in);
        boolean released = (flags & RELEASED) != 0;
        return new ParkedEntry(key(key), delivery, since, released, queue, position, state, Bytes.wrap(in.readRest()));
    }

    private static void write(StateWriter out, ParkedState state) {
        if (state instanceof ParkedState.Failed failed) {
            write(out.putByte(FAILED), failed);
        } else if (state instanceof ParkedState.Discarded discarded) {
            out.putByte(DISCARDED).putInstant(discarded.at());
            out.putText(discarded.by()).putText(discarded.reason());
            out.putFlag(discarded.failure().isPresent());
            discarded.failure().ifPresent(failed -> write(out, failed));
        } else {
            out.putByte(BEHIND);
        }
    }

    private static void write(StateWriter out, ParkedState.Failed failed) {
        TaskError error = failed.error();
        out.putInt(failed.attempts()).putText(error.code()).putText(error.message());
        out.putInt(error.metadata().size());
        error.metadata().forEach((name, text) -> out.putText(name).putText(text));
        out.putInt(failed.effects().size());
        failed.effects().forEach((effect, state) -> out.putText(effect).putText(state.name()));
    }

    private static ParkedState state(StateReader in) {
        byte kind = in.readByte();
        return switch (kind) {
            case FAILED -> failed(in);
            case DISCARDED -> {
                Instant at = in.readInstant();
                yield new ParkedState.Discarded(
                        in.readText(), in.readText(), at, in.readFlag() ? Optional.of(failed(in)) : Optional.empty());
            }
            case BEHIND -> new ParkedState.Behind();
            default -> throw new IllegalStateException("A parked event is stored with the unknown state " + kind
                    + ". Run the version of the sink that wrote it.");
        };
    }

    private static ParkedState.Failed failed(StateReader in) {
        int attempts = in.readInt();
        String code = in.readOptionalText();
        String message = in.readText();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            metadata.put(in.readText(), in.readText());
        }
        Map<String, EffectState> effects = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            effects.put(in.readText(), EffectState.valueOf(in.readText()));
        }
        return new ParkedState.Failed(attempts, new TaskError(code, message, metadata), effects);
    }
}
