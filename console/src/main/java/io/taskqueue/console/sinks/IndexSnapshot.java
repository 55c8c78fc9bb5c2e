package io.taskqueue.console.sinks;

import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.overview.GrowthMeter.Growth;
import io.taskqueue.console.overview.QueueProblems.SinkOfQueue;
import io.taskqueue.source.registry.Claim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All sinks and owners as they were at one moment. Immutable.
 */
final class IndexSnapshot {

    private final ViewProgress progress;
    private final @Nullable SortedMap<String, SinkSnapshot> sinks;
    private final @Nullable Map<String, Claim> claims;
    private final Map<String, Growth> growing;
    private final List<SinkPosition> positions;
    private final Map<String, List<SinkPosition>> byQueue;

    /**
     * @param sinks by name; null if they are unknown
     * @param claims the owners of queues, by queue; null if they are unknown
     * @param growing the queues that only grow
     */
    IndexSnapshot(
            ViewProgress progress,
            @Nullable SortedMap<String, SinkSnapshot> sinks,
            @Nullable Map<String, Claim> claims,
            Map<String, Growth> growing) {
        this.progress = progress;
        this.sinks = sinks;
        this.claims = claims;
        this.growing = growing;
        List<SinkPosition> all = new ArrayList<>();
        this.byQueue = new HashMap<>();
        sinks().values().forEach(sink -> all.addAll(sink.positions()));
        all.sort(Comparator.comparing(SinkPosition::queueName).thenComparing(SinkPosition::sink));
        all.forEach(position -> byQueue.computeIfAbsent(position.queueName(), queue -> new ArrayList<>())
                .add(position));
        this.positions = List.copyOf(all);
    }

    private IndexSnapshot(ViewProgress progress, IndexSnapshot contents) {
        this.progress = progress;
        this.sinks = contents.sinks;
        this.claims = contents.claims;
        this.growing = contents.growing;
        this.positions = contents.positions;
        this.byQueue = contents.byQueue;
    }

    /** The same contents, at another progress. */
    IndexSnapshot with(ViewProgress now) {
        return new IndexSnapshot(now, this);
    }

    ViewProgress progress() {
        return progress;
    }

    /** The sinks by name; none as long as they are unknown. */
    SortedMap<String, SinkSnapshot> sinks() {
        return sinks == null ? new TreeMap<>() : sinks;
    }

    boolean sinksKnown() {
        return sinks != null;
    }

    boolean ownersKnown() {
        return claims != null;
    }

    Optional<QueueOwner> owner(String queue) {
        return Optional.ofNullable(claims)
                .map(known -> known.get(queue))
                .map(claim -> new QueueOwner(claim.sourcePeerId(), claim.epoch(), claim.claimedAt()));
    }

    /** How a queue has grown; null if it has not, or if that is unknown. */
    @Nullable
    Growth growth(String queue) {
        return growing.get(queue);
    }

    /** All positions, by queue and sink. */
    List<SinkPosition> positions() {
        return positions;
    }

    List<SinkPosition> positionsOf(String queue) {
        return byQueue.getOrDefault(queue, List.of());
    }

    /** What badges say of the sinks of a queue. */
    List<SinkOfQueue> sinksOf(String queue, int partition) {
        Map<String, SinkPosition> bySink = new HashMap<>();
        positionsOf(queue).forEach(position -> bySink.put(position.sink(), position));
        return sinks().values().stream()
                .map(sink -> sink.of(partition, bySink.get(sink.view().name())))
                .toList();
    }
}
