package io.taskqueue.streams.rate;

/**
 * How many calls a sink makes in a second at most, all its instances together: of all events, and of the events of one peer. A call is an
 * action of an effect that runs; a result that is only returned from the record is none.
 *
 * <p>An event whose turn has not come waits without a worker, and its task with it; events of other peers begin meanwhile. Calls of a
 * tenth of a second that were not made may be made later, at once, and at least one. The one event that probes an unavailable target does
 * not wait, because all others would; what it calls is owed.
 *
 * @param perSecond calls a second, or {@link #UNLIMITED}
 * @param perKey calls a second of the events of one peer, or {@link #UNLIMITED}
 */
public record RateLimit(double perSecond, double perKey) {

    /** No limit. */
    public static final double UNLIMITED = Double.POSITIVE_INFINITY;

    /** Neither is limited. */
    public static final RateLimit NONE = new RateLimit(UNLIMITED, UNLIMITED);

    private static final double LOWEST = 0.001;
    private static final double HIGHEST = 1_000_000;

    /** @throws IllegalArgumentException if a limit is neither {@link #UNLIMITED} nor from 0.001 to 1,000,000 */
    public RateLimit {
        require("calls", perSecond);
        require("calls of one peer", perKey);
    }

    private static void require(String what, double rate) {
        if (rate != UNLIMITED && !(rate >= LOWEST && rate <= HIGHEST)) {
            throw new IllegalArgumentException("A rate limit of " + rate + " " + what
                    + " a second cannot be kept. Use 0.001 to 1000000, or no limit.");
        }
    }

    /** A limit of all calls. */
    public static RateLimit perSecond(double calls) {
        return new RateLimit(calls, UNLIMITED);
    }

    /** A limit of the calls of each peer. */
    public static RateLimit perKey(double calls) {
        return new RateLimit(UNLIMITED, calls);
    }

    /** Whether there is a limit. */
    public boolean limited() {
        return perSecond != UNLIMITED || perKey != UNLIMITED;
    }

    /** As text, such as {@code 100 calls/s, 5 calls/s of a peer}. */
    @Override
    public String toString() {
        if (!limited()) {
            return "unlimited";
        }
        String all = perSecond == UNLIMITED ? "" : number(perSecond) + " calls/s";
        String key = perKey == UNLIMITED ? "" : number(perKey) + " calls/s of a peer";
        return all + (all.isEmpty() || key.isEmpty() ? "" : ", ") + key;
    }

    private static String number(double rate) {
        return rate == Math.rint(rate) ? String.valueOf((long) rate) : String.valueOf(rate);
    }
}
