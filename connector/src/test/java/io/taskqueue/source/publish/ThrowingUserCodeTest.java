package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.metrics.SourceMeters;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.ManualTime;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.queue.QueueCounts;
import io.taskqueue.queue.QueueSnapshot;
import io.taskqueue.queue.RecoveredTask;
import io.taskqueue.queue.SnapshotFold;
import io.taskqueue.queue.TaskLifecycleOracle;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.apache.kafka.common.TopicPartition;

/**
 * Whatever the user's code throws, and at whichever of its calls: a call of the queue has either taken effect, and its event is in the
 * buffer, or has thrown, and nothing has changed.
 */
class ThrowingUserCodeTest {

    private static final int BUFFER_EVENTS = 16;
    private static final Duration LEASE = Duration.ofSeconds(1);

    /** What a user supplies. */
    enum UserCode {
        QUEUE_CLOCK,
        QUEUE_TICKER,
        LISTENER,
        CODEC,
        DEAD_LETTER_HANDLER,
        SOURCE_CLOCK,
        SOURCE_TICKER,
        METER_REGISTRY,
        OWNER_PEER
    }

    enum Call {
        ENQUEUE,
        LEASE,
        HEARTBEAT,
        COMPLETE,
        FAIL,
        FAIL_WITHOUT_REQUEUE,
        ADVANCE_TIME,
        RESTORE,
        RECOVER,
        WRITE_SNAPSHOTS,
        ENQUEUE_WITH_A_KEY,
        ACKNOWLEDGE
    }

    /** Throws at the n-th call of one piece of the user's code. */
    record Plant(UserCode where, int call, boolean error) {}

    @Provide
    Arbitrary<Set<Plant>> plants() {
        return Combinators.combine(
                        Arbitraries.of(UserCode.class),
                        Arbitraries.integers().between(1, 80),
                        Arbitraries.of(true, false))
                .as(Plant::new)
                .set()
                .ofMaxSize(30);
    }

    private static final class PlantedException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static final class PlantedError extends Error {
        private static final long serialVersionUID = 1;
    }

    /** The user's code: works, but throws where it was planted. */
    private static final class Planting {

        private final Map<UserCode, AtomicInteger> calls = new ConcurrentHashMap<>();
        private final Map<UserCode, Map<Integer, Boolean>> plants = new EnumMap<>(UserCode.class);
        private volatile boolean active = true;

        Planting(Set<Plant> from) {
            from.forEach(plant -> plants.computeIfAbsent(plant.where, where -> new ConcurrentHashMap<>())
                    .put(plant.call, plant.error));
        }

        void called(UserCode code) {
            int call =
                    calls.computeIfAbsent(code, unused -> new AtomicInteger()).incrementAndGet();
            Boolean error = plants.getOrDefault(code, Map.of()).get(call);
            if (active && error != null) {
                if (error) {
                    throw new PlantedError();
                }
                throw new PlantedException();
            }
        }
    }

    @Property(tries = 500)
    void callHasTakenEffectOrHasChangedNothing(
            @ForAll @Size(max = 100) List<Call> calls, @ForAll("plants") Set<Plant> plants) throws Exception {
        Scenario scenario = new Scenario(plants);
        for (Call call : calls) {
            withPlants(() -> scenario.perform(call));
        }
        TaskQueue<String> queue = scenario.queue;
        boolean drained = withPlants(() -> {
            if (plants.size() % 2 == 0) {
                queue.drain(Duration.ZERO);
            } else {
                queue.handOver(Duration.ZERO);
            }
        });
        scenario.planting.active = false;
        assertThat(queue.isOpen()).isEqualTo(!drained);
        QueueCounts counts = queue.counts(); // performs what is due
        scenario.take();
        scenario.compare();

        assertThat(queue.drain(Duration.ZERO)).hasSize(counts.pending() + counts.delayed() + counts.leased());
        scenario.take();
        scenario.compare();
        assertThat(scenario.buffer.lostEvent()).isEmpty();
        assertThat(scenario.buffer.reserve(BUFFER_EVENTS, 0))
                .as("every place is free")
                .isTrue();
        queue.close();
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Returns false if what was planted was thrown, by the call itself. */
    private static boolean withPlants(Action action) throws Exception {
        try {
            action.run();
            return true;
        } catch (PlantedException | PlantedError | PayloadRefusedException e) {
            return false;
        }
    }

    /** A queue and the buffer of its source, and what a test knows of them. */
    private static final class Scenario {

        final ManualTime time = new ManualTime();
        final Planting planting;
        final EventRecords<String> records;
        final EventBuffer<String> buffer;
        final TaskQueue<String> queue;
        private final List<TaskId> enqueued = new ArrayList<>();
        private final List<TaskId> restored = new ArrayList<>();
        private final List<BufferedEvent<String>> events = new ArrayList<>();
        private final List<Lease<String>> leases = new ArrayList<>();

        Scenario(Set<Plant> plants) {
            planting = new Planting(plants);
            planting.active = false; // a source refuses to start with a clock that throws
            records = records(planting);
            buffer = buffer(planting, records);
            queue = queue(planting);
            queue.attach(buffer);
            planting.active = true;
        }

        void perform(Call call) throws Exception {
            switch (call) {
                case ENQUEUE -> queue.tryEnqueue("payload").ifPresent(enqueued::add);
                case LEASE -> queue.tryLease().ifPresent(leases::add);
                case ADVANCE_TIME -> time.advance(LEASE.dividedBy(3));
                case RESTORE -> restore();
                case RECOVER -> recover();
                case WRITE_SNAPSHOTS -> queue.writeSnapshots(enqueued);
                case ENQUEUE_WITH_A_KEY -> enqueueByKey();
                case ACKNOWLEDGE -> take();
                case HEARTBEAT, COMPLETE, FAIL, FAIL_WITHOUT_REQUEUE -> onLease(call);
            }
        }

        void onLease(Call call) {
            if (leases.isEmpty()) {
                return;
            }
            Lease<String> lease = leases.get(0);
            try {
                switch (call) {
                    case HEARTBEAT -> lease.heartbeat();
                    case COMPLETE -> lease.complete();
                    case FAIL -> lease.fail(TaskError.of("again"));
                    default -> lease.fail(TaskError.of("never again"), false);
                }
                if (call != Call.HEARTBEAT) {
                    leases.remove(0);
                }
            } catch (LeaseLostException e) {
                leases.remove(0);
            }
        }

        void restore() {
            TaskId first = new TaskId("old", 1, restored.size() + 1);
            TaskId second = new TaskId("old", 1, restored.size() + 2);
            queue.restore(List.of(drained(first), drained(second)));
            restored.addAll(List.of(first, second));
        }

        void enqueueByKey() {
            queue.tryEnqueue("payload", "line 1")
                    .filter(id -> !enqueued.contains(id) && !restored.contains(id))
                    .ifPresent(enqueued::add);
        }

        void recover() {
            TaskId leased = new TaskId("old", 1, restored.size() + 1);
            TaskId delayed = new TaskId("old", 1, restored.size() + 2);
            queue.recover(List.of(recovered(leased, 1), recovered(delayed, 2)));
            restored.addAll(List.of(delayed, leased));
        }

        /** At attempt 1 leased, at attempt 2 delayed. */
        private RecoveredTask<String> recovered(TaskId id, int attempt) {
            Instant soon = time.instant().plus(LEASE.dividedBy(2));
            return new RecoveredTask<>(
                    new Task<>(id, attempt, Instant.EPOCH, "payload", "line 1"),
                    null,
                    new OwnershipToken(id.sequenceId(), 1, new UUID(id.sequenceId(), 1)),
                    attempt == 1 ? soon : null,
                    attempt == 1 ? null : soon);
        }

        private static DrainedTask<String> drained(TaskId id) {
            return new DrainedTask<>(new Task<>(id, 1, Instant.EPOCH, "payload"), null, null);
        }

        /** Takes and acknowledges what is in the buffer, as the publisher does. */
        void take() throws InterruptedException {
            List<BufferedEvent<String>> taken = new ArrayList<>();
            boolean unused = buffer.take(taken, 10_000, Long.MAX_VALUE);
            for (BufferedEvent<String> event : taken) {
                assertThat(records.record(event)).isNotNull();
                assertThat(buffer.acknowledged(event)).isTrue();
            }
            events.addAll(taken);
        }

        void compare() {
            SnapshotFold<String> fold = new SnapshotFold<>(queue.name());
            TaskLifecycleOracle<String> lifecycle = new TaskLifecycleOracle<>();
            for (BufferedEvent<String> event : events) {
                lifecycle.accept(event.change);
                fold.apply(event.change);
            }
            QueueSnapshot<String> expected = fold.snapshot();
            QueueSnapshot<String> snapshot = queue.snapshot();
            assertThat(snapshot.lastEvent()).isEqualTo(expected.lastEvent());
            assertThat(SnapshotFold.ordered(snapshot.tasks())).isEqualTo(SnapshotFold.ordered(expected.tasks()));
            assertThat(snapshot.counts().totals()).isEqualTo(expected.counts().totals());
            assertThat(events.stream().map(event -> event.sequence))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, events.size()).boxed().toList());
            assertThat(buffer.appendedUpTo().sequence()).isEqualTo(snapshot.lastEvent());
            assertThat(idsOf(EventKind.ENQUEUED)).isEqualTo(enqueued);
            assertThat(idsOf(EventKind.RESTORED)).isEqualTo(restored);
        }

        private List<TaskId> idsOf(EventKind kind) {
            return events.stream()
                    .filter(event -> event.change.kind() == kind)
                    .map(event -> event.change.task().id())
                    .toList();
        }

        private TaskQueue<String> queue(Planting planting) {
            ManualTime throwing = new ManualTime() {
                @Override
                public long nanos() {
                    planting.called(UserCode.QUEUE_TICKER);
                    return time.nanos();
                }

                @Override
                public Instant instant() {
                    planting.called(UserCode.QUEUE_CLOCK);
                    return time.instant();
                }
            };
            return TaskQueue.<String>builder("q")
                    .maxAttempts(2)
                    .leaseDuration(LEASE)
                    .heartbeatInterval(Duration.ZERO)
                    .requeueDelay(LEASE.dividedBy(2))
                    .sweepInterval(Duration.ofHours(1))
                    .closeGrace(Duration.ofSeconds(5))
                    .clock(throwing)
                    .ticker(throwing)
                    .listener(event -> planting.called(UserCode.LISTENER))
                    .deadLetterHandler(event -> planting.called(UserCode.DEAD_LETTER_HANDLER))
                    .build();
        }

        private static EventRecords<String> records(Planting planting) {
            return new EventRecords<>(
                    "q",
                    new PeerResolver<>("peer-a", "owner", event -> {
                        planting.called(UserCode.OWNER_PEER);
                        return null;
                    }),
                    codec(planting),
                    new UUID(1, 2),
                    new TopicPartition("events", 0),
                    1_000_000);
        }

        private EventBuffer<String> buffer(Planting planting, EventRecords<String> records) {
            ManualTime throwing = new ManualTime() {
                @Override
                public long nanos() {
                    planting.called(UserCode.SOURCE_TICKER);
                    return time.nanos();
                }

                @Override
                public Instant instant() {
                    planting.called(UserCode.SOURCE_CLOCK);
                    return time.instant();
                }
            };
            SimpleMeterRegistry registry = new SimpleMeterRegistry() {
                @Override
                protected Counter newCounter(Meter.Id id) {
                    Counter counter = super.newCounter(id);
                    return new Counter() {
                        @Override
                        public void increment(double amount) {
                            planting.called(UserCode.METER_REGISTRY);
                            counter.increment(amount);
                        }

                        @Override
                        public double count() {
                            return counter.count();
                        }

                        @Override
                        public Id getId() {
                            return id;
                        }
                    };
                }
            };
            return new EventBuffer<>(
                    7,
                    new BufferLimits(BUFFER_EVENTS, 1_000_000),
                    new EventPayloads<>(
                            "q", "peer-a", codec(planting), records, 1_000_000, PayloadInclusion.EVERY_EVENT),
                    new SourceTime(throwing, throwing),
                    new SourceMeters(registry, "q").leasesExpired());
        }

        private static ReplicationEventCodec<String> codec(Planting planting) {
            return new ReplicationEventCodec<>(new PayloadCodec<>() {
                @Override
                public byte[] encode(String payload) {
                    planting.called(UserCode.CODEC);
                    return PayloadCodec.utf8().encode(payload);
                }

                @Override
                public String decode(byte[] json) {
                    return PayloadCodec.utf8().decode(json);
                }
            });
        }
    }
}
