package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Enqueues the tasks of a file on a thread of its own, so that a read that blocks on standard input does not delay a stop.
 *
 * <p>An {@code Error} is not handled here: it ends the thread, and so the command.
 */
final class TaskEnqueuer {

    /** How long a read may take to react to its interruption. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final TaskQueue<String> queue;
    private final TaskFileReader tasks;
    private final TaskRate rate;
    private @Nullable Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable TaskLine inHand;
    private volatile @Nullable CommandFailedException failure;

    private TaskEnqueuer(TaskQueue<String> queue, TaskFileReader tasks, TaskRate rate) {
        this.queue = queue;
        this.tasks = tasks;
        this.rate = rate;
    }

    static TaskEnqueuer start(TaskQueue<String> queue, TaskFileReader tasks, TaskRate rate, ThreadFailures failures) {
        TaskEnqueuer enqueuer = new TaskEnqueuer(queue, tasks, rate);
        enqueuer.thread = failures.start("task-enqueuer", enqueuer::run);
        return enqueuer;
    }

    private void run() {
        try {
            enqueueAll();
        } catch (QueueClosedException e) {
            return; // the task in hand stays there
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (CommandFailedException e) {
            failure = e;
        } catch (IOException e) {
            if (!stopping) {
                failure = new CommandFailedException(
                        ExitCode.FAILED,
                        "The file of tasks could not be read behind line " + (tasks.nextLine() - 1) + ": "
                                + e.getMessage() + ". Check the file, and continue with --from-line "
                                + tasks.nextLine() + ".",
                        e);
            }
        }
    }

    private void enqueueAll() throws IOException, InterruptedException {
        for (Optional<TaskLine> task = tasks.next(); task.isPresent(); task = tasks.next()) {
            inHand = task.get();
            rate.await();
            try {
                queue.enqueue(task.get().json(), task.get().key().text());
            } catch (PayloadRefusedException e) {
                tasks.reject(task.get().number(), e.getMessage());
            }
            inHand = null;
        }
    }

    /** Whether no more tasks follow: at the end of the file, after a failure, and once the queue is closed. */
    boolean ended() {
        Thread running = thread;
        return running != null && !running.isAlive();
    }

    /** @throws CommandFailedException if the file could not be read to its end */
    void requireReadToTheEnd() {
        CommandFailedException found = failure;
        if (found != null) {
            throw found;
        }
    }

    /**
     * Ends the reading.
     *
     * @return the tasks that were read from a pipe and not enqueued; none of a file, which can be read again from {@link
     *     #nextLine}
     */
    List<TaskLine> stop() throws InterruptedException {
        stopping = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            running.join(STOP_TIMEOUT.toMillis());
        }
        List<TaskLine> unused = new ArrayList<>();
        if (tasks.isPipe()) {
            TaskLine waiting = inHand;
            if (waiting != null) {
                unused.add(waiting);
            }
            if (ended()) {
                unused.addAll(tasks.readAhead());
            }
        }
        return unused;
    }

    /** The number of the first line that was not read, or is in hand and can be read again. */
    long nextLine() {
        TaskLine waiting = inHand;
        return waiting == null || tasks.isPipe() ? tasks.nextLine() : waiting.number();
    }
}
