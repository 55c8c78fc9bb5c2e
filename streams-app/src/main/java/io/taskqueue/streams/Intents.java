package io.taskqueue.streams;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The intents of one partition on their way into a commit. There is no callback that says a commit was made; but a failed one
 * ends the task, so it was made once the task is given a record or a tick again after the hook ran for it.
 *
 * <pre>
 *   ask --&gt; asked -- write --&gt; written -- hook --&gt; committing -- next pass --&gt; committed (the action runs)
 *             |                   |                    |
 *             +-------------------+--------------------+-- close --&gt; withdrawn (its record is deleted, the event waits)
 * </pre>
 *
 * <p>Closed while the partition rests, because what waits for a commit would make that commit wait. Thread-safe.
 */
final class Intents {

    private final Set<Intent> asked = new HashSet<>();
    private List<Intent> written = new ArrayList<>();
    private List<Intent> committing = new ArrayList<>();
    private final List<Intent> withdrawn = new ArrayList<>();
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
        store.intend(intent.key, intent.offset, now);
        written.add(intent);
        return true;
    }

    /** Deletes what was withdrawn after it had been written. */
    synchronized void deleteWithdrawn(ResultsStore store) {
        withdrawn.forEach(intent -> store.withdraw(intent.key));
        withdrawn.clear();
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

    /** Nothing begins any more, and what waits goes back to its lane. */
    synchronized void close() {
        closed = true;
        asked.forEach(Intent::withdraw);
        asked.clear();
        for (List<Intent> stored : List.of(written, committing)) {
            stored.forEach(Intent::withdraw);
            withdrawn.addAll(stored);
        }
        written = new ArrayList<>();
        committing = new ArrayList<>();
    }

    synchronized void open() {
        closed = false;
    }
}
