package io.taskqueue.cli.parked;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.StatePoller;
import io.taskqueue.cli.tasks.OperatorOption;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.ParkedTask;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What redrive and discard have in common: select tasks, print the plan, send the command, wait until the sink has handled it.
 * Their help takes the exit codes from here.
 */
@Command(
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or planned",
            "1:the command could not be sent, or the sink did not handle it within --wait",
            "2:the command line is invalid",
            "3:Kafka cannot be reached, or does not accept or permit the user",
            "4:refused, and nothing was changed: the sink is unknown, or the task is not parked"
        })
final class ParkedAction {

    private final StatePoller poller;

    @Mixin
    private ParkedSelection selection = new ParkedSelection();

    @Option(names = "--all", description = "All tasks that are parked at the sink.")
    private boolean all;

    @Option(
            names = "--execute",
            description = "Send the command to the sink. Without it, the plan is printed and nothing changes.")
    private boolean execute;

    @Option(
            names = "--wait",
            paramLabel = "D",
            description = "With --execute: wait up to this long until the sink has handled the command.")
    private @Nullable Duration wait;

    @Mixin
    private OperatorOption by = new OperatorOption();

    @Mixin
    private Output output = new Output();

    ParkedAction(StatePoller poller) {
        this.poller = poller;
    }

    /** Sends the command about one task to the sink. */
    @FunctionalInterface
    interface Sender {
        void send(ParkedEvents parked, ParkedTask task, String by) throws InterruptedException;
    }

    /**
     * The result of the command, as JSON.
     *
     * @param taken the number of tasks for which the sink has handled the command; absent without {@code --wait}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(String name, String action, boolean executed, List<JsonNode> tasks, @Nullable Integer taken) {}

    /**
     * Prints the plan, and with {@code --execute} carries it out.
     *
     * @param action the name of the action
     * @param effect what the action does to the tasks, as a sentence
     * @return the exit code
     */
    int run(String action, String effect, Sender sender) throws InterruptedException {
        validateOptions();
        ParkedEvents parked = selection.connect();
        List<ParkedTask> tasks = selection.tasks(parked);
        if (tasks.isEmpty()) {
            output.result(
                    "No selected task is parked at sink " + selection.name() + ".",
                    new Result(selection.name(), action, false, List.of(), null));
            return ExitCode.OK;
        }
        if (execute) {
            for (ParkedTask task : tasks) {
                send(parked, task, sender);
            }
        }
        Integer handled = wait == null ? null : awaitHandled(parked, tasks, wait);
        output.result(
                ParkedTable.tasks(tasks)
                        + System.lineSeparator().repeat(2)
                        + effect
                        + System.lineSeparator()
                        + progress(tasks.size(), handled),
                new Result(
                        selection.name(),
                        action,
                        execute,
                        tasks.stream().map(ParkedJson::summary).toList(),
                        handled));
        return handled == null || handled == tasks.size() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void validateOptions() {
        selection.taskSelector();
        boolean some = selection.byTask() || selection.byQueue();
        if (some == all) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    all
                            ? "--all selects every task, but --task or --queue was given as well. Omit one of them."
                            : "No tasks are selected. Pass --task, --queue or both, or --all.");
        }
        if (wait != null && !execute) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "--wait waits for a command that --execute sends. Pass --wait with --execute.");
        }
    }

    private void send(ParkedEvents parked, ParkedTask task, Sender sender) throws InterruptedException {
        try {
            sender.send(parked, task, by.name());
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) {
            throw new CommandFailedException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private int awaitHandled(ParkedEvents parked, List<ParkedTask> tasks, Duration timeout)
            throws InterruptedException {
        return poller.poll(() -> handled(tasks, ParkedTask.of(parked.read())), count -> count == tasks.size(), timeout);
    }

    private static int handled(List<ParkedTask> tasks, List<ParkedTask> now) {
        return (int) tasks.stream()
                .filter(task -> now.stream().noneMatch(task::parkedAsIn))
                .count();
    }

    private String progress(int tasks, @Nullable Integer handled) {
        if (!execute) {
            return Output.PLAN;
        }
        if (handled == null) {
            return "The command was sent. The sink handles it while it is running; pass --wait to wait for that.";
        }
        return handled == tasks
                ? "The command was sent, and the sink has handled it."
                : String.format(
                        Locale.ROOT,
                        "The command was sent; the sink has handled it for %,d of %,d tasks so far. Check that the sink is "
                                + "running: it handles the rest while it runs.",
                        handled,
                        tasks);
    }
}
