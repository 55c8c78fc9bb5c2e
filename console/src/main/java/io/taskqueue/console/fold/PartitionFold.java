package io.taskqueue.console.fold;

import io.taskqueue.console.fold.ViewStore.Entries;
import io.taskqueue.console.fold.ViewStore.Entry;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueContents;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.QueueFold;
import io.taskqueue.streams.state.StateReader;
import io.taskqueue.streams.state.StateWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The view of one partition of the event topic: takes its events in their order, and keeps its queues and tasks in a store, within bounds.
 *
 * <p>Thread-safe: events are taken by one thread, the rest is called by any. No call works on more than a part of the state, so that none keeps the
 * others waiting for long. Queues are in memory, tasks are not.
 */
public final class PartitionFold {

    /** The most tasks that a search examines for one part of a list. */
    static final int SEARCHED = 10_000;

    /** How many tasks, or queues, one call works on while others wait. */
    private static final int PART = 250;

    /** How many queues' oldest tasks are looked up in one pass over all queues. */
    private static final int LOOK_UPS = 2_000;

    private static final byte VERSION = 1;

    private final int partition;
    private final ViewStore store;
    private final TaskIndex tasks;
    private final EventTopicState topic;
    private final FoldBounds bounds;
    private final QueueActivities activities;
    private final Clock clock;
    private final Map<String, QueueState> queues = new HashMap<>();
    private final List<QueueState> inOrder = new ArrayList<>();
    private long next;
    private @Nullable Instant newest;
    private long undecodable;
    private long live;
    private long ended;
    private long unlisted;
    private long pass;
    private long stride = 1;
    private boolean closed;

    /**
     * Continues with what the store holds.
     *
     * @throws ViewFormatException if the store holds what this version cannot read
     * @throws TopicRecreatedException if it holds the view of another topic
     */
    public PartitionFold(
            int partition,
            ViewStore store,
            EventTopicState topic,
            FoldBounds bounds,
            QueueActivities activities,
            Clock clock) {
        this.partition = partition;
        this.store = store;
        this.tasks = new TaskIndex(store);
        this.topic = topic;
        this.bounds = bounds.share(topic.partitions());
        this.activities = activities;
        this.clock = clock;
        loadProgress();
        loadQueues();
        if (next > 0 && next < topic.start(partition)) {
            removeLost();
        }
    }

    private void loadProgress() {
        byte[] progress = store.get(ViewKeys.PARTITION);
        if (progress == null) {
            return;
        }
        StateReader from = StateReader.key(progress);
        byte version = from.readByte();
        if (version != VERSION) {
            throw new ViewFormatException("a partition of format version " + version);
        }
        next = from.readLong();
        undecodable = from.readLong();
        String id = from.readText();
        if (!id.equals(topic.id())) {
            throw new TopicRecreatedException(id, topic.id());
        }
    }

    private void loadQueues() {
        try (Entries entries = store.ascending(ViewKeys.FIRST_QUEUE, ViewKeys.FIRST_TASK)) {
            while (entries.hasNext()) {
                Entry entry = entries.next();
                QueueState queue = QueueState.read(ViewKeys.queueName(entry.key()), entry.value());
                add(queue);
                occurred(queue.lastEventAt());
                live += queue.live();
                ended += queue.ended();
            }
        }
    }

    /**
     * The topic no longer holds the records that would have come next. An owner writes its live tasks again before that happens, so a task
     * that the topic does not hold has ended meanwhile, or is lost.
     */
    private void removeLost() {
        for (QueueState queue : inOrder) {
            long before = live;
            for (ViewPhase phase : ViewPhase.values()) {
                if (phase.live()) {
                    live -= tasks.removeOlderThan(queue, phase, topic.start(partition));
                }
            }
            if (live != before) {
                store.put(ViewKeys.queue(queue.name), queue.toBytes());
            }
        }
    }

    public int partition() {
        return partition;
    }

    /** The offset behind the last record that was taken; 0 before the first. */
    public synchronized long next() {
        return next;
    }

    /** When the newest event occurred; empty before the first. */
    public synchronized Optional<Instant> newest() {
        return Optional.ofNullable(newest);
    }

    /** How many records could not be decoded. */
    public synchronized long undecodable() {
        return undecodable;
    }

    /** How many events are of tasks or queues beyond the bounds since the fold was created; they are missing in the lists. */
    public synchronized long unlisted() {
        return unlisted;
    }

    /** Takes the next event of the partition. */
    public synchronized QueueFold.Step apply(ReplicationEvent<?> event, long offset) {
        passed(offset);
        occurred(event.occurredAt());
        QueueState queue = queues.get(event.queueName());
        if (queue == null) {
            if (activities.queues() >= bounds.queues() && !forgetQuietQueue()) {
                unlisted++;
                return QueueFold.Step.APPLIED;
            }
            queue = new QueueState(event.queueName());
            add(queue);
        }
        QueueFold.Step step = queue.classify(event.position());
        switch (step) {
            case APPLIED, GAP -> apply(queue, event, offset);
            case STALE -> queue.stale();
            case DUPLICATE -> {} // was applied before
        }
        store.put(ViewKeys.queue(queue.name), queue.toBytes());
        return step;
    }

    /** Takes a record that is not a valid event: skips and counts it. */
    public synchronized void skipUndecodable(long offset) {
        undecodable++;
        passed(offset);
    }

    /** Passes on what the store has in memory, before it is committed with the offsets. */
    public synchronized void flush() {
        store.flush();
    }

    private void passed(long offset) {
        next = offset + 1;
        store.put(
                ViewKeys.PARTITION,
                StateWriter.key(64)
                        .putByte(VERSION)
                        .putLong(next)
                        .putLong(undecodable)
                        .putText(topic.id())
                        .toBytes());
    }

    private void occurred(Instant at) {
        newest = newest == null || at.isAfter(newest) ? at : newest;
    }

    private void apply(QueueState queue, ReplicationEvent<?> event, long offset) {
        queue.advance(event.position(), event.occurredAt(), event.kind());
        activities.of(queue.name).add(event.occurredAt(), clock.instant(), event.kind());
        TaskEvent<?> change = event.change().orElse(null);
        if (change == null) {
            return;
        }
        IndexedTask before = tasks.get(queue.name, change.task().id());
        IndexedTask after =
                new TaskChange(queue.name, change, event.position(), offset, bounds.eventsPerTask()).applyTo(before);
        boolean added =
                after.phase().live() && (before == null || !before.phase().live());
        if (added && live >= bounds.live()) {
            unlisted++;
            return;
        }
        if (before != null) {
            count(before.phase(), -1);
        }
        tasks.replace(queue, before, after);
        count(after.phase(), 1);
        if (!after.phase().live()) {
            limitEnded(queue, after.phase());
        }
    }

    private void count(ViewPhase phase, int change) {
        if (phase.live()) {
            live += change;
        } else {
            ended += change;
        }
    }

    private void limitEnded(QueueState queue, ViewPhase phase) {
        long tooMany = queue.tasks(phase) - bounds.endedPerQueue();
        if (tooMany > 0) {
            ended -= tasks.removeOldest(queue, phase, tooMany);
        }
        while (ended > bounds.ended()) {
            limitEndedInAll();
        }
    }

    /** The queue with the most ended tasks of one phase loses a tenth of them: the others are not looked through for each task. */
    private void limitEndedInAll() {
        QueueState most = null;
        ViewPhase ofPhase = ViewPhase.COMPLETED;
        for (QueueState queue : inOrder) {
            for (ViewPhase phase : List.of(ViewPhase.COMPLETED, ViewPhase.DRAINED, ViewPhase.DEAD)) {
                if (most == null || queue.tasks(phase) > most.tasks(ofPhase)) {
                    most = queue;
                    ofPhase = phase;
                }
            }
        }
        if (most == null) {
            throw new IllegalStateException("There are ended tasks without a queue. This is a defect.");
        }
        ended -= tasks.removeOldest(most, ofPhase, Math.max(1, most.tasks(ofPhase) / 10));
        store.put(ViewKeys.queue(most.name), most.toBytes());
    }

    /** Makes room for another queue; returns false if every queue of the partition has live tasks. */
    private boolean forgetQuietQueue() {
        Optional<QueueState> quiet =
                inOrder.stream().filter(queue -> queue.live() == 0).min(Comparator.comparing(QueueState::lastEventAt));
        quiet.ifPresent(this::forget);
        return quiet.isPresent();
    }

    private void forget(QueueState queue) {
        for (ViewPhase phase : ViewPhase.values()) {
            int removed = tasks.removeOldest(queue, phase, Long.MAX_VALUE);
            count(phase, -removed);
        }
        store.delete(ViewKeys.queue(queue.name));
        queues.remove(queue.name);
        inOrder.remove(queue);
        activities.forget(queue.name);
    }

    private void add(QueueState queue) {
        queues.put(queue.name, queue);
        inOrder.add(queue);
        QueueActivity unused = activities.of(queue.name);
    }

    /**
     * Brings the directory up to date with the queues of this partition.
     *
     * @param knownUpTo the time up to which the view knows all events: what was due before it is overdue
     * @param sample whether each queue's history gets a sample
     */
    public void refresh(QueueDirectory directory, Instant knownUpTo, boolean sample) {
        directory.retain(partition, names());
        int from = 0;
        while (from >= 0) {
            from = refresh(directory, knownUpTo, sample, from);
        }
    }

    private synchronized Set<String> names() {
        pass++;
        stride = 1 + inOrder.stream().filter(QueueState::frontsChanged).count() / LOOK_UPS;
        return new HashSet<>(queues.keySet());
    }

    private synchronized int refresh(QueueDirectory directory, Instant knownUpTo, boolean sample, int from) {
        if (closed) {
            return -1;
        }
        Instant now = clock.instant();
        int to = Math.min(inOrder.size(), from + PART);
        for (int at = from; at < to; at++) {
            QueueState queue = inOrder.get(at);
            if (queue.frontsChanged() && (at + pass) % stride == 0) {
                tasks.lookUpOldest(queue);
            }
            QueueActivity activity = activities.of(queue.name);
            boolean active = activity.active();
            if (queue.takeChanged() || active || queue.overdueSince(knownUpTo) != null) {
                directory.put(queue.view(partition, activity.rates(now), knownUpTo));
            }
            if (sample) {
                activity.sample(now, queue.depth(), activities.samplesPerQueue());
            }
        }
        return to == inOrder.size() ? -1 : to;
    }

    /** A task, once for each queue of this partition that has it or had it. */
    public synchronized List<IndexedTask> find(TaskId id) {
        return closed ? List.of() : tasks.find(id);
    }

    /**
     * Lists tasks of a queue of this partition, the newest changes first. Of a query with a text, the total is the number that was found in this part.
     *
     * @throws IllegalArgumentException if the phase or the position to continue at is invalid
     */
    public Page<TaskView> tasks(TaskQuery query) {
        return contents(query, Instant.MIN).map(QueueContents::tasks).orElseGet(() -> new Page<>(List.of(), 0, null));
    }

    /**
     * A queue of this partition with its tasks, as they are now; empty if this partition does not have it. What a text, or a number of failed attempts,
     * is searched for in is examined in parts, and only the first part is of the moment of the queue.
     *
     * @param knownUpTo as for {@link #refresh}
     * @throws IllegalArgumentException if the phase or the position to continue at is invalid
     */
    public Optional<QueueContents> contents(TaskQuery query, Instant knownUpTo) {
        List<ViewPhase> phases = phases(query.phase());
        String text = query.text() == null || query.text().isEmpty() ? null : query.text();
        boolean all = text == null && query.minFailed() <= 0;
        Predicate<IndexedTask> wanted =
                task -> task.failedAttempts() >= query.minFailed() && (text == null || task.contains(text));
        long before = before(query.after());
        List<TaskView> found = new ArrayList<>();
        QueueContents first = null;
        boolean complete = false;
        for (int examined = 0; !complete && examined < SEARCHED && found.size() < query.limit(); examined += PART) {
            synchronized (this) {
                QueueState queue = queues.get(query.queueName());
                if (queue == null || closed) {
                    break;
                }
                TaskIndex.Listed part = tasks.list(queue, phases, wanted, before, query.limit() - found.size(), PART);
                part.tasks().forEach(task -> found.add(task.view()));
                before = part.before();
                complete = part.complete();
                if (first == null) {
                    first = contents(
                            queue,
                            knownUpTo,
                            phases.stream().mapToLong(queue::tasks).sum());
                }
            }
        }
        if (first == null) {
            return Optional.empty();
        }
        Page<TaskView> page =
                new Page<>(found, all ? first.tasks().total() : found.size(), complete ? null : String.valueOf(before));
        return Optional.of(new QueueContents(first.queue(), first.history(), page));
    }

    /** A queue as it is now, with the number of its tasks. Called with the lock. */
    private QueueContents contents(QueueState queue, Instant knownUpTo, long total) {
        Instant now = clock.instant();
        QueueActivity activity = activities.of(queue.name);
        QueueView view = queue.view(partition, activity.rates(now), knownUpTo);
        List<QueueSample> history = new ArrayList<>(activity.samples());
        history.add(new QueueSample(now, view.depth(), view.rates()));
        return new QueueContents(view, history, new Page<>(List.of(), total, null));
    }

    private static List<ViewPhase> phases(@Nullable String phase) {
        if (phase == null) {
            return Arrays.asList(ViewPhase.values());
        }
        return List.of(ViewPhase.ofText(phase)
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no phase '" + phase + "'. The phases are " + ViewPhase.texts() + ".")));
    }

    private static long before(@Nullable String after) {
        if (after == null) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(after);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "A list of tasks cannot continue after '" + after + "'. Pass what its last part returned as next.",
                    e);
        }
    }

    /** The store is not used any more: lists are empty from now on. */
    public synchronized void close() {
        closed = true;
    }
}
