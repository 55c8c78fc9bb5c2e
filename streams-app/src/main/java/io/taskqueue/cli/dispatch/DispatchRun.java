package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.recover.RecoverySummary;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.config.DurationText;
import io.taskqueue.event.Position;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.CloseReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One run of the command, from the first line to the last acknowledgement. For the thread of the command.
 *
 * <pre>
 *   dispatch ---- every task has ended ----&gt; (--keep: wait for a signal) ----+
 *      |                                                                     v
 *      +---- signal, or a failure ----&gt; drain the queue, or
 *                                       hand it over ----&gt; wait for Kafka's acknowledgements ----&gt; report
 *                                                                   |                                   ^
 *                        second signal, --close-timeout, fenced ----+----&gt; write the events to a file --+
 * </pre>
 *
 * <p>Whatever happens, the queue is drained or handed over, the events are on Kafka or in a file, and the report is printed; then a failure ends the
 * command.
 */
final class DispatchRun {

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(50);
    /** Nothing is left to be acknowledged then. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final String queue;
    private final Dispatcher dispatcher;
    private final StopOptions options;
    private final ShutdownSignal shutdown;
    private final Ticker ticker;
    private final Output output;
    private final OutageReports outages;
    private @Nullable CommandFailedException failure;

    DispatchRun(
            String queue,
            Dispatcher dispatcher,
            StopOptions options,
            ShutdownSignal shutdown,
            Ticker ticker,
            Output output) {
        this.queue = queue;
        this.dispatcher = dispatcher;
        this.options = options;
        this.shutdown = shutdown;
        this.ticker = ticker;
        this.output = output;
        this.outages = new OutageReports(dispatcher::health, ticker, output::progress);
    }

    /**
     * Runs to the end.
     *
     * @param keep whether to continue when every task has ended
     * @throws CommandFailedException what failed, after the report is printed
     */
    void run(TaskFileReader tasks, TaskRate rate, boolean keep) throws InterruptedException {
        shutdown.waitWithoutLimit();
        dispatcher
                .recovery()
                .map(RecoverySummary::new)
                .map(RecoverySummary::losses)
                .filter(losses -> !losses.isEmpty())
                .ifPresent(losses -> failed(new CommandFailedException(ExitCode.FAILED, String.join(" ", losses))));
        boolean ended = dispatchAll(tasks, rate);
        if (ended && keep) {
            keepRunning();
        }
        RemainingTasks remaining = ended ? RemainingTasks.none(tasks) : stop(tasks);
        Path remainingFile = remaining.isEmpty() ? null : write(remaining);
        boolean confirmed = awaitReplicated();
        CloseReport closed = dispatcher.close(confirmed ? CLOSE_TIMEOUT : Duration.ZERO);
        Path unreplicatedFile = closed.complete() ? null : write(closed);
        requireThreads();
        DispatchReport report = new DispatchReport(
                queue,
                dispatcher.counters(),
                new DispatchReport.Earlier(dispatcher.recovery().map(RecoverySummary::new), dispatcher.abandoned()),
                tasks.skipped(),
                remaining,
                closed,
                confirmed,
                new DispatchReport.Files(remainingFile, unreplicatedFile));
        output.result(report.text(), report.json());
        if (failure != null) {
            throw failure;
        }
    }

    /** Returns whether every task has ended that the file contains. */
    private boolean dispatchAll(TaskFileReader tasks, TaskRate rate) throws InterruptedException {
        DispatchCounters counters = dispatcher.counters();
        try (Progress progress = Progress.start("dispatching tasks", output)) {
            return dispatcher.dispatch(tasks, rate, shutdown, () -> {
                outages.check();
                progress.update(counters.ended(), counters.tasks());
            });
        } catch (RuntimeException | Error e) {
            failed(failureOf(e));
            return false;
        }
    }

    private void keepRunning() throws InterruptedException {
        CompletableFuture<Position> replicated = dispatcher.replicated();
        boolean announced = false;
        try {
            while (!shutdown.await(CHECK_INTERVAL)) {
                dispatcher.requireRunning();
                outages.check();
                if (!announced && replicated.isDone()) {
                    output.progress("Every task has ended. Press Ctrl-C to stop.");
                    announced = true;
                }
            }
        } catch (RuntimeException | Error e) {
            failed(failureOf(e));
        }
    }

    private void requireThreads() {
        try {
            dispatcher.requireThreads();
        } catch (CommandFailedException e) {
            failed(e);
        }
    }

    /** A throwable of this thread is a failure like one of another thread: the queue is drained, and its events are not lost. */
    private static CommandFailedException failureOf(Throwable cause) {
        return cause instanceof CommandFailedException known
                ? known
                : ThreadFailures.failure(Thread.currentThread(), cause);
    }

    private RemainingTasks stop(TaskFileReader tasks) throws InterruptedException {
        if (dispatcher.counters().live() > 0) {
            output.progress(
                    "Stopping: waiting up to " + DurationText.of(options.grace()) + " for leases to finish ...");
        }
        RemainingTasks remaining = options.handOver()
                ? dispatcher.handOver(tasks, options.grace())
                : dispatcher.drain(tasks, options.grace());
        if (tasks.hasPartialLine()) {
            output.progress("Line " + remaining.nextLine()
                    + " was read from the pipe only in part, and is not dispatched. Pass it again.");
        }
        return remaining;
    }

    /** Writes the remaining tasks to the file that was named, or prints their lines; returns the file that has them. */
    private @Nullable Path write(RemainingTasks remaining) {
        String tasks = remaining.count() + " tasks remained, of lines " + String.join(", ", remaining.lines());
        Path file = options.drainTo().orElse(null);
        if (options.handOver()) {
            failed(new CommandFailedException(
                    ExitCode.FAILED,
                    tasks
                            + ": they were read from the pipe and were not in the queue when it was handed over. Pass those lines"
                            + " again."));
            return null;
        }
        if (file == null) {
            output.progress(tasks
                    + ". Pass --drain-to FILE to write such tasks to a file, or --hand-over to leave them to the next"
                    + " dispatcher.");
            return null;
        }
        try {
            remaining.write(file);
            return file;
        } catch (IOException e) {
            failed(new CommandFailedException(
                    ExitCode.FAILED,
                    tasks + ", and could not be written to " + file + ": " + e + ". Dispatch those lines again.",
                    e));
            return null;
        }
    }

    /** Waits for the acknowledgements; returns whether there are all. */
    private boolean awaitReplicated() throws InterruptedException {
        CompletableFuture<Position> replicated = dispatcher.replicated();
        long begin = ticker.nanos();
        boolean announced = false;
        while (true) {
            long waited = ticker.nanos() - begin;
            if (options.closeTimeout()
                            .filter(limit -> waited >= limit.toNanos())
                            .isPresent()
                    || shutdown.isRepeated()) {
                return replicated.isDone() && !replicated.isCompletedExceptionally();
            }
            if (!announced && waited >= PATIENCE.toNanos()) {
                output.progress(waiting());
                announced = true;
            }
            outages.check();
            try {
                replicated.get(CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
                outages.allAcknowledged();
                return true;
            } catch (TimeoutException e) {
                // Kafka is waited for without limit
            } catch (ExecutionException e) {
                String cause = String.valueOf(
                        e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
                failed(new CommandFailedException(ExitCode.FAILED, cause, e));
                return false;
            }
        }
    }

    private String waiting() {
        return String.format(
                Locale.ROOT,
                "Waiting until Kafka has acknowledged %,d events%s. %s gives up, and writes them to %s.",
                dispatcher.health().bufferedEvents(),
                options.closeTimeout()
                        .map(limit -> ", up to " + DurationText.of(limit))
                        .orElse(""),
                shutdown.isReceived() ? "Another SIGTERM or Ctrl-C" : "SIGTERM or Ctrl-C, twice,",
                options.unreplicatedFile(queue));
    }

    /** Writes the events that are not acknowledged; returns the file that has them. */
    private @Nullable Path write(CloseReport closed) {
        if (closed.unreplicated().count() == 0) {
            failed(new CommandFailedException(
                    ExitCode.FAILED,
                    closed.notReplicated() + " events of queue " + Output.escape(queue)
                            + " were emitted after its source had stopped, and are not recorded anywhere. Compare the tasks"
                            + " with the outcome at the target."));
            return null;
        }
        try {
            Path file = options.write(closed.unreplicated(), queue);
            failed(new CommandFailedException(
                    ExitCode.FAILED,
                    String.format(
                            Locale.ROOT,
                            "Kafka has not acknowledged %,d events, from %s to %s; they are in %s. Publish them with"
                                    + " `taskqueue resend` before another dispatcher claims queue %s; dispatching their tasks"
                                    + " again would do them twice.",
                            closed.unreplicated().count(),
                            closed.unreplicated().first(),
                            closed.unreplicated().last(),
                            file.toAbsolutePath(),
                            Output.escape(queue))));
            return file;
        } catch (CommandFailedException e) {
            failed(e);
            return null;
        }
    }

    /** The first failure ends the command, at the end; others are printed. */
    private void failed(CommandFailedException next) {
        if (failure == null) {
            failure = next;
        } else if (!String.valueOf(next.getMessage()).equals(failure.getMessage())) {
            output.progress(String.valueOf(next.getMessage()));
        }
    }
}
