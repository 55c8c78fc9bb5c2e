package io.taskqueue.streams.checkpoint;

import io.taskqueue.event.Position;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far each owner peer of one queue has come: the position up to which all of its own events are applied. For information.
 * Bounded for any number of names: after {@link #MAX} of them, the others share one entry. For the stream thread only.
 */
public final class PeerPositions {

    /** The entry of events without an owner peer. */
    public static final String DEFAULT = "default";

    /** The number of names that have an entry of their own. */
    static final int MAX = 64;

    /** The longest name that has an entry of its own, in characters. */
    static final int MAX_NAME = 256;

    /** The entry of all other names. */
    static final String OTHERS = "(others)";

    /** The newest position read of a peer, and the position up to which all of its events are applied. */
    public record Reached(Position newest, Position done) {}

    private static final class Peer {

        private final TreeSet<Position> unfinished = new TreeSet<>();
        private Position newest;

        private Peer(Position newest) {
            this.newest = newest;
        }

        private Reached reached() {
            if (unfinished.isEmpty()) {
                return new Reached(newest, newest);
            }
            Position lowest = unfinished.first();
            return new Reached(newest, new Position(lowest.epoch(), Math.max(0, lowest.sequence() - 1)));
        }
    }

    private final Map<String, Peer> byName = new TreeMap<>();

    /** Continues from what was stored. */
    static PeerPositions of(Map<String, Reached> stored) {
        PeerPositions peers = new PeerPositions();
        stored.forEach((name, reached) -> peers.byName.put(name, new Peer(reached.newest())));
        return peers;
    }

    /** An event of a peer is in flight. */
    public void began(String name, Position position) {
        Peer peer = byName.computeIfAbsent(entry(name), entry -> new Peer(position));
        peer.unfinished.add(position);
        if (position.compareTo(peer.newest) > 0) {
            peer.newest = position;
        }
    }

    /** An event of a peer is applied. */
    public void ended(String name, Position position) {
        Peer peer = byName.get(entry(name));
        if (peer != null) {
            peer.unfinished.remove(position);
        }
    }

    /** How far each peer has come, by name. */
    public Map<String, Reached> reached() {
        Map<String, Reached> reached = new TreeMap<>();
        byName.forEach((name, peer) -> reached.put(name, peer.reached()));
        return reached;
    }

    private String entry(String name) {
        if (byName.containsKey(name)) {
            return name;
        }
        return byName.size() < MAX && name.length() <= MAX_NAME ? name : OTHERS;
    }
}
