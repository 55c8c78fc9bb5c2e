package io.taskqueue.torture.check;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.FoldedQueue;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.DrainedTask;
import io.taskqueue.queue.EnqueueOptions;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.QueueSnapshot;
import io.taskqueue.queue.RecoveredTask;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.DispatcherEntry.LeaseOutcome;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A dispatcher with a real queue, which recovers what its predecessor left. Its subclasses each have one fault. */
class PlainDispatcher {

    static final Duration LEASE = Duration.ofMillis(400);

    final TaskQueue<String> queue;
    private final long epoch;
    private final TopicJournal journal;
    private final HistoryWriter<DispatcherEntry> history;
    private final RunTime time;
    private final List<Lease<String>> held = new ArrayList<>();
    private final String name;
    private int enqueued;

    PlainDispatcher(
            String name,
            TopicJournal journal,
            MemoryTopic topic,
            HistoryWriter<DispatcherEntry> history,
            RunTime time) {
        this.name = name;
        this.epoch = journal.epoch();
        this.journal = journal;
        this.history = history;
        this.time = time;
        this.queue = TaskQueue.<String>builder("orders")
                .leaseDuration(LEASE)
                .heartbeatInterval(Duration.ofMillis(5))
                .requeueDelay(Duration.ofMillis(10))
                .maxAttempts(3)
                .closeGrace(Duration.ZERO)
                .clock(time)
                .ticker(time)
                .build();
        Moment from = time.now();
        topic.started(epoch, journal.instance());
        queue.attachRecovering(journal);
        recover(topic.fold().state());
        history.write(new DispatcherEntry.Claimed(from, time.now(), epoch, journal.instance()));
    }

    void recover(FoldedQueue<String> left) {
        List<RecoveredTask<String>> tasks = Stream.of(TaskPhase.values())
                .filter(TaskPhase::live)
                .flatMap(phase -> left.in(phase).stream())
                .map(PlainDispatcher::recovered)
                .toList();
        queue.recover(tasks);
        history.write(new DispatcherEntry.Recovered(time.now(), epoch, 0, 0, 0, tasks.size(), 0, 0));
    }

    private static RecoveredTask<String> recovered(FoldedTask<String> task) {
        return new RecoveredTask<>(
                task.task(), task.lastError(), task.token(), task.leaseExpiration(), task.availableAt());
    }

    /** Does one of the things that dispatchers do. */
    void step(SplittableRandom random) {
        try {
            switch (random.nextInt(10)) {
                case 0, 1 -> enqueue();
                case 2 -> enqueue(Duration.ofMillis(random.nextInt(100)));
                case 3, 4, 5 -> lease();
                case 6, 7, 8 -> end(random);
                default -> time.advance(Duration.ofMillis(random.nextInt(200)));
            }
        } catch (QueueClosedException e) {
            history.write(new DispatcherEntry.Fenced(time.now(), epoch, e.getMessage()));
        }
    }

    void enqueue() {
        enqueue(Duration.ZERO);
    }

    private void enqueue(Duration delay) {
        String key = name + "-" + ++enqueued;
        Optional<TaskId> task =
                queue.tryEnqueue("task " + key, EnqueueOptions.withKey(key).delay(delay));
        task.ifPresent(id -> confirm(EventKind.ENQUEUED, id, 1, key));
    }

    void confirm(EventKind change, TaskId task, int attempt, String key) {
        if (queue.isOpen() && owned) {
            history.write(new DispatcherEntry.Confirmed(time.now(), change, task, attempt, key, journal.position()));
        }
    }

    private boolean owned = true;

    /** Another dispatcher has claimed the queue: nothing is confirmed any more, although this one does not know it yet. */
    void lost() {
        owned = false;
    }

    void lease() {
        Moment asked = time.now();
        queue.tryLease().ifPresent(lease -> {
            held.add(lease);
            history.write(new DispatcherEntry.LeaseTaken(
                    asked, time.now(), epoch, lease.task().id(), lease.token(), lease.expiresAt()));
        });
    }

    void end(SplittableRandom random) {
        if (held.isEmpty()) {
            return;
        }
        Lease<String> lease = held.remove(random.nextInt(held.size()));
        int outcome = random.nextInt(10);
        if (outcome == 0) {
            return; // a worker that died: its lease expires
        }
        Moment asked = time.now();
        LeaseOutcome ended = LeaseOutcome.COMPLETED;
        try {
            lease.heartbeat();
            if (outcome < 7) {
                lease.complete();
            } else {
                lease.fail(TaskError.of("no answer"), outcome < 9);
                ended = LeaseOutcome.FAILED;
            }
        } catch (LeaseLostException | QueueClosedException e) {
            ended = LeaseOutcome.REFUSED;
        }
        history.write(
                new DispatcherEntry.LeaseEnded(asked, time.now(), lease.task().id(), lease.token(), ended));
        if (ended != LeaseOutcome.REFUSED) {
            confirm(
                    ended == LeaseOutcome.COMPLETED ? EventKind.COMPLETED : EventKind.FAILED,
                    lease.task().id(),
                    lease.attempt(),
                    null);
        }
    }

    /** Learns that another dispatcher owns the queue. */
    void fence() {
        queue.stop("Another source owns the queue.");
        history.write(new DispatcherEntry.Fenced(time.now(), epoch, "Another source owns the queue."));
    }

    /** Works without new tasks until none is live. */
    void drain(SplittableRandom random) {
        while (live() > 0) {
            lease();
            end(random);
            time.advance(Duration.ofMillis(50));
        }
        look();
    }

    private int live() {
        return queue.counts().pending()
                + queue.counts().delayed()
                + queue.counts().leased();
    }

    /** Writes down the queue as it is. */
    void look() {
        QueueSnapshot<String> seen = queue.snapshot();
        history.write(new DispatcherEntry.QueueSeen(
                time.now(),
                epoch,
                journal.position(),
                seen.tasks().stream()
                        .filter(entry -> entry.state() != QueueSnapshot.State.DEAD)
                        .map(entry -> new DispatcherEntry.LiveTask(
                                entry.task().id(),
                                entry.task().attempt(),
                                TaskPhase.valueOf(entry.state().name())))
                        .toList()));
    }

    void close() {
        queue.stop("The run has ended.");
        history.close();
    }

    final RunTime time() {
        return time;
    }

    /** The fault: it is notified that another one owns its queue, and continues. */
    static final class IgnoringItsFence extends PlainDispatcher {

        IgnoringItsFence(
                String name,
                TopicJournal journal,
                MemoryTopic topic,
                HistoryWriter<DispatcherEntry> history,
                RunTime time) {
            super(name, journal, topic, history, time);
        }

        @Override
        void fence() {
            time().advance(Duration.ofSeconds(2));
            enqueue();
            lease();
        }
    }

    /** The fault: what was recovered is restored a second time, when its first task has been completed meanwhile. */
    static final class RecoveringTwice extends PlainDispatcher {

        RecoveringTwice(
                String name,
                TopicJournal journal,
                MemoryTopic topic,
                HistoryWriter<DispatcherEntry> history,
                RunTime time) {
            super(name, journal, topic, history, time);
        }

        @Override
        void recover(FoldedQueue<String> left) {
            super.recover(left);
            left.in(TaskPhase.PENDING).stream().findFirst().ifPresent(first -> {
                queue.tryLease().ifPresent(Lease::complete);
                queue.restore(List.of(new DrainedTask<>(first.task(), first.lastError(), first.token())));
            });
        }
    }
}
