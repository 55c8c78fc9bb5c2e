package io.taskqueue.streams;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The intents of one partition on their way into a commit. There is no callback that says a commit was made; but a failed one
 * ends the task, so it was made once the task is given a record or a tick again after the hook ran for it.
 *
 * <pre>
 *   ask --&gt; asked -- write --&gt; written -- hook --&gt; committing -- next pass --&gt; committed (the action runs)
 *             |                   |                    |
 *             +-------------------+--------------------+-- close --&gt; withdrawn (its record is deleted, the event waits)
 *             |                   |                    |
 *             +-------------------+--------------------+-- cancel -&gt; gone (its record is deleted, the worker was interrupted)
 * </pre>
 *
 * <p>Closed while the partition rests, because what waits for a commit would make that commit wait. Thread-safe.
 */
final class Intents {

    private final Set<Intent> asked = new HashSet<>();
    private List<Intent> written = new ArrayList<>();
    private List<Intent> committing = new ArrayList<>();
    private boolean closed;

    /** A worker wants to begin an effect; false where nothing begins now. */
    synchronized boolean ask(Intent intent) {
        return !closed && asked.add(intent);
    }

    /** Writes what a worker asked for, unless it was withdrawn, and says whether a commit is waited for. */
    synchronized boolean write(Intent intent, ResultsStore store, Instant now) {
        if (!asked.remove(intent)) {
            return false;
        }
        store.intend(intent, now);
        written.add(intent);
        return true;
    }

    /**
     * A worker does not wait any more for what it asked for. Whoever asks for the same key later does so after this.
     *
     * @param stored told where the intent has, or may have, a record to be deleted, be it committed or not
     */
    synchronized void cancel(Intent intent, Consumer<Intent> stored) {
        if (!asked.remove(intent)) {
            written.remove(intent); // or a close would delete the record of who asks for the key later
            committing.remove(intent);
            stored.accept(intent);
        }
    }

    /** What is in the store is about to be committed. */
    synchronized void committing() {
        committing.addAll(written);
        written = new ArrayList<>();
    }

    /** The commit was made. */
    synchronized void committed() {
        if (!committing.isEmpty()) {
            committing.forEach(Intent::commit);
            committing = new ArrayList<>();
        }
    }

    /**
     * Nothing begins any more, and what waits goes back to its lane.
     *
     * @param stored told of each intent that has a record to be deleted, before its worker goes on
     */
    synchronized void close(Consumer<Intent> stored) {
        closed = true;
        written.forEach(stored);
        committing.forEach(stored);
        for (Collection<Intent> waiting : List.of(asked, written, committing)) {
            waiting.forEach(Intent::withdraw);
        }
        asked.clear();
        written = new ArrayList<>();
        committing = new ArrayList<>();
    }

    synchronized void open() {
        closed = false;
    }
}
