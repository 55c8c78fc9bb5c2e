package io.taskqueue.benchmarks.micro;

import io.taskqueue.benchmarks.source.SampleTasks;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The cost of one event's bytes, at the source and at the sink: a LeaseGranted of a sample task. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SerdeBenchmark {

    private static final String QUEUE = "mirror";
    private static final UUID INSTANCE = new UUID(0x4c1f_6a52_9d0e_4b77L, 0x8a3e_11d2_5c60_9f41L);

    /** Payloads as JSON texts, or as Java records that Jackson maps. */
    @Param({"text", "record"})
    public String payloads;

    private Wire<?> wire;

    @Setup
    public void prepare() {
        String json = SampleTasks.read().get(0);
        PayloadCodec<MirrorTask> records = PayloadCodec.json(MirrorTask.class);
        wire = payloads.equals("text")
                ? new Wire<>(PayloadCodec.jsonText(), json)
                : new Wire<>(
                        records,
                        records.decode(
                                json.replace("\"package\"", "\"packageName\"").getBytes(StandardCharsets.UTF_8)));
    }

    /** Once per task, on the thread that calls enqueue. */
    @Benchmark
    public byte[] encodePayload() {
        return wire.encodePayload();
    }

    /** Once per event, on the publisher's thread, with an encoded payload. */
    @Benchmark
    public byte[] encodeEvent() {
        return wire.encodeEvent();
    }

    /** Once per event, on the publisher's thread. */
    @Benchmark
    public Headers writeHeaders() {
        return wire.writeHeaders();
    }

    /** Once per event, in a sink. */
    @Benchmark
    public ReplicationEvent<?> decodeEvent() {
        return wire.decodeEvent();
    }

    private static final class Wire<T> {

        private final ReplicationEventCodec<T> codec;
        private final T payload;
        private final byte[] payloadBytes;
        private final ReplicationEvent<T> event;
        private final byte[] eventBytes;
        private final EventHeaders.Writer headerWriter = EventHeaders.writer("dispatcher-a", INSTANCE);

        Wire(PayloadCodec<T> payloads, T payload) {
            this.codec = new ReplicationEventCodec<>(payloads);
            this.payload = payload;
            this.payloadBytes = codec.encodePayload(payload);
            this.event = leaseGranted(payload);
            this.eventBytes = codec.encode(event, payloadBytes);
        }

        byte[] encodePayload() {
            return codec.encodePayload(payload);
        }

        byte[] encodeEvent() {
            return codec.encode(event, payloadBytes);
        }

        Headers writeHeaders() {
            Headers headers = new RecordHeaders();
            headerWriter.write(event, headers);
            return headers;
        }

        ReplicationEvent<T> decodeEvent() {
            return codec.decode(eventBytes);
        }

        private static <T> ReplicationEvent<T> leaseGranted(T payload) {
            Instant enqueued = Instant.parse("2026-03-01T10:00:00.123456789Z");
            Instant leased = enqueued.plusMillis(17);
            Task<T> task = new Task<>(new TaskId(QUEUE, 7, 41_234), 1, enqueued, payload);
            TaskEvent<T> change = TaskEvent.builder(EventKind.LEASE_GRANTED, 123_457, leased, task)
                    .token(new OwnershipToken(41_234, 1, INSTANCE))
                    .leaseExpiration(leased.plusSeconds(30))
                    .build();
            return ReplicationEvent.of(
                    QUEUE,
                    new SourceMetadata(
                            new Position(7, 123_457), "dispatcher-a", "worker-pool-1", leased.plusNanos(4_000)),
                    change);
        }
    }
}
