package io.taskqueue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.streams.ParkedEvent;
import io.taskqueue.streams.ParkedTask;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue parked list}. */
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
final class ParkedListCommand implements Callable<Integer> {

    @Mixin
    private ParkedOptions options = new ParkedOptions();

    @Option(
            names = "--discarded",
            description = "The events that were discarded, as long as the event topic still has them.")
    private boolean discarded;

    @Mixin
    private Output output = new Output();

    /** What the command printed, as JSON. */
    record Result(String name, List<JsonNode> tasks) {}

    /** What the command printed of discarded events, as JSON. */
    record Discarded(String name, List<JsonNode> discarded) {}

    @Override
    public Integer call() {
        List<ParkedEvent> found = options.read(options.connect());
        if (discarded) {
            List<ParkedEvent> given =
                    found.stream().filter(ParkedEvent::discarded).toList();
            output.result(
                    given.isEmpty()
                            ? "No discarded event is kept for sink " + options.name() + "."
                            : ParkedTable.discarded(given),
                    new Discarded(
                            options.name(),
                            given.stream().map(ParkedJson::event).toList()));
            return ExitCode.OK;
        }
        List<ParkedTask> tasks = ParkedTask.of(found);
        output.result(
                text(tasks),
                new Result(options.name(), tasks.stream().map(ParkedJson::line).toList()));
        return ExitCode.OK;
    }

    private String text(List<ParkedTask> tasks) {
        if (tasks.isEmpty()) {
            return "Nothing is parked at sink " + options.name() + ".";
        }
        return ParkedTable.tasks(tasks)
                + String.format("%n%nMore of one: taskqueue parked show %s --task TASK", options.same());
    }
}
