package io.taskqueue.event;

/** The rule for names of peers: any text that is not empty and that UTF-8 can carry, because it travels with every event. */
public final class PeerName {

    /** The length of the longest name, in bytes of UTF-8. */
    public static final int MAX_BYTES = LegalName.MAX_BYTES;

    private PeerName() {}

    /**
     * Returns the name itself when it is legal.
     *
     * @throws IllegalArgumentException if it is empty, longer than {@value #MAX_BYTES} bytes, or holds half of a surrogate pair
     */
    public static String require(String name) {
        return LegalName.require("peer", "dispatcher-a", name);
    }
}
