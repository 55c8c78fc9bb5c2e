package io.taskqueue.streams.checkpoint;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a queue is marked diverged: what is missing of it since an operator cleared the mark last.
 *
 * <pre>
 *   (none) --- gap, the sink halts ------&gt; pending --- the sink is started with onGap(CONTINUE) ---&gt; passed
 *     |  ^                                    |                                                        |  ^
 *     |  +----------- cleared ----------------+-------------------- cleared ---------------------------+  | gap
 *     +-------------- gap, the sink continues ------------------------------------------------------------+
 * </pre>
 *
 * @param gaps the places where events are missing
 * @param missing how many events are missing in all of them
 * @param newest the newest of the places; null where a version that did not store it has marked the queue
 * @param at when the newest was found, by the sink's clock
 * @param pending whether the sink halts before the event behind it
 */
public record Divergence(int gaps, Missing missing, @Nullable Gap newest, Instant at, boolean pending) {

    /** A queue that was marked by a version that did not store why. */
    static Divergence unexplained(Instant at) {
        return new Divergence(1, new Missing(0, Missing.UNKNOWN), null, at, false);
    }

    /** A gap is found, after others or as the first. A sink that halts finds the same one at each start. */
    static Divergence of(@Nullable Divergence before, Gap gap, Instant at, boolean pending) {
        if (before == null || before.found(gap)) {
            return new Divergence(1, gap.missing(), gap, at, pending);
        }
        return new Divergence(before.gaps + 1, before.missing.plus(gap.missing()), gap, at, pending);
    }

    private boolean found(Gap gap) {
        return pending && gaps == 1 && newest != null && newest.found().equals(gap.found());
    }

    /** The sink has passed it. */
    Divergence passed() {
        return pending ? new Divergence(gaps, missing, newest, at, false) : this;
    }

    /** As a sentence part, such as {@code 4 events between 1/3 and 1/8 (retention deleted …)}. */
    public String text() {
        Gap gap = newest;
        if (gap == null) {
            return "an unknown number of events";
        }
        String place = gap.found().equals(gap.before())
                ? "after " + gap.before()
                : "between " + gap.before() + " and " + gap.found();
        return missing.text() + (gaps == 1 ? " " + place : " in " + gaps + " places, the newest " + place) + " ("
                + gap.cause().text() + ")";
    }
}
