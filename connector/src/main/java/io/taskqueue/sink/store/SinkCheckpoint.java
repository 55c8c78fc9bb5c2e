package io.taskqueue.sink.store;

import io.taskqueue.event.NameRule;
import io.taskqueue.event.Position;
import java.util.Collections;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The progress of a sink in one queue: an independent position for each owner peer.
 *
 * <p>Whether an event of a peer was applied is decided by that peer's position alone, so that a peer that was down does not lose
 * events because another peer is ahead. Immutable; positions only advance.
 *
 * @param peers the newest applied position of each peer, sorted by the peers' names
 */
public record SinkCheckpoint(SortedMap<String, Position> peers) {

    /** The checkpoint before the first event. */
    public static final SinkCheckpoint START = new SinkCheckpoint(new TreeMap<>());

    /**
     * @throws IllegalArgumentException if a peer's name is empty, longer than {@value NameRule#MAX_BYTES} bytes of UTF-8, or
     *     contains an unpaired surrogate
     */
    public SinkCheckpoint {
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
        peers.forEach((peer, position) -> {
            NameRule.require("peer name", "dispatcher-a", peer);
            Objects.requireNonNull(position, "position");
        });
    }

    /** The newest applied position of the peer. */
    public Optional<Position> position(String peer) {
        return Optional.ofNullable(peers.get(peer));
    }

    /** The newest applied position of all peers. */
    public Optional<Position> position() {
        return peers.values().stream().max(Comparator.naturalOrder());
    }

    /** Whether the event at the position was applied for the peer. */
    public boolean covers(String peer, Position position) {
        return position(peer).filter(done -> done.compareTo(position) >= 0).isPresent();
    }

    /** The checkpoint with the peer at the position, or this one if the peer is at the position or ahead of it. */
    public SinkCheckpoint advanced(String peer, Position position) {
        if (covers(peer, position)) {
            return this;
        }
        SortedMap<String, Position> next = new TreeMap<>(peers);
        next.put(peer, position);
        return new SinkCheckpoint(next);
    }
}
