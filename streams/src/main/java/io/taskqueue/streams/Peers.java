package io.taskqueue.streams;

import io.taskqueue.event.Position;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far each owner peer of one queue has come: the position up to which all of its own events are applied. For information.
 * Bounded, whatever names come: after {@link #MAX} of them, the others share one entry. Only the stream thread touches it.
 */
final class Peers {

    /** Of events that no peer owns. */
    static final String DEFAULT = "default";

    /** Names that have an entry of their own. */
    static final int MAX = 64;

    /** Characters of a name that has an entry of its own. */
    static final int MAX_NAME = 256;

    /** The entry of all other names. */
    static final String OTHERS = "(others)";

    /** The newest position seen of a peer, and the one up to which all is applied. */
    record Reach(Position newest, Position done) {}

    private static final class Peer {

        private final TreeSet<Position> unfinished = new TreeSet<>();
        private Position newest;

        private Peer(Position newest) {
            this.newest = newest;
        }

        private Reach reach() {
            if (unfinished.isEmpty()) {
                return new Reach(newest, newest);
            }
            Position lowest = unfinished.first();
            return new Reach(newest, new Position(lowest.epoch(), Math.max(0, lowest.sequence() - 1)));
        }
    }

    private final Map<String, Peer> byName = new TreeMap<>();

    /** Goes on from what was stored. */
    static Peers of(Map<String, Reach> stored) {
        Peers peers = new Peers();
        stored.forEach((name, reach) -> peers.byName.put(name, new Peer(reach.newest())));
        return peers;
    }

    /** An event of a peer is in flight. */
    void began(String name, Position position) {
        Peer peer = byName.computeIfAbsent(entry(name), entry -> new Peer(position));
        peer.unfinished.add(position);
        if (position.compareTo(peer.newest) > 0) {
            peer.newest = position;
        }
    }

    /** It is applied. */
    void ended(String name, Position position) {
        Peer peer = byName.get(entry(name));
        if (peer != null) {
            peer.unfinished.remove(position);
        }
    }

    /** How far each has come, by name. */
    Map<String, Reach> reached() {
        Map<String, Reach> reached = new TreeMap<>();
        byName.forEach((name, peer) -> reached.put(name, peer.reach()));
        return reached;
    }

    private String entry(String name) {
        if (byName.containsKey(name)) {
            return name;
        }
        return byName.size() < MAX && name.length() <= MAX_NAME ? name : OTHERS;
    }
}
