package io.taskqueue.streams.partition;

import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.KeyValues;
import io.taskqueue.streams.state.UndecodableFormat;
import io.taskqueue.streams.state.UndecodableFormat.Stored;
import io.taskqueue.streams.status.SinkProgress;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the records of one partition that could not be decoded, as long as the log holds the newest of them, and reports them at
 * most once a minute. For the stream thread only.
 */
final class UndecodableRecords {

    private static final Logger LOG = LoggerFactory.getLogger(UndecodableRecords.class);
    private static final long BETWEEN_REPORTS = Duration.ofMinutes(1).toNanos();

    private final SinkSettings<?> settings;
    private final SinkProgress progress;
    private final KeyValues store;
    private final int partition;
    private final Ticker ticker;
    private @Nullable Stored stored;
    private boolean changed;
    private boolean reported;
    private long reportedAt;

    UndecodableRecords(SinkSettings<?> settings, SinkProgress progress, KeyValues store, int partition) {
        this.settings = settings;
        this.progress = progress;
        this.store = store;
        this.partition = partition;
        this.ticker = settings.instruments().ticker();
        byte[] known = store.get(UndecodableFormat.KEY);
        stored = known == null ? null : UndecodableFormat.read(known);
    }

    /** A record was read for the first time, and could not be decoded. */
    void found(EventLocation at, Optional<EventHeaders> headers, String reason) {
        progress.undecodable();
        Stored before = stored;
        Stored now = new Stored(before == null ? 1 : before.count() + 1, at.topicId(), at.offset());
        stored = now;
        changed = true;
        long time = ticker.nanos();
        if (!reported || time - reportedAt >= BETWEEN_REPORTS) {
            reported = true;
            reportedAt = time;
            LOG.warn(
                    "Sink {} cannot decode records of partition {} of topic {}: {} until now, moved to topic {}; the newest is "
                            + "at offset {}{}: {} Check that the sink reads the payloads that the source writes, and name the "
                            + "queues that it is for with queues(...) (--queue)",
                    settings.name(),
                    partition,
                    settings.topics().events(),
                    now.count(),
                    settings.topics().deadLetters(),
                    at.offset(),
                    headers.map(event -> ", of queue " + event.queueName()).orElse(""),
                    reason);
        }
    }

    /** Adopts what the cluster reports: records that the log does not hold any more are not counted. */
    void adopt(Uuid topicId, long logStart) {
        Stored known = stored;
        if (known != null && (!known.topicId().equals(topicId) || known.newestOffset() < logStart)) {
            stored = null;
            changed = true;
        }
    }

    /** Just before a commit. */
    void write() {
        if (!changed) {
            return;
        }
        Stored now = stored;
        if (now == null) {
            store.delete(UndecodableFormat.KEY);
        } else {
            store.put(UndecodableFormat.KEY, UndecodableFormat.write(now));
        }
        changed = false;
    }
}
