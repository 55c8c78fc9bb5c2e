package io.taskqueue.cli.parked;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue parked list}: what is parked, or what was discarded. */
@Command(
        name = "list",
        header = "List the parked tasks, or the discarded events.",
        footer = {
            "",
            "Example: taskqueue parked list --bootstrap-server localhost:9092 \\",
            "             --name billing"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ParkedListCommand implements Callable<Integer> {

    @Mixin
    private ParkedSelection selection = new ParkedSelection();

    @Option(
            names = "--discarded",
            description = "List the discarded events instead; each is kept until the event topic has deleted it.")
    private boolean discarded;

    @Mixin
    private Output output = new Output();

    /** The result of the command, as JSON. */
    record Result(String name, List<JsonNode> tasks) {}

    /** The result of the command with {@code --discarded}, as JSON. */
    record DiscardedResult(String name, List<JsonNode> discarded) {}

    @Override
    public Integer call() {
        List<ParkedEvent> found = selection.read(selection.connect());
        if (discarded) {
            listDiscarded(found.stream().filter(ParkedEvent::discarded).toList());
        } else {
            listParked(ParkedTask.of(found));
        }
        return ExitCode.OK;
    }

    private void listDiscarded(List<ParkedEvent> events) {
        output.result(
                events.isEmpty()
                        ? "No discarded event is kept for sink " + selection.name() + "."
                        : ParkedTable.discarded(events),
                new DiscardedResult(
                        selection.name(), events.stream().map(ParkedJson::event).toList()));
    }

    private void listParked(List<ParkedTask> tasks) {
        String text = tasks.isEmpty()
                ? "Nothing is parked at sink " + selection.name() + "."
                : ParkedTable.tasks(tasks)
                        + String.format(
                                "%n%nFor the details of a task: taskqueue parked show %s --task TASK",
                                selection.sinkOptions());
        output.result(
                text,
                new Result(
                        selection.name(),
                        tasks.stream().map(ParkedJson::summary).toList()));
    }
}
