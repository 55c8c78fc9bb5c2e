package io.taskqueue.source.mark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.ManualTime;
import io.taskqueue.source.mark.LiveTaskOffsets.Low;
import io.taskqueue.source.mark.LiveTaskOffsets.RetainedRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MarkPublisherTest {

    private static final Duration INTERVAL = Duration.ofMillis(10);

    private final ManualTime time = new ManualTime();
    private final LiveTaskOffsets offsets = new LiveTaskOffsets(new Position(20, 0), 100);
    private final List<Low> written = new CopyOnWriteArrayList<>();
    private final AtomicInteger ticks = new AtomicInteger();
    private volatile CompletableFuture<Position> confirmation = CompletableFuture.completedFuture(new Position(20, 0));
    private final MarkPublisher publisher = new MarkPublisher(INTERVAL, time);
    private final PublishedMark mark = new PublishedMark(
            "orders",
            offsets,
            () -> confirmation,
            low -> {
                written.add(low);
                return CompletableFuture.completedFuture(null);
            },
            ticks::incrementAndGet);
    private final Thread thread = new Thread(publisher, "marks");
    private long sequence;

    @BeforeEach
    void add() {
        publisher.add(mark);
    }

    @Test
    void aQueueThatCannotBeConfirmedDelaysNoOther() {
        LiveTaskOffsets stuck = new LiveTaskOffsets(new Position(20, 0), 100);
        stuck.abandoned(List.of(), Optional.empty());
        publisher.add(new PublishedMark(
                "stuck",
                stuck,
                CompletableFuture::new,
                low -> {
                    throw new AssertionError("It is not confirmed.");
                },
                () -> {}));
        offsets.abandoned(List.of(), Optional.empty());
        thread.start();

        await().until(() -> written.size() == 1);
        offsets.acknowledged(event(EventKind.SNAPSHOT, 1), 102 + MarkPublisher.MOVED_OFFSETS);
        await().until(() -> written.size() == 2);
    }

    @Test
    void anErrorOfARoundIsFollowedByTheNextRound() {
        AtomicInteger errors = new AtomicInteger();
        LiveTaskOffsets failing = new LiveTaskOffsets(new Position(20, 0), 100);
        failing.abandoned(List.of(), Optional.empty());
        publisher.add(new PublishedMark(
                "failing",
                failing,
                () -> {
                    if (errors.incrementAndGet() < 3) {
                        throw new OutOfMemoryError("on purpose");
                    }
                    return CompletableFuture.completedFuture(new Position(20, 0));
                },
                low -> CompletableFuture.completedFuture(null),
                () -> {}));
        offsets.abandoned(List.of(), Optional.empty());
        thread.start();

        await().until(() -> errors.get() == 3);
        await().until(() -> written.size() == 1);
    }

    @Test
    void periodicChecksContinueWhileQueuesAreAddedAllTheTime() {
        thread.start();
        AtomicInteger added = new AtomicInteger();
        int before = ticks.get();
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            publisher.add(new PublishedMark(
                    "queue-" + added.incrementAndGet(),
                    new LiveTaskOffsets(new Position(20, 0), 100),
                    CompletableFuture::new,
                    low -> CompletableFuture.completedFuture(null),
                    () -> {}));
            return ticks.get() >= before + 3;
        });
    }

    @AfterEach
    void end() throws Exception {
        thread.interrupt();
        thread.join(10_000);
    }

    @Test
    void firstMarkWaitsForTheTasksOfEarlierOwners() {
        thread.start();
        awaitTicks(3);
        assertThat(written).isEmpty();

        offsets.abandoned(List.of(new RetainedRecord(id(1), 40, new Position(10, 1), Instant.EPOCH)), Optional.empty());
        await().until(() -> written.size() == 1);
        assertThat(written.get(0).offset()).isEqualTo(40);
    }

    @Test
    void smallMovesAreCollectedAndLargeOnesPublished() {
        offsets.abandoned(List.of(), Optional.empty());
        thread.start();
        await().until(() -> written.size() == 1);
        enqueue(101);
        awaitTicks(3);
        assertThat(written).hasSize(1);

        time.advance(INTERVAL.multipliedBy(MarkPublisher.INTERVALS_OF_SMALL_CHANGES));
        await().until(() -> written.size() == 2);
        assertThat(written.get(1).tasks()).isEqualTo(1);

        offsets.acknowledged(event(EventKind.SNAPSHOT, 1), 102 + MarkPublisher.MOVED_OFFSETS);
        await().until(() -> written.size() == 3);
    }

    @Test
    void markIsWrittenOnlyBehindItsConfirmation() {
        CompletableFuture<Position> pending = new CompletableFuture<>();
        confirmation = pending;
        offsets.abandoned(List.of(), Optional.empty());
        thread.start();
        await().until(() -> pending.getNumberOfDependents() > 0);
        enqueue(101);
        assertThat(written).isEmpty();

        pending.complete(new Position(20, 0));
        await().until(() -> written.size() == 1);
        assertThat(written.get(0).upTo()).isEqualTo(new Position(20, 0)); // not what came after it was taken
    }

    @Test
    void nothingIsWrittenThatIsNotConfirmedAndTheNextIntervalTriesAgain() {
        confirmation = CompletableFuture.failedFuture(new IllegalStateException("claimed by another source"));
        offsets.abandoned(List.of(), Optional.empty());
        thread.start();
        awaitTicks(3);
        assertThat(written).isEmpty();

        confirmation = CompletableFuture.completedFuture(new Position(20, 0));
        await().until(() -> written.size() == 1);
    }

    @Test
    void lastMarkIsWrittenAtTheEnd() throws Exception {
        offsets.abandoned(List.of(), Optional.empty());
        thread.start();
        await().until(() -> written.size() == 1);
        enqueue(101);

        publisher.finish(mark, Duration.ofSeconds(10));

        assertThat(written).hasSize(2);
        assertThat(written.get(1).tasks()).isEqualTo(1);
    }

    private void awaitTicks(int count) {
        int before = ticks.get();
        await().until(() -> ticks.get() >= before + count);
    }

    private void enqueue(long offset) {
        offsets.acknowledged(event(EventKind.ENQUEUED, 1), offset);
    }

    private ReplicationEvent<String> event(EventKind kind, long task) {
        sequence++;
        return ReplicationEvent.of(
                "orders",
                new SourceMetadata(new Position(20, sequence), "peer", null, Instant.EPOCH),
                TaskEvent.builder(kind, sequence, Instant.EPOCH, new Task<>(id(task), 1, Instant.EPOCH, "payload"))
                        .build());
    }

    private static TaskId id(long number) {
        return new TaskId("orders", 20, number);
    }
}
