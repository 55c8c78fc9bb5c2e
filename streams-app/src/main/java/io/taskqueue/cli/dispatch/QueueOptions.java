package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about the queues of a dispatcher, and which lines go to each. */
final class QueueOptions {

    /** Each has workers of its own. */
    static final int MAX_QUEUES = 256;

    @Option(
            names = "--queue",
            paramLabel = "QUEUE",
            converter = OptionValue.Queue.class,
            description = "The name of the queue: any text. Given several times, the lines go to the queues in turn.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--queue-field",
            paramLabel = "FIELD",
            converter = OptionValue.Text.class,
            description =
                    "Instead of --queue: the field of each line's object whose text is the name of its queue, for example the "
                            + "tenant. At most 256 queues.")
    private @Nullable String field;

    /**
     * The queues, in order, each with its lines.
     *
     * @throws CommandFailedException if there is none, or the options exclude each other, or lines of a pipe belong to several
     */
    Map<String, TaskLine.Route> routes(InputOptions input) {
        if (names.isEmpty() == (field == null)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    field == null
                            ? "No queue was given. Pass --queue QUEUE, or --queue-field FIELD for queues that the lines name."
                            : "--queue names the queues and --queue-field takes their names from the lines, but both were given."
                                    + " Omit one of them.");
        }
        if (field == null && names.size() == 1) {
            return Map.of(names.get(0), TaskLine.Route.ALL);
        }
        input.requireFile();
        Set<String> queues = field == null ? distinctNames() : namesIn(input, field);
        Map<String, TaskLine.Route> routes = new LinkedHashMap<>();
        for (String queue : queues) {
            int index = routes.size();
            routes.put(
                    queue,
                    field == null
                            ? TaskLine.Route.inTurn(index, queues.size())
                            : TaskLine.Route.byField(field, queue, index == 0));
        }
        return routes;
    }

    private Set<String> distinctNames() {
        Set<String> distinct = new LinkedHashSet<>();
        for (String name : names) {
            if (!distinct.add(name)) {
                throw new CommandFailedException(
                        ExitCode.USAGE, "Queue " + Output.escape(name) + " was given twice. Pass each --queue once.");
            }
        }
        requireFew(distinct);
        return distinct;
    }

    private static Set<String> namesIn(InputOptions input, String field) {
        Set<String> found = new LinkedHashSet<>();
        try (TaskFileReader reader = input.openWhole()) {
            for (Optional<TaskLine> line = reader.next(); line.isPresent(); line = reader.next()) {
                TaskLine.Route.queueOf(field, line.get().json()).ifPresent(found::add);
                requireFew(found);
            }
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The file of tasks could not be read to its end to find its queues: " + e.getMessage()
                            + ". Check the file.",
                    e);
        }
        if (found.isEmpty()) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "No line of the file of tasks names a queue in the field " + Output.escape(field)
                            + ". Pass the field of --queue-field whose text is the name of the queue.");
        }
        return found;
    }

    private static void requireFew(Set<String> queues) {
        if (queues.size() > MAX_QUEUES) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "There are more than " + MAX_QUEUES
                            + " queues. This command has workers for each; divide the input, or use a SourceGroup in a program.");
        }
    }
}
