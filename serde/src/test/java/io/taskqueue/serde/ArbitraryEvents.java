package io.taskqueue.serde;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.Priority;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.event.TraceContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;
import org.jspecify.annotations.Nullable;

/** All events that can be built, with hostile names and with JSON texts as payloads, or without them. */
public final class ArbitraryEvents extends DomainContextBase {

    private static final String[] HOSTILE = {
        "a/b", "\"", "\\", "\u0000", "\n", "é", "😀", "\u2028", "%2F", "{}", "..", " ", "null", "-1", "\uFEFF", "\uFFFF"
    };
    private static final String[] NUMBERS = {
        "0", "-0", "1.10", "1e400", "-0.1E-7", "12345678901234567890123456789.000", "9".repeat(999), "1e-1000000000"
    };

    @Provide
    public Arbitrary<ReplicationEvent<String>> events() {
        return Arbitraries.of(EventKind.values())
                .flatMap(kind -> kind == EventKind.SOURCE_STARTED ? sourceStarted() : taskEvents(kind));
    }

    static Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.strings()
                .all()
                .ofMinLength(1)
                .ofMaxLength(20)
                .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        return Arbitraries.oneOf(any, Arbitraries.of(HOSTILE));
    }

    static Arbitrary<String> payloads() {
        return Arbitraries.lazyOf(
                () -> Arbitraries.of(NUMBERS),
                () -> Arbitraries.of("true", "false", "\"\"", "{}", "[]", "[null]", "\"\\ud800\"", "{\"value\":null}"),
                () -> texts().map(ArbitraryEvents::quoted),
                () -> payloads().list().ofMaxSize(3).map(items -> "[ " + String.join(" ,\n", items) + "]"),
                () -> Combinators.combine(texts(), payloads())
                        .as((name, value) -> "{" + quoted(name) + " : " + value + ", \"kind\":\"x\"}"),
                () -> Arbitraries.integers().between(1, 400).map(depth -> "[".repeat(depth) + "]".repeat(depth)));
    }

    private static String quoted(String text) {
        return new String(PayloadCodec.utf8().encode(text), StandardCharsets.UTF_8);
    }

    private static Arbitrary<ReplicationEvent<String>> sourceStarted() {
        return Combinators.combine(texts(), metadata(true), Arbitraries.create(UUID::randomUUID))
                .as(ReplicationEvent::sourceStarted);
    }

    private static Arbitrary<ReplicationEvent<String>> taskEvents(EventKind kind) {
        Arbitrary<Long> numbers = Arbitraries.longs().between(2, Long.MAX_VALUE);
        Arbitrary<Task<String>> tasks = Combinators.combine(
                        texts(),
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        numbers,
                        Arbitraries.integers().between(2, Integer.MAX_VALUE),
                        instants(),
                        payloads(),
                        texts().injectNull(0.5),
                        Arbitraries.integers().between(1, Integer.MAX_VALUE))
                .as((queue, epoch, id, attempt, enqueued, payload, key, first) -> new Task<>(
                        new TaskId(queue, epoch, id), attempt, enqueued, payload, key, Math.min(first, attempt)));
        Arbitrary<Tuple.Tuple3<Boolean, Boolean, Boolean>> where = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.of(true, false), Arbitraries.of(true, false))
                .as(Tuple::of);
        Arbitrary<Task<String>> traced = Combinators.combine(
                        tasks, traces().injectNull(0.5), Arbitraries.of(Priority.values()))
                .as((task, trace, priority) -> task.inTrace(trace).withPriority(priority));
        return Combinators.combine(texts(), metadata(false), numbers, traced, instants(), instants(), errors(), where)
                .as((queue, metadata, number, task, occurred, expires, error, choice) -> {
                    String queueName = choice.get1() ? task.id().queueName() : queue;
                    TaskEvent.Builder<String> parts = TaskEvent.builder(kind, number, occurred, task);
                    fill(parts, kind, task, expires, choice.get2() ? error : null);
                    boolean isWithoutPayload = choice.get3() && !kind.requiresPayload();
                    return ReplicationEvent.of(
                            queueName,
                            metadata,
                            isWithoutPayload ? parts.build().withoutPayload() : parts.build());
                });
    }

    private static Arbitrary<TraceContext> traces() {
        Arbitrary<String> states = Arbitraries.strings()
                .withCharRange(' ', '~')
                .ofMinLength(1)
                .ofMaxLength(TraceContext.MAX_STATE_LENGTH)
                .injectNull(0.5);
        return Combinators.combine(
                        Arbitraries.longs().between(1, Long.MAX_VALUE),
                        Arbitraries.integers().between(0, 255),
                        states)
                .as((id, flags, state) ->
                        new TraceContext("00-%032x-%016x-%02x".formatted(id, Long.MAX_VALUE - id + 1, flags), state));
    }

    private static void fill(
            TaskEvent.Builder<String> parts,
            EventKind kind,
            Task<String> task,
            Instant expires,
            @Nullable TaskError maybe) {
        OwnershipToken running = new OwnershipToken(task.id().sequenceId(), task.attempt(), UUID.randomUUID());
        OwnershipToken ended = new OwnershipToken(task.id().sequenceId(), task.attempt() - 1, UUID.randomUUID());
        switch (kind) {
            case ENQUEUED -> parts.availableAt(maybe == null ? null : expires);
            case AVAILABLE, SOURCE_STARTED -> {}
            case LEASE_GRANTED, HEARTBEAT -> parts.token(running).leaseExpiration(expires);
            case COMPLETED -> parts.token(running);
            case FAILED -> parts.token(running)
                    .availableAt(maybe == null ? null : expires)
                    .error(maybe == null ? TaskError.of("") : maybe);
            case LEASE_EXPIRED -> parts.token(running)
                    .leaseExpiration(expires)
                    .availableAt(maybe == null ? null : expires)
                    .error(maybe)
                    .flag(EventFlag.FROM_EXPIRATION);
            case REQUEUED -> parts.token(ended).error(maybe);
            case DEAD_LETTERED -> parts.token(running).error(maybe).flag(EventFlag.DEAD_LETTER);
            case DRAINED -> drained(parts, task, ended, expires, maybe);
            case RESTORED, SNAPSHOT -> state(parts, kind, task, expires, maybe);
        }
    }

    private static void drained(
            TaskEvent.Builder<String> parts,
            Task<String> task,
            OwnershipToken ended,
            Instant expires,
            @Nullable TaskError maybe) {
        parts.token(maybe == null ? null : ended).error(maybe).flag(EventFlag.FROM_DRAIN);
        if (task.id().sequenceId() % 2 == 0) {
            parts.flag(EventFlag.HAND_OVER).availableAt(maybe == null ? null : expires);
        }
    }

    /** Leased, delayed or pending. */
    private static void state(
            TaskEvent.Builder<String> parts,
            EventKind kind,
            Task<String> task,
            Instant expires,
            @Nullable TaskError maybe) {
        long sequenceId = task.id().sequenceId();
        int attempt = task.attempt();
        parts.error(maybe);
        switch ((int) (sequenceId % 4)) {
            case 0 -> parts.token(new OwnershipToken(sequenceId, attempt, UUID.randomUUID()))
                    .leaseExpiration(expires);
            case 1 -> parts.token(new OwnershipToken(sequenceId, attempt - 1, UUID.randomUUID()))
                    .availableAt(expires);
            case 2 -> parts.token(maybe == null ? null : new OwnershipToken(sequenceId, 1, UUID.randomUUID()));
            default -> {
                if (kind == EventKind.SNAPSHOT) {
                    parts.pendingSince(1);
                }
            }
        }
    }

    private static Arbitrary<SourceMetadata> metadata(boolean first) {
        return Combinators.combine(
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        Arbitraries.longs().between(1, Long.MAX_VALUE),
                        texts(),
                        texts().injectNull(0.3),
                        instants())
                .as((epoch, sequence, source, owner, recorded) ->
                        new SourceMetadata(new Position(epoch, first ? 0 : sequence), source, owner, recorded));
    }

    private static Arbitrary<TaskError> errors() {
        Arbitrary<Map<String, String>> metadata =
                Arbitraries.maps(texts(), texts()).ofMaxSize(4).map(LinkedHashMap::new);
        return Combinators.combine(texts().injectNull(0.3), texts(), metadata).as(TaskError::new);
    }

    static Arbitrary<Instant> instants() {
        Arbitrary<Instant> usual = Combinators.combine(
                        Arbitraries.longs().between(-62_167_219_200L, 253_402_300_799L),
                        Arbitraries.integers().between(0, 999_999_999))
                .as(Instant::ofEpochSecond);
        Arbitrary<Instant> any = Combinators.combine(
                        Arbitraries.longs().between(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()),
                        Arbitraries.of(0, 1, 1_000, 1_000_000, 120_000, 500_000_000, 999_999_999))
                .as(Instant::ofEpochSecond);
        return Arbitraries.oneOf(usual, any, Arbitraries.of(Instant.MIN, Instant.MAX, Instant.EPOCH));
    }
}
