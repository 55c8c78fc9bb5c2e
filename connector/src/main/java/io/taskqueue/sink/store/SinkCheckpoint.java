package io.taskqueue.sink.store;

import io.taskqueue.event.Position;
import io.taskqueue.event.QueueName;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a sink has come in one queue: a position for each owner peer, each on its own.
 *
 * <p>What a peer has not had is decided by that peer's position alone, so that a peer that was down is never skipped because
 * another is further on. Immutable; a position only ever advances.
 *
 * @param peers each peer's newest applied position, in the order of the peers' names
 */
public record SinkCheckpoint(SortedMap<String, Position> peers) {

    /** Nothing applied yet. */
    public static final SinkCheckpoint START = new SinkCheckpoint(new TreeMap<>());

    /** @throws IllegalArgumentException if a peer's name is empty, too long or no UTF-8 */
    public SinkCheckpoint {
        peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
        peers.forEach((peer, position) -> {
            requirePeer(peer);
            Objects.requireNonNull(position, "position");
        });
    }

    /** @throws IllegalArgumentException if it is empty, longer than the longest queue name, or holds half of a surrogate pair */
    public static String requirePeer(String peer) {
        if (peer.isEmpty()
                || !StandardCharsets.UTF_8.newEncoder().canEncode(peer)
                || peer.getBytes(StandardCharsets.UTF_8).length > QueueName.MAX_BYTES) {
            throw new IllegalArgumentException("The name of a peer has 1 to " + QueueName.MAX_BYTES
                    + " bytes of UTF-8 and no half of a surrogate pair, but this one has " + peer.length()
                    + " characters and breaks that. Let peerKey return the name of a process.");
        }
        return peer;
    }

    /** The peer's newest applied position. */
    public Optional<Position> position(String peer) {
        return Optional.ofNullable(peers.get(peer));
    }

    /** The newest applied position of all peers. */
    public Optional<Position> position() {
        return peers.values().stream().max(Comparator.naturalOrder());
    }

    /** Whether the peer has had the event at the position. */
    public boolean covers(String peer, Position position) {
        return position(peer).filter(done -> done.compareTo(position) >= 0).isPresent();
    }

    /** The checkpoint with the peer at the position, or this one where the peer is there already or further. */
    public SinkCheckpoint advanced(String peer, Position position) {
        if (covers(peer, position)) {
            return this;
        }
        SortedMap<String, Position> next = new TreeMap<>(peers);
        next.put(peer, position);
        return new SinkCheckpoint(next);
    }
}
