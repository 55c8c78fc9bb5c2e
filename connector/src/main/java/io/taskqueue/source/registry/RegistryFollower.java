package io.taskqueue.source.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the registry holds about one queue, behind the claim of its source.
 *
 * <pre>
 *   EXPECTING ----- opened: the epoch is known ----&gt; FOLLOWING ----- a newer claim, or the registry is lost ----&gt; ENDED
 *   records are kept                                 records are passed on
 * </pre>
 *
 * <p>Between its registration and its claim the registry may be read by others of the process; what is read then is kept, so that
 * nothing behind the claim is missed. Thread-safe; the listener is called on the thread that reads the registry.
 */
public final class RegistryFollower {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryFollower.class);

    /** What is done with what the registry holds. */
    public interface Listener {

        /** A record about the queue that is not a claim; each once, in their order. */
        void record(RegistryRecord record);

        /** Another source has claimed the queue. */
        void superseded(Claim newer);

        /** The registry no longer holds the claim. */
        void lost(RegistryLostException cause);
    }

    private final String queueName;
    private final List<RegistryRecord> kept = new ArrayList<>();
    private @Nullable Claim own;
    private @Nullable Listener listener;
    private long openedIn;
    private boolean ended;

    public RegistryFollower(String queueName) {
        this.queueName = queueName;
    }

    public String queueName() {
        return queueName;
    }

    /**
     * The queue is claimed.
     *
     * @param from the offset up to which the registry was read for the claim: earlier records are known
     * @param readings how many readings of the registry have begun, those that may see the claim among them
     * @param source is notified from now on
     */
    synchronized void opened(Claim claim, long from, long readings, Listener source) {
        own = claim;
        openedIn = readings;
        listener = source;
        kept.removeIf(record -> record.offset() < from);
    }

    /** The claim; empty before it is written, and once this has ended. */
    synchronized Optional<Claim> claim() {
        return ended ? Optional.empty() : Optional.ofNullable(own);
    }

    /** Whether the claim was written before that reading of the registry began. */
    synchronized boolean isOpenBefore(long reading) {
        return own != null && !ended && openedIn < reading;
    }

    synchronized long epoch() {
        return own == null || ended ? -1 : own.epoch();
    }

    synchronized void take(RegistryRecord record) {
        if (!ended) {
            kept.add(record);
        }
    }

    /** Passes on what was taken, once the claim is known; returns whether it is. */
    boolean deliver() {
        Listener source = listener();
        if (source == null) {
            return false;
        }
        for (RegistryRecord record : takeKept()) {
            if (record.key().kind() != RegistryKey.Kind.CLAIM) {
                handle(record, source);
            } else if (record.offset() > epoch() && record.value() != null && end()) {
                source.superseded(read(record));
                return true;
            }
        }
        return true;
    }

    private synchronized @Nullable Listener listener() {
        return listener;
    }

    private synchronized List<RegistryRecord> takeKept() {
        if (ended || kept.isEmpty()) {
            return List.of();
        }
        List<RegistryRecord> taken = List.copyOf(kept);
        kept.clear();
        return taken;
    }

    void lost(RegistryLostException cause) {
        Listener source = listener();
        if (end() && source != null) {
            source.lost(cause);
        }
    }

    private synchronized boolean end() {
        boolean ends = !ended;
        ended = true;
        kept.clear();
        return ends;
    }

    private void handle(RegistryRecord record, Listener source) {
        try {
            source.record(record);
        } catch (RuntimeException e) {
            LOG.error(
                    "The record at offset {} of the registry for queue {} could not be handled. The source continues without it.",
                    record.offset(),
                    queueName,
                    e);
        }
    }

    private static Claim read(RegistryRecord record) {
        try {
            return ClaimJson.read(record, "registry");
        } catch (IllegalArgumentException e) {
            return ClaimJson.unreadable(record);
        }
    }
}
