package io.taskqueue.cli.dead;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.RegistryTopicOption;
import io.taskqueue.cli.tasks.TaskOption;
import io.taskqueue.cli.tasks.TaskSelector;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.dead.DeadTask;
import io.taskqueue.source.dead.DeadTaskPage;
import io.taskqueue.source.dead.DeadTaskQuery;
import io.taskqueue.source.dead.DeadTasks;
import io.taskqueue.text.ShellText;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that select the dead tasks of a command: the queue, the task, its error, the time. */
final class DeadSelection {

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private RegistryTopicOption registryTopic = new RegistryTopicOption();

    @Option(
            names = "--queue",
            converter = OptionValue.Queue.class,
            required = true,
            paramLabel = "NAME",
            description = "The queue.")
    private String queue = "";

    @Mixin
    private TaskOption task = new TaskOption();

    @Option(names = "--error-code", paramLabel = "CODE", description = "Only tasks whose last error has this code.")
    private @Nullable String errorCode;

    @Option(
            names = "--since",
            converter = OptionValue.Time.class,
            paramLabel = "TIME",
            description = "Only tasks that became dead at or after this time, for example 2026-11-23T09:30:00Z.")
    private @Nullable Instant since;

    @Option(
            names = "--until",
            converter = OptionValue.Time.class,
            paramLabel = "TIME",
            description = "Only tasks that became dead before this time.")
    private @Nullable Instant until;

    @Option(
            names = "--from-offset",
            converter = OptionValue.Offset.class,
            paramLabel = "N",
            defaultValue = "0",
            description = "Only tasks that became dead at or behind this offset, to continue where a page ended.")
    private long fromOffset;

    @Option(
            names = "--limit",
            converter = PageSize.class,
            paramLabel = "N",
            description = "The maximum number of tasks, up to 10,000. Default: 100; of retry 10,000.")
    private @Nullable Integer limit;

    /** A number of tasks. */
    static final class PageSize implements OptionValue<Integer> {

        @Override
        public Integer parse(String text) {
            int size = new Count().parse(text);
            if (size > DeadTaskQuery.MAX_LIMIT) {
                throw new IllegalArgumentException(
                        "'" + text + "' is more than 10,000. Use at most that, and --from-offset for the next page.");
            }
            return size;
        }
    }

    String queueName() {
        return queue;
    }

    private String shownQueue() {
        return Output.escape(queue);
    }

    /** Whether anything but the queue is selected. */
    boolean selective() {
        return task.text().isPresent() || errorCode != null || since != null || until != null;
    }

    /** The end of the message of a command that found no task. */
    String noneFound() {
        return selective()
                ? "No selected task of queue " + shownQueue() + " is dead."
                : "No task of queue " + shownQueue() + " is dead.";
    }

    /** @throws CommandFailedException if an option is invalid, or Kafka does not answer */
    DeadTasks connect() {
        TaskSelector unused = task.selector(); // an invalid one is reported before Kafka is contacted
        if (since != null && until != null && !since.isBefore(until)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--since " + since + " is not before --until " + until
                            + ", so no task is selected. Exchange them.");
        }
        kafka.requireReachable();
        return new DeadTasks(kafka.properties(), registryTopic.name(), queue);
    }

    /**
     * Calls Kafka.
     *
     * @throws CommandFailedException if the queue is unknown, and Kafka's exception if it does not answer
     */
    static <R> R refusing(Supplier<R> call) {
        try {
            return call.get();
        } catch (IllegalStateException e) {
            throw CommandFailedException.refused(e);
        }
    }

    /**
     * Reads the selected tasks.
     *
     * @param defaultLimit the number of tasks, unless {@code --limit} states another
     * @throws CommandFailedException as {@link #refusing}, and if {@code --task} selects a task that is not dead
     */
    DeadTaskPage read(DeadTasks dead, int defaultLimit) {
        TaskSelector selector = task.selector();
        DeadTaskQuery query =
                new DeadTaskQuery(selector::matches, this::matches, fromOffset, limit == null ? defaultLimit : limit);
        DeadTaskPage page = refusing(() -> dead.read(query));
        if (page.tasks().isEmpty() && task.text().isPresent()) {
            throw new CommandFailedException(ExitCode.REFUSED, notDead(page));
        }
        return page;
    }

    private boolean matches(DeadTask dead) {
        return (errorCode == null
                        || errorCode.equals(dead.error().map(TaskError::code).orElse(null)))
                && (since == null || !dead.since().isBefore(since))
                && (until == null || dead.since().isBefore(until));
    }

    private String notDead(DeadTaskPage page) {
        String name = "Task " + task.text().orElseThrow();
        Optional<DeadTaskPage.LatestEvent> latest = page.latest();
        if (latest.isEmpty()) {
            return name + " has no event in partition " + DeadTable.partition(page.reading())
                    + ", which begins at offset "
                    + page.reading().from() + ": it was never in queue " + shownQueue()
                    + ", or retention has removed its events. Run `taskqueue dead list` to list the dead tasks.";
        }
        String event = latest.get().kind().map(EventKind::wireName).orElse("of an unknown kind") + " "
                + latest.get().position() + " at offset " + latest.get().offset();
        if (latest.get().kind().equals(Optional.of(EventKind.DEAD_LETTERED))) {
            return name + " is dead since " + event + ", but the other options do not select it. Omit them.";
        }
        return name + " is not dead: its latest event is " + event + ". Nothing has to be done for it here.";
    }

    /** The options that select the same queue in another command. */
    String queueOptions() {
        String registry = registryTopic.name().equals(ReplicationSource.DEFAULT_REGISTRY_TOPIC)
                ? ""
                : " --registry-topic " + registryTopic.name();
        return "--bootstrap-server " + kafka.bootstrapServer() + registry + " --queue " + ShellText.quote(shownQueue());
    }
}
