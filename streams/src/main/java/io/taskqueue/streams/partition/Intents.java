package io.taskqueue.streams.partition;

import io.taskqueue.sink.EffectKey;
import io.taskqueue.streams.execution.Pause;
import io.taskqueue.streams.results.ResultsStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The intents of one partition that wait for a commit. No callback reports that a commit succeeded; but a failed one ends the
 * task, so it has succeeded when the task gets a record or a tick again after the hook ran for it.
 *
 * <pre>
 *   ask --&gt; asked -- write --&gt; written -- committing --&gt; committing -- committed --&gt; committed -- begun --&gt; (the action runs)
 *             |                   |                          |                          |
 *             +-------------------+--------------------------+--------------------------+-- withdrawAll --&gt; (its record is deleted,
 *             |                   |                          |                          |                    the event waits)
 *             +-------------------+--------------------------+--------------------------+-- cancel -------&gt; (its record is deleted,
 *                                                                                                            the worker was interrupted)
 * </pre>
 *
 * <p>From the request until the action runs, the worker lets other events be applied: a committed intent waits until it may continue.
 *
 * <p>None is accepted while workers may not begin ({@link PartitionLifecycle}), because what waits for a commit would make that
 * commit wait. Thread-safe.
 */
final class Intents {

    private final PartitionLifecycle lifecycle;
    private final Set<Intent> asked = new HashSet<>();
    private List<Intent> written = new ArrayList<>();
    private List<Intent> committing = new ArrayList<>();
    private final Set<Intent> committed = new HashSet<>();
    private final Supplier<Pause> pauses;

    /** @param pauses lets other work run in place of that of the current thread */
    Intents(PartitionLifecycle lifecycle, Supplier<Pause> pauses) {
        this.lifecycle = lifecycle;
        this.pauses = pauses;
    }

    /**
     * An intent of the current thread, which from now on has to wait for it.
     *
     * @param offset the event's
     * @param parks whether an operator decides where its outcome stays unknown
     */
    Intent create(EffectKey key, long offset, boolean parks) {
        return new Intent(key, offset, parks, pauses.get());
    }

    /** A worker requests to begin an effect; returns false where nothing begins now. */
    boolean ask(Intent intent) {
        // in one step with the check, so that a caller that pauses the partition and then withdraws all intents misses
        // none
        return lifecycle.admit(() -> addAsked(intent));
    }

    private synchronized void addAsked(Intent intent) {
        asked.add(intent);
    }

    /** Writes an intent that a worker requested, unless it was withdrawn. */
    synchronized void write(Intent intent, ResultsStore store, Instant now) {
        if (asked.remove(intent)) {
            store.intend(intent.key(), intent.offset(), now, intent.parks());
            written.add(intent);
        }
    }

    /** Whether an intent is written and waits for a commit. */
    synchronized boolean awaitCommit() {
        return !written.isEmpty();
    }

    /**
     * A worker does not wait any more for its intent. A later request for the same key happens after this call.
     *
     * @param recorded called where the intent has, or may have, a record to be deleted, whether committed or not
     */
    synchronized void cancel(Intent intent, Consumer<Intent> recorded) {
        if (!asked.remove(intent)) {
            written.remove(intent); // or a withdrawal would delete the record of a later intent of the key
            committing.remove(intent);
            committed.remove(intent);
            recorded.accept(intent);
        }
    }

    /** What is written is about to be committed. */
    synchronized void committing() {
        committing.addAll(written);
        written = new ArrayList<>();
    }

    /** The commit has succeeded. */
    synchronized void committed() {
        if (!committing.isEmpty()) {
            committed.addAll(committing);
            committing.forEach(Intent::commit);
            committing = new ArrayList<>();
        }
    }

    /** The action of an intent runs now. */
    synchronized void begun(Intent intent) {
        committed.remove(intent);
    }

    /**
     * Withdraws all that wait for a commit: their events are held. To be called once workers may not begin any more.
     *
     * @param recorded called with each intent that has a record to be deleted, before its worker continues
     */
    synchronized void withdrawAll(Consumer<Intent> recorded) {
        written.forEach(recorded);
        committing.forEach(recorded);
        for (Collection<Intent> waiting : List.of(asked, written, committing)) {
            waiting.forEach(Intent::withdraw);
        }
        for (Intent intent : committed) {
            if (intent.withdraw()) {
                recorded.accept(intent);
            }
        }
        committed.clear();
        asked.clear();
        written = new ArrayList<>();
        committing = new ArrayList<>();
    }
}
