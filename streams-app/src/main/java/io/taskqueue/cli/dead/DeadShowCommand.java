package io.taskqueue.cli.dead;

import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.source.dead.DeadTaskPage;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taskqueue dead show}: dead tasks in full. */
@Command(
        name = "show",
        header = "Show dead tasks with their payloads and errors.",
        footer = {
            "",
            "Example: taskqueue dead show --bootstrap-server localhost:9092 \\",
            "             --queue orders --task orders/7/42"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "2:the command line is invalid",
            "3:Kafka cannot be reached, or does not accept or permit the user",
            "4:refused: the queue is not in the registry, or the task is not dead"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DeadShowCommand implements Callable<Integer> {

    private static final int DEFAULT_LIMIT = 100;

    @Mixin
    private DeadSelection selection = new DeadSelection();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        DeadTaskPage page = selection.read(selection.connect(), DEFAULT_LIMIT);
        String text = page.tasks().isEmpty()
                ? selection.noneFound()
                : page.tasks().stream()
                        .map(task -> DeadTable.task(task, page.reading(), selection.queueOptions()))
                        .collect(Collectors.joining(System.lineSeparator().repeat(2)));
        output.result(
                text + DeadTable.remarks(page, "To show them, add"), DeadJson.page(selection.queueName(), page, true));
        return ExitCode.OK;
    }
}
