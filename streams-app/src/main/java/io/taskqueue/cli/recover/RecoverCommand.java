package io.taskqueue.cli.recover;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.RegistryTopicOption;
import io.taskqueue.fold.FoldedTask;
import io.taskqueue.serde.BoundedJson;
import io.taskqueue.source.recovery.RecoverableQueue;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue recover}: the live tasks of a queue, without starting anything. */
@Command(
        name = "recover",
        header = "Write the live tasks of a queue as JSON lines, without starting a dispatcher.",
        description = {
            "Reads the events of the queue from its last low-water mark on. Writes nothing to Kafka and claims nothing: the queue may have "
                    + "an owner, which continues. To continue with the tasks, start `taskqueue dispatch --recover`.",
            "Each line is a task: its identity, state, attempt, times, key, last error, and its payload as \"value\". The summary goes to "
                    + "standard output, or to standard error where the tasks go to standard output.",
            "The exit code is 1 if live tasks are gone because the topic no longer holds their events, or if one cannot be decoded."
        },
        footer = {
            "",
            "Example: taskqueue recover --bootstrap-server localhost:9092 --queue mirror --to live-tasks.ndjson"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RecoverCommand implements Callable<Integer> {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--queue",
            required = true,
            paramLabel = "QUEUE",
            converter = OptionValue.Queue.class,
            description = "The name of the queue.")
    private String queue = "";

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "Write the tasks to this file, which must not exist. Default: standard output.")
    private @Nullable Path file;

    @Option(
            names = "--payloads",
            description =
                    "Write the payloads only, as `taskqueue dispatch --tasks` reads them. A task that is dispatched from a file "
                            + "is another task: it is done twice if the queue is recovered as well.")
    private boolean payloads;

    @Mixin
    private RegistryTopicOption registry = new RegistryTopicOption();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws InterruptedException {
        if (file != null) {
            requireNew(file);
        }
        kafka.requireReachable();
        RecoverableQueue<String> live = new LiveTasks(kafka, registry.name())
                .read(queue, output)
                .orElseThrow(() -> new CommandFailedException(
                        ExitCode.REFUSED,
                        "No source has claimed queue " + Output.escape(queue) + " in registry " + registry.name()
                                + ", so it has no tasks. Check --queue, --registry-topic and --bootstrap-server;"
                                + " `taskqueue status` lists the queues."));
        TaskLines lines = payloads ? TaskLines.PAYLOADS : TaskLines.TASKS;
        RecoverySummary summary = new RecoverySummary(live.report());
        if (file == null) {
            live.tasks().forEach(task -> output.line(lines.line(task)));
            output.progress(output.isText() ? text(summary) : BoundedJson.text(json(summary)));
        } else {
            write(file, live.tasks(), lines);
            output.result(text(summary), json(summary));
        }
        List<String> losses = summary.losses();
        if (!losses.isEmpty()) {
            throw new CommandFailedException(ExitCode.FAILED, String.join(" ", losses));
        }
        return ExitCode.OK;
    }

    private static void requireNew(Path file) {
        if (Files.exists(file)) {
            throw exists(file, null);
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The directory of " + file + " (--to) does not exist. Create it, or name a file elsewhere.");
        }
    }

    private String text(RecoverySummary summary) {
        return "Queue " + Output.escape(queue) + " has " + summary.text()
                + (file == null ? "" : System.lineSeparator() + "They are in " + file + ".");
    }

    private Map<String, Object> json(RecoverySummary summary) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("queue", queue);
        if (file != null) {
            json.put("file", file.toString());
        }
        json.putAll(summary.json());
        return json;
    }

    /** Writes the tasks to a new file and stores it durably; a file that could not be written completely is deleted. */
    private static void write(Path file, List<FoldedTask<String>> tasks, TaskLines lines) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            BufferedWriter writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
            for (FoldedTask<String> task : tasks) {
                writer.write(lines.line(task));
                writer.write('\n');
            }
            writer.flush();
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw exists(file, e);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static CommandFailedException exists(Path file, @Nullable Exception cause) {
        String message = "The file " + file
                + " of --to exists, and nothing of it is overwritten. Delete it, or name another one.";
        return cause == null
                ? new CommandFailedException(ExitCode.REFUSED, message)
                : new CommandFailedException(ExitCode.REFUSED, message, cause);
    }

    private static CommandFailedException unwritable(Path file, IOException cause) {
        String reason = cause.toString();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            reason += ", and what was written could not be deleted: " + e;
        }
        return new CommandFailedException(
                ExitCode.FAILED,
                "The tasks could not be written to " + file + ": " + reason
                        + ". Check the directory and its free space, or name another file.",
                cause);
    }
}
