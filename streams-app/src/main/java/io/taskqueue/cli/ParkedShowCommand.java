package io.taskqueue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.streams.ParkedTask;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taskqueue parked show}. */
@Command(
        name = "show",
        header = "Show parked tasks with their events, payloads and errors.",
        footer = {
            "",
            "Example: taskqueue parked show --bootstrap-server localhost:9092 \\",
            "             --name billing --task orders/7/42"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "2:the command line is wrong",
            "3:Kafka cannot be reached",
            "4:refused: the sink is unknown, or the task is not parked"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ParkedShowCommand implements Callable<Integer> {

    @Mixin
    private ParkedOptions options = new ParkedOptions();

    @Mixin
    private Output output = new Output();

    /** What the command printed, as JSON. */
    record Result(String name, List<JsonNode> tasks) {}

    @Override
    public Integer call() {
        List<ParkedTask> tasks = options.tasks(options.connect());
        String text = tasks.isEmpty()
                ? "Nothing is parked at sink " + options.name() + "."
                : tasks.stream()
                        .map(task -> ParkedTable.task(task, options.same()))
                        .collect(Collectors.joining(System.lineSeparator().repeat(2)));
        output.result(
                text,
                new Result(
                        options.name(),
                        tasks.stream().map(task -> ParkedJson.task(task, true)).toList()));
        return ExitCode.OK;
    }
}
