package io.taskqueue.source;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.source.mark.LiveTaskOffsets;
import io.taskqueue.source.mark.LiveTaskOffsets.Low;
import io.taskqueue.source.mark.PublishedMark;
import io.taskqueue.source.mark.RetentionGuard;
import io.taskqueue.source.publish.ProducerFactory;
import io.taskqueue.source.recovery.AbandonedTasks;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryLog;
import io.taskqueue.source.recovery.RecoveryReader;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.source.registry.Claim;
import io.taskqueue.source.registry.LowWaterMark;
import io.taskqueue.source.registry.LowWaterMark.Place;
import io.taskqueue.source.registry.QueueMarks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The live tasks of a source's queue on the topic: those of earlier owners, which the source recovered or counts in the background; the
 * low-water mark that follows from all of them; and their protection against retention.
 */
final class SourceMarks {

    /**
     * What the start of a source found out.
     *
     * @param place the queue's partition
     * @param fence the offset of the source's SourceStarted
     * @param published the mark that an earlier owner published last
     * @param hasPredecessor whether the queue was claimed before
     */
    record Opened(Place place, long fence, Optional<LowWaterMark> published, boolean hasPredecessor) {}

    private final Claim claim;
    private final Opened opened;
    private final GroupResources group;
    private final GroupSettings settings;
    private final LiveTaskOffsets offsets;
    private volatile boolean ended;
    private volatile @Nullable RecoveryReport recovery;
    private volatile @Nullable AbandonedTasks abandoned;
    private volatile @Nullable PublishedMark mark;

    SourceMarks(Claim claim, Opened opened, GroupResources group) {
        this.claim = claim;
        this.opened = opened;
        this.group = group;
        this.settings = group.settings();
        this.offsets = new LiveTaskOffsets(new Position(claim.epoch(), 0), opened.fence());
    }

    /** The queue's partition. */
    Place place() {
        return opened.place();
    }

    String queueName() {
        return claim.queueName();
    }

    boolean hasEnded() {
        return ended;
    }

    /** How the live tasks of earlier owners are read. */
    <T> RecoveryReader.Request<T> request(RecoveryReader<T> reader, Recovery recoverySettings) {
        return new RecoveryReader.Request<>(
                reader, opened.published(), OptionalLong.of(opened.fence()), recoverySettings);
    }

    /** The live tasks of earlier owners were read for the queue; each stays at the mark until the source has published it. */
    void recovered(RecoveryReader.Found<?> found) {
        RecoveryReport report = found.queue().report();
        offsets.abandoned(found.retained(), report.lastKey());
        recovery = report;
        RecoveryLog.recovered(claim.queueName(), report);
    }

    /** The live tasks of earlier owners were counted; they stay on the topic. */
    void counted(RecoveryReader.Found<?> found) {
        RecoveryReport report = found.queue().report();
        offsets.abandoned(found.retained(), report.lastKey());
        AbandonedTasks tasks =
                new AbandonedTasks(report.tasks().live(), report.tasks().oldest());
        abandoned = tasks;
        RecoveryLog.abandoned(claim.queueName(), tasks, report);
    }

    static RecoveryReader.Access access(GroupSettings settings) {
        return new RecoveryReader.Access(
                settings.kafka().all(),
                settings.kafka().apiTimeout(),
                settings.environment().time());
    }

    /**
     * Starts to publish marks and, unless the tasks of earlier owners are recovered, to count these.
     *
     * @param confirmed completes when everything so far is confirmed
     */
    void start(
            Supplier<CompletableFuture<Position>> confirmed,
            ProducerFactory producers,
            RetentionGuard.Snapshots snapshots) {
        if (recovery == null) {
            if (opened.hasPredecessor()) {
                group.abandoned().count(this);
            } else {
                offsets.abandoned(List.of(), Optional.empty());
            }
        }
        RetentionGuard guard = new RetentionGuard(
                offsets,
                snapshots,
                group.retention(opened.place().partition()),
                settings.environment().time());
        PublishedMark published =
                new PublishedMark(claim.queueName(), offsets, confirmed, low -> write(low, producers), guard::check);
        mark = published;
        group.marks().add(published);
    }

    private Future<?> write(Low low, ProducerFactory producers) {
        LowWaterMark mark = new LowWaterMark(
                claim.queueName(),
                claim.epoch(),
                opened.place(),
                low.offset(),
                low.position(),
                new LowWaterMark.Live(low.tasks(), low.upTo(), low.lastKey()),
                settings.environment().time().instant());
        return producers
                .current()
                .<Future<?>>map(producer ->
                        producer.send(QueueMarks.record(settings.topics().registry(), mark)))
                .orElseThrow(() -> new IllegalStateException("There is no producer now."));
    }

    void acknowledged(ReplicationEvent<?> event, long offset) {
        offsets.acknowledged(event, offset);
    }

    /** Publishes the last mark, waits for that no longer than the grace, and ends. */
    void finish(Duration grace) throws InterruptedException {
        ended = true;
        PublishedMark published = mark;
        if (published != null) {
            group.marks().finish(published, grace);
        }
    }

    /** Ends without another mark: the source has ended. */
    void stop() {
        ended = true;
        PublishedMark published = mark;
        if (published != null) {
            group.marks().remove(published);
        }
    }

    Optional<RecoveryReport> recovery() {
        return Optional.ofNullable(recovery);
    }

    Optional<AbandonedTasks> abandoned() {
        return Optional.ofNullable(abandoned);
    }
}
