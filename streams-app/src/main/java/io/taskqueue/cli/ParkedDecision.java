package io.taskqueue.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.streams.ParkedEvents;
import io.taskqueue.streams.ParkedTask;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What redrive and discard have in common: choose, show the plan, carry it out, and wait until the sink has taken it. */
final class ParkedDecision {

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    @Mixin
    private ParkedOptions options = new ParkedOptions();

    @Option(names = "--all", description = "All that is parked at the sink.")
    private boolean all;

    @Option(names = "--execute", description = "Tell the sink. Without it, the plan is printed and nothing changes.")
    private boolean execute;

    @Option(
            names = "--wait",
            paramLabel = "D",
            description = "With --execute: wait this long until the sink has taken the command.")
    private @Nullable Duration wait;

    @Option(
            names = "--by",
            paramLabel = "WHO",
            defaultValue = "${sys:user.name}",
            description = "Who decides. Default: the user of this machine, ${DEFAULT-VALUE}.")
    private String by = "";

    @Mixin
    private Output output = new Output();

    private final Clock clock = Clock.systemUTC();

    /** Tells the sink about one task. */
    @FunctionalInterface
    interface Command {
        void send(ParkedEvents parked, ParkedTask task, String by) throws InterruptedException;
    }

    /**
     * What the command printed, as JSON.
     *
     * @param taken how many tasks are not parked any more as they were; absent where that was not waited for
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(String name, String action, boolean executed, List<JsonNode> tasks, @Nullable Integer taken) {}

    /**
     * Carries a decision out, where that was asked for.
     *
     * @param action what it is called
     * @param effect what it does to the tasks, as a sentence of the plan
     */
    int decide(String action, String effect, Command command) throws InterruptedException {
        requireSense();
        ParkedEvents parked = options.connect();
        List<ParkedTask> tasks = options.tasks(parked);
        if (tasks.isEmpty()) {
            output.result(
                    "Nothing is parked at sink " + options.name() + (options.queue() == null ? "." : " of that queue."),
                    new Result(options.name(), action, false, List.of(), null));
            return ExitCode.OK;
        }
        if (execute) {
            for (ParkedTask task : tasks) {
                send(parked, task, command);
            }
        }
        Integer taken = wait == null ? null : await(parked, tasks, wait);
        output.result(
                ParkedTable.tasks(tasks)
                        + System.lineSeparator().repeat(2)
                        + effect
                        + System.lineSeparator()
                        + end(tasks.size(), taken),
                new Result(
                        options.name(),
                        action,
                        execute,
                        tasks.stream().map(ParkedJson::line).toList(),
                        taken));
        return taken == null || taken == tasks.size() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void requireSense() {
        TaskChoice.parse(options.task());
        boolean chosen = options.task() != null || options.queue() != null;
        if (chosen == all) {
            throw new CommandFailure(ExitCode.USAGE, "Which tasks? Give --task, --queue, or both; or --all alone.");
        }
        if (wait != null && !execute) {
            throw new CommandFailure(
                    ExitCode.USAGE, "Without --execute there is nothing to wait for. Give --wait with --execute.");
        }
    }

    private void send(ParkedEvents parked, ParkedTask task, Command command) throws InterruptedException {
        try {
            command.send(parked, task, by);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** How many of the tasks the sink has dealt with when all are, the time is up, or the process is asked to end. */
    private int await(ParkedEvents parked, List<ParkedTask> tasks, Duration time) throws InterruptedException {
        Instant deadline = clock.instant().plus(time);
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE)) {
            while (true) {
                List<ParkedTask> now = ParkedTask.of(parked.read());
                int taken = (int) tasks.stream()
                        .filter(task -> now.stream().noneMatch(task::parkedAsIn))
                        .count();
                if (taken == tasks.size() || !clock.instant().isBefore(deadline) || stop.await(LOOK)) {
                    return taken;
                }
            }
        }
    }

    private String end(int tasks, @Nullable Integer taken) {
        if (!execute) {
            return "Nothing was changed: this is the plan. Add --execute to carry it out.";
        }
        if (taken == null) {
            return "The sink is told, and does it while it runs; --wait waits for that.";
        }
        return taken == tasks
                ? "The sink has taken it up."
                : String.format(
                        Locale.ROOT,
                        "The sink is told, and has taken up %,d of %,d so far. Does it run? The rest comes when it does.",
                        taken,
                        tasks);
    }
}
