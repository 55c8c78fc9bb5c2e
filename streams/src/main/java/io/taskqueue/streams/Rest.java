package io.taskqueue.streams;

import io.taskqueue.sink.SinkStoppedException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether one partition's workers may run, and whether a revocation now would commit what they find out. Only the stream thread
 * calls it, but for {@link #pause()}, {@link #awaitIdle(long)} and {@link #awaitRest(long)}.
 *
 * <pre>
 *                 resume                    pause
 *   asleep  --------------&gt;  working  --------------&gt;  paused, for a hand-over
 *   (at first,  &lt;----------     |     &lt;--------------
 *   or nothing     sleep        |         resume
 *   is due)                     +-- stopWhere, or the sink closes --&gt;  paused for good
 * </pre>
 */
final class Rest<T> implements Quiesce.Restful {

    /** A tick that was called off stays with Kafka Streams until it would have come, and the clock may be set back meanwhile. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);

    private final SinkParts<T> parts;
    private final Lanes<T> lanes;
    private final Handover<Handed> handover;
    private final Intents intents;
    private final InFlight<T> inFlight;
    private final Parking<T> parking;
    private @Nullable SinkStoppedException failure;
    private boolean marked;
    private boolean asleep = true; // until its first pass: a task that ends before it commits nothing

    Rest(
            SinkParts<T> parts,
            Lanes<T> lanes,
            Handover<Handed> handover,
            Intents intents,
            InFlight<T> inFlight,
            Parking<T> parking) {
        this.parts = parts;
        this.lanes = lanes;
        this.handover = handover;
        this.intents = intents;
        this.inFlight = inFlight;
        this.parking = parking;
        lanes.pause();
    }

    @Override
    public void pause() {
        lanes.pause();
        intents.close(this::withdraw);
    }

    /** Through the handover, so that who waits for that to be empty waits for this, and a later intent of the key stays. */
    private void withdraw(Intent intent) {
        handover.add(new Handed.Withdrawn(intent.key));
    }

    /** Lets the workers go on, if they were only held for a hand-over. */
    void resume() {
        asleep = false;
        parts.quiesce().resumed(this);
        if (!forGood()) {
            intents.open();
            lanes.resume();
            if (forGood()) {
                pause(); // the close came between
            }
        }
    }

    /**
     * Falls asleep where nothing runs and nothing can begin for a while, and says for how long: nothing begins before it is
     * resumed, so that nothing is lost where the partition goes to another instance before that.
     */
    Optional<Duration> sleep() {
        if (forGood()) {
            return Optional.empty();
        }
        Optional<Duration> still = lanes.pauseWhileStill()
                .filter(wait -> wait.compareTo(SinkProcessor.TICK) > 0 && !handover.waits())
                .map(wait -> wait.compareTo(LONGEST_SLEEP) < 0 ? wait : LONGEST_SLEEP);
        asleep = still.isPresent();
        if (!asleep) {
            resume();
        }
        return still;
    }

    /** Begins nothing more where there is a reason; the first one stands. */
    void stopWhere(@Nullable SinkStoppedException reason) {
        if (reason != null && failure == null) {
            failure = reason;
            parts.quiesce().failing();
            pause();
        }
    }

    /** Why nothing more is begun, or null. */
    @Nullable
    SinkStoppedException failure() {
        return failure;
    }

    /** Whether nothing more is begun, for good: the sink stops, be it for another partition's sake. */
    boolean forGood() {
        return failure != null || parts.quiesce().stopping();
    }

    /** Whether there is nothing to do. */
    boolean idle() {
        return inFlight.size() == 0 && failure == null && !parking.anyReleased();
    }

    /** The task has done something that makes it commit, or has just committed. */
    void marked(boolean now) {
        marked = now;
    }

    @Override
    public boolean willCommit() {
        return marked || asleep || inFlight.size() == 0;
    }

    @Override
    public boolean still() {
        return !marked && (asleep || idle());
    }

    @Override
    public boolean full() {
        return inFlight.size() >= parts.settings().maxInFlight;
    }

    @Override
    public long awaitIdle(long nanos) throws InterruptedException {
        return lanes.awaitIdle(nanos);
    }

    @Override
    public long awaitRest(long nanos) throws InterruptedException {
        long left = lanes.awaitIdle(nanos);
        return handover.awaitTaken(left);
    }

    /** Interrupts what still runs: the next owner of the partition applies it. */
    void abandon() {
        lanes.shut();
        intents.close(this::withdraw); // threads of the sink's own may wait for one
    }
}
