package io.taskqueue.console.fold;

import io.taskqueue.console.model.QueueView;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The views of all queues, by name. A reader gets an immutable list that exists already; {@link #publish} makes another one where something has
 * changed, in which what has not changed is the same object. Thread-safe.
 */
public final class QueueDirectory {

    private final Map<String, QueueView> views = new HashMap<>();
    private final Map<String, Integer> indexes = new HashMap<>();
    private final Set<String> changed = new HashSet<>();
    private boolean namesChanged;
    private volatile List<QueueView> published = List.of();

    /** The queues as of the last {@link #publish}, by name. */
    public List<QueueView> queues() {
        return published;
    }

    /** One of these queues. */
    public synchronized Optional<QueueView> queue(String name) {
        Integer index = indexes.get(name);
        return index == null ? Optional.empty() : Optional.of(published.get(index));
    }

    /** A queue that two partitions have, because partitions were added, is shown as the one with the newer position states. */
    synchronized void put(QueueView view) {
        QueueView before = views.get(view.name());
        if (view.equals(before) || (before != null && isOlder(view, before))) {
            return;
        }
        views.put(view.name(), view);
        changed.add(view.name());
        namesChanged |= before == null;
    }

    /** Removes all queues. */
    public synchronized void clear() {
        namesChanged |= !views.isEmpty();
        views.clear();
    }

    /** Removes the queues of a partition that are not among these. */
    synchronized void retain(int partition, Set<String> names) {
        namesChanged |= views.values().removeIf(view -> view.partition() == partition && !names.contains(view.name()));
    }

    /** Makes what was put and removed visible to readers. */
    public synchronized void publish() {
        if (namesChanged) {
            published = views.values().stream()
                    .sorted(Comparator.comparing(QueueView::name))
                    .toList();
            indexes.clear();
            for (int index = 0; index < published.size(); index++) {
                indexes.put(published.get(index).name(), index);
            }
        } else if (!changed.isEmpty()) {
            QueueView[] next = published.toArray(QueueView[]::new);
            changed.forEach(name -> replace(next, name));
            published = List.of(next);
        }
        namesChanged = false;
        changed.clear();
    }

    private void replace(QueueView[] in, String name) {
        Integer index = indexes.get(name);
        QueueView view = views.get(name);
        if (index != null && view != null) {
            in[index] = view;
        }
    }

    private static boolean isOlder(QueueView view, QueueView than) {
        return view.partition() != than.partition()
                && (view.epoch() < than.epoch() || (view.epoch() == than.epoch() && view.sequence() < than.sequence()));
    }
}
