package io.taskqueue.cli;

import io.taskqueue.streams.ParkedEvent;
import io.taskqueue.streams.ParkedEvents;
import io.taskqueue.streams.ParkedTask;
import java.util.List;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whose parked events a command is about, and which of them. */
final class ParkedOptions {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--name", required = true, paramLabel = "APP", description = "The sink's name.")
    private String name = "";

    @Option(names = "--queue", paramLabel = "NAME", description = "Only this queue.")
    private @Nullable String queue;

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "Only this task: QUEUE/EPOCH/SEQUENCE as it is listed, or EPOCH/SEQUENCE.")
    private @Nullable String task;

    String name() {
        return name;
    }

    @Nullable
    String queue() {
        return queue;
    }

    @Nullable
    String task() {
        return task;
    }

    /** @throws CommandFailure if Kafka does not answer */
    ParkedEvents connect() {
        kafka.requireReachable();
        return new ParkedEvents(kafka.properties(), name);
    }

    /**
     * What is parked or discarded and asked for.
     *
     * @throws CommandFailure if there is no such sink
     */
    List<ParkedEvent> read(ParkedEvents parked) {
        TaskChoice choice = TaskChoice.parse(task);
        try {
            return parked.read().stream()
                    .filter(event -> queue == null || queue.equals(event.event().queueName()))
                    .filter(event -> choice.matches(event.event().taskId()))
                    .toList();
        } catch (AuthorizationException e) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "What sink " + name + " has parked may not be read: " + e.getMessage()
                            + " The README lists the ACLs that `parked` needs.",
                    e);
        } catch (IllegalStateException e) {
            throw new CommandFailure(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    /** As {@link #read}, but the parked tasks; where a task was named that is not parked, that is refused. */
    List<ParkedTask> tasks(ParkedEvents parked) {
        List<ParkedTask> tasks = ParkedTask.of(read(parked));
        if (tasks.isEmpty() && task != null) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "Task " + Printable.line(task) + " is not parked at sink " + name
                            + ": it never was, it went on, or it was discarded. `taskqueue parked list` shows what is.");
        }
        return tasks;
    }

    /** The options that name the same sink to another command. */
    String same() {
        return "--bootstrap-server " + kafka.properties().get("bootstrap.servers") + " --name " + name;
    }
}
