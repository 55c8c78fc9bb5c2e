package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Enqueues the tasks of a file on a thread of its own, so that a read that blocks on standard input does not delay a stop. */
final class TaskEnqueuer {

    private final TaskQueue<String> queue;
    private final TaskFileReader tasks;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    private TaskEnqueuer(TaskQueue<String> queue, TaskFileReader tasks) {
        this.queue = queue;
        this.tasks = tasks;
    }

    static TaskEnqueuer start(TaskQueue<String> queue, TaskFileReader tasks) {
        TaskEnqueuer enqueuer = new TaskEnqueuer(queue, tasks);
        Thread thread = new Thread(enqueuer::run, "task-enqueuer");
        thread.setDaemon(true);
        thread.start();
        return enqueuer;
    }

    private void run() {
        try {
            enqueueAll();
            end.complete(null);
        } catch (QueueClosedException e) {
            end.complete(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end.complete(null);
        } catch (IOException | RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    private void enqueueAll() throws IOException, InterruptedException {
        for (Optional<String> task = tasks.next(); task.isPresent(); task = tasks.next()) {
            try {
                queue.enqueue(task.get());
            } catch (PayloadRefusedException e) {
                tasks.reject(e.getMessage());
            }
        }
    }

    /**
     * Whether the last task was enqueued, or the queue was closed.
     *
     * @throws CommandFailedException if the file could not be read to its end
     */
    boolean ended() throws InterruptedException {
        if (!end.isDone()) {
            return false;
        }
        try {
            end.get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException unreadable) {
                throw new CommandFailedException(
                        ExitCode.FAILED,
                        "The file of tasks could not be read to its end: " + unreadable.getMessage()
                                + ". Check the file.",
                        unreadable);
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
