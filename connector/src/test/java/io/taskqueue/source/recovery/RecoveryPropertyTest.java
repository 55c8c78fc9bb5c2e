package io.taskqueue.source.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.ManualTime;
import io.taskqueue.queue.RecoveredTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.mark.LiveTaskOffsets;
import io.taskqueue.source.mark.LiveTaskOffsets.Low;
import io.taskqueue.source.recovery.SimulatedPartition.OwnerJournal;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.LowWaterMark.Place;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * For random runs of a queue under a sequence of owners that are killed with any part of their events on the topic, each with payloads in all events
 * or in the first ones only: what a recovery reads from any mark that was ever published is the fold of the log before the last fence, read from its
 * beginning, and each task has its payload.
 */
class RecoveryPropertyTest {

    private static final String QUEUE = "recovered";
    private static final Place PLACE = new Place("events", Uuid.ONE_UUID, 0);

    private final ManualTime time = new ManualTime();
    private final SimulatedPartition partition = new SimulatedPartition(QUEUE);
    private final QueueFold<String> expected = new QueueFold<>(QUEUE, 0);
    private final List<LowWaterMark> marks = new ArrayList<>();
    private List<ReplicationEvent<String>> lateEvents = List.of();

    @Property(tries = 150)
    void recoveryFromAnyMarkIsTheFoldOfTheLog(@ForAll long seed) {
        RecoveryPropertyTest run = new RecoveryPropertyTest();
        Random random = new Random(seed);
        for (int owner = 1; owner <= 1 + random.nextInt(4); owner++) {
            run.live(owner * 10L, random);
            run.assertRecoverable();
        }
    }

    private void assertRecoverable() {
        assertThat(recoveredFrom(Optional.empty())).isEqualTo(expectedTasks());
        for (LowWaterMark mark : marks) {
            assertThat(recoveredFrom(Optional.of(mark))).as("from %s", mark).isEqualTo(expectedTasks());
        }
    }

    private Map<TaskId, FoldedTask<String>> recoveredFrom(Optional<LowWaterMark> mark) {
        return byId(read(mark).stream());
    }

    private List<FoldedTask<String>> read(Optional<LowWaterMark> mark) {
        LiveRecords live = records(mark);
        LatestRecordDecoder.Decoded<String> decoded =
                new LatestRecordDecoder<>(QUEUE, PayloadCodec.utf8(), payload -> {}).decode(live.latest());
        assertThat(decoded.undecodable()).isEmpty();
        return decoded.tasks();
    }

    private LiveRecords records(Optional<LowWaterMark> mark) {
        LiveRecords live = new LiveRecords(QUEUE, mark, false);
        long from = mark.map(LowWaterMark::offset).orElse(0L);
        partition.records.subList((int) from, partition.records.size()).forEach(live::accept);
        return live;
    }

    private Map<TaskId, FoldedTask<String>> expectedTasks() {
        return byId(Stream.of(TaskPhase.values())
                .filter(TaskPhase::live)
                .flatMap(phase -> expected.state().in(phase).stream()));
    }

    /** A leased task does not show its last error in its latest event: its next error replaces it. */
    private static Map<TaskId, FoldedTask<String>> byId(Stream<FoldedTask<String>> tasks) {
        Map<TaskId, FoldedTask<String>> byId = new LinkedHashMap<>();
        tasks.map(task -> task.phase() == TaskPhase.LEASED
                        ? new FoldedTask<>(
                                task.task(),
                                task.phase(),
                                null,
                                task.token(),
                                task.leaseExpiration(),
                                task.availableAt(),
                                task.latest())
                        : task)
                .forEach(task -> byId.put(task.task().id(), task));
        return byId;
    }

    /** An owner starts, recovers or does not, works, and is killed when part of its events is written, and part of these acknowledged. */
    private void live(long epoch, Random random) {
        Optional<LowWaterMark> mark =
                marks.isEmpty() ? Optional.empty() : Optional.of(marks.get(random.nextInt(marks.size())));
        PayloadInclusion inclusion = random.nextBoolean() ? PayloadInclusion.FIRST_EVENT : PayloadInclusion.EVERY_EVENT;
        OwnerJournal journal = new OwnerJournal(QUEUE, epoch, time, inclusion);
        LiveTaskOffsets offsets = new LiveTaskOffsets(new Position(epoch, 0), partition.end());
        write(journal.events.get(0));
        LiveRecords found = records(mark);
        offsets.abandoned(RecoveryReader.retained(found.latest()), found.lastKey());
        try (TaskQueue<String> queue = TaskQueue.<String>builder(QUEUE)
                .capacity(20)
                .maxAttempts(3)
                .leaseDuration(Duration.ofSeconds(1))
                .requeueDelay(Duration.ofMillis(random.nextInt(2) * 300L))
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .build()) {
            if (random.nextInt(4) > 0) {
                queue.attachRecovering(journal);
                queue.recover(read(mark).stream()
                        .map(task -> new RecoveredTask<>(
                                task.task(),
                                task.lastError(),
                                task.token(),
                                task.leaseExpiration(),
                                task.availableAt()))
                        .toList());
            } else {
                queue.attach(journal);
            }
            work(queue, random);
            if (random.nextInt(3) == 0) {
                queue.handOver(Duration.ZERO);
            }
        }
        publish(journal.events, epoch, offsets, random);
    }

    private void work(TaskQueue<String> queue, Random random) {
        List<Lease<String>> leases = new ArrayList<>();
        for (int step = 0; step < random.nextInt(80); step++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> queue.tryEnqueue("payload " + step);
                case 2 -> queue.tryLease().ifPresent(leases::add);
                case 3 -> time.advance(Duration.ofMillis(random.nextInt(600)));
                case 4 -> queue.writeSnapshots(expected.state().in(TaskPhase.PENDING).stream()
                        .map(task -> task.task().id())
                        .toList());
                default -> end(leases, random);
            }
        }
    }

    private static void end(List<Lease<String>> leases, Random random) {
        if (leases.isEmpty()) {
            return;
        }
        Lease<String> lease = leases.remove(random.nextInt(leases.size()));
        try {
            switch (random.nextInt(4)) {
                case 0 -> lease.heartbeat();
                case 1 -> lease.fail(TaskError.of("again"));
                case 2 -> lease.fail(TaskError.of("never again"), false);
                default -> lease.complete();
            }
        } catch (LeaseLostException expired) {
            // its events contain it
        }
    }

    /** Writes a part of the events, with what disturbs: repeated events, those of others, and those of the fenced owner before. */
    private void publish(List<ReplicationEvent<String>> events, long epoch, LiveTaskOffsets offsets, Random random) {
        int written = 1 + random.nextInt(events.size());
        int acknowledged = 1;
        long[] offset = new long[events.size()];
        for (int next = 1; next < written; next++) {
            disturb(random);
            int from = random.nextInt(5) == 0 ? acknowledged + random.nextInt(next - acknowledged + 1) : next;
            for (int again = from; again <= next; again++) {
                offset[again] = write(events.get(again));
            }
            while (acknowledged <= next && random.nextInt(3) > 0) {
                long stated = random.nextInt(10) == 0 ? -1 : offset[acknowledged];
                offsets.acknowledged(events.get(acknowledged), stated);
                acknowledged++;
            }
            if (random.nextInt(5) == 0) {
                marks.add(mark(epoch, offsets.low().orElseThrow()));
            }
        }
        lateEvents = events.subList(1, events.size());
    }

    private long write(ReplicationEvent<String> event) {
        QueueFold.Step unused = expected.apply(event);
        return partition.write(event);
    }

    private void disturb(Random random) {
        switch (random.nextInt(12)) {
            case 0 -> partition.write("another queue", new byte[] {1}, new RecordHeaders());
            case 1 -> partition.write(QUEUE, "no event".getBytes(StandardCharsets.UTF_8), new RecordHeaders());
            case 2 -> {
                if (!lateEvents.isEmpty()) {
                    partition.write(lateEvents.get(random.nextInt(lateEvents.size())));
                }
            }
            default -> {}
        }
    }

    private static LowWaterMark mark(long epoch, Low low) {
        return new LowWaterMark(
                QUEUE,
                epoch,
                PLACE,
                low.offset(),
                low.position(),
                new LowWaterMark.Live(low.tasks(), low.upTo(), low.lastKey()),
                Instant.EPOCH);
    }
}
