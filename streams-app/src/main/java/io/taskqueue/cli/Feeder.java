package io.taskqueue.cli;

import io.taskqueue.queue.PayloadRefusedException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts lines into a queue on a thread of its own, so that a reader that blocks on standard input keeps nobody from stopping. */
final class Feeder {

    private final TaskQueue<String> queue;
    private final TaskLines lines;
    private volatile boolean ended;
    private volatile @Nullable Exception failure;

    private Feeder(TaskQueue<String> queue, TaskLines lines) {
        this.queue = queue;
        this.lines = lines;
    }

    static Feeder start(TaskQueue<String> queue, TaskLines lines) {
        Feeder feeder = new Feeder(queue, lines);
        Thread thread = new Thread(feeder::run, "feeder");
        thread.setDaemon(true);
        thread.start();
        return feeder;
    }

    private void run() {
        try {
            feed();
        } catch (IOException | RuntimeException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
        }
    }

    private void feed() throws IOException, InterruptedException {
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
            try {
                queue.enqueue(line.get());
            } catch (PayloadRefusedException e) {
                lines.refuse(e.getMessage());
            }
        }
    }

    /** Whether every line has been read, or reading failed. */
    boolean ended() {
        return ended;
    }

    /** Throws what ended the reading early, unless that was the queue's own closing. */
    void rethrow() throws IOException {
        Exception found = failure;
        if (found instanceof IOException io) {
            throw new CommandFailure(ExitCode.FAILED, "The tasks could not be read to the end: " + io.getMessage(), io);
        }
        if (found instanceof RuntimeException other && !(other instanceof QueueClosedException)) {
            throw other;
        }
    }
}
