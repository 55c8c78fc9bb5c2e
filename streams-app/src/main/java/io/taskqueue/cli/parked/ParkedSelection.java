package io.taskqueue.cli.parked;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.tasks.TaskOption;
import io.taskqueue.cli.tasks.TaskSelector;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedTask;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that select the parked events of a command: the sink, the queue, the task. */
final class ParkedSelection {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            converter = OptionValue.Sink.class,
            required = true,
            paramLabel = "APP",
            description = "The name of the sink.")
    private String name = "";

    @Option(
            names = "--queue",
            converter = OptionValue.Queue.class,
            paramLabel = "NAME",
            description = "Only events of this queue.")
    private @Nullable String queue;

    @Mixin
    private TaskOption task = new TaskOption();

    String name() {
        return name;
    }

    /** Whether a queue is selected. */
    boolean byQueue() {
        return queue != null;
    }

    /** Whether a task is selected. */
    boolean byTask() {
        return task.text().isPresent();
    }

    /** @throws CommandFailedException if {@code --task} is invalid */
    TaskSelector taskSelector() {
        return task.selector();
    }

    /** @throws CommandFailedException if {@code --task} is invalid, or Kafka does not answer */
    ParkedEvents connect() {
        TaskSelector unused = taskSelector(); // an invalid one is reported before Kafka is contacted
        kafka.requireReachable();
        return new ParkedEvents(kafka.properties(), name);
    }

    /**
     * The selected events that are parked or discarded.
     *
     * @throws CommandFailedException if there is no such sink, and Kafka's exception if its events may not be read
     */
    List<ParkedEvent> read(ParkedEvents parked) {
        TaskSelector selector = taskSelector();
        try {
            return parked.read().stream()
                    .filter(event -> queue == null || queue.equals(event.event().queueName()))
                    .filter(event -> selector.matches(event.event().taskId()))
                    .toList();
        } catch (IllegalStateException e) {
            throw new CommandFailedException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The selected tasks that are parked.
     *
     * @throws CommandFailedException as {@link #read}, and if {@code --task} selects a task that is not parked
     */
    List<ParkedTask> tasks(ParkedEvents parked) {
        List<ParkedTask> tasks = ParkedTask.of(read(parked));
        if (tasks.isEmpty() && byTask()) {
            throw new CommandFailedException(
                    ExitCode.REFUSED,
                    "Task " + task.text().orElseThrow() + " is not parked at sink " + name
                            + ": it was never parked, was redriven, or was discarded. Run `taskqueue parked list` to list the "
                            + "parked tasks.");
        }
        return tasks;
    }

    /** The options that select the same sink in another command. */
    String sinkOptions() {
        return "--bootstrap-server " + kafka.bootstrapServer() + " --name " + name;
    }
}
