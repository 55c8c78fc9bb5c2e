package io.taskqueue.cli.parked;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taskqueue parked show}: parked tasks in full. */
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
            "2:the command line is invalid",
            "3:Kafka cannot be reached, or does not accept or permit the user",
            "4:refused: the sink is unknown, or the task is not parked"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ParkedShowCommand implements Callable<Integer> {

    @Mixin
    private ParkedSelection selection = new ParkedSelection();

    @Mixin
    private Output output = new Output();

    /** The result of the command, as JSON. */
    record Result(String name, List<JsonNode> tasks) {}

    @Override
    public Integer call() {
        List<ParkedTask> tasks = selection.tasks(selection.connect());
        String text = tasks.isEmpty()
                ? "Nothing is parked at sink " + selection.name() + "."
                : tasks.stream()
                        .map(task -> ParkedTable.task(task, selection.sinkOptions()))
                        .collect(Collectors.joining(System.lineSeparator().repeat(2)));
        output.result(
                text,
                new Result(
                        selection.name(),
                        tasks.stream().map(task -> ParkedJson.full(task, true)).toList()));
        return ExitCode.OK;
    }
}
