package io.taskqueue.cli.dead;

import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.source.dead.DeadTaskPage;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code taskqueue dead list}: the dead tasks of a queue. */
@Command(
        name = "list",
        header = "List the dead tasks of a queue, in the order in which they became dead.",
        description = "Reads the whole partition of the queue, as fast as a consumer. Changes nothing.",
        footer = {
            "",
            "Example: taskqueue dead list --bootstrap-server localhost:9092 \\",
            "             --queue orders --error-code timeout --since 2026-11-23T09:30:00Z"
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
public final class DeadListCommand implements Callable<Integer> {

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
                : DeadTable.tasks(page.tasks())
                        + String.format(
                                "%n%nFor the details of a task: taskqueue dead show %s --task TASK",
                                selection.queueOptions());
        output.result(
                text + DeadTable.remarks(page, "To list them, add"), DeadJson.page(selection.queueName(), page, false));
        return ExitCode.OK;
    }
}
