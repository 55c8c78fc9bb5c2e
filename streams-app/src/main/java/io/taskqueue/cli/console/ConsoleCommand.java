package io.taskqueue.cli.console;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.RegistryTopicOption;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.console.Console;
import io.taskqueue.console.fold.FoldBounds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue console}: the web console of a cluster. */
@Command(
        name = "console",
        header = "Serve a web page that shows queues, tasks, sinks and parked events of a cluster.",
        description = {
            "Folds the event topic into a view, and reads how far each sink is. Everything that the page shows is also a REST API, "
                    + "described by /api/v1/openapi.yaml.",
            "It is a service of its own beside the sinks. It writes to no topic but its own changelog and, with --allow-writes, the "
                    + "control topics of sinks. One instance serves a cluster; start it again with the same --name and --state-dir, "
                    + "and it continues from its state. A lost state is restored from Kafka."
        },
        footer = {
            "",
            "Example: taskqueue console --bootstrap-server localhost:9092",
            "         TASKQUEUE_TOKEN=... taskqueue console --bootstrap-server kafka:9092 --host 0.0.0.0"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ConsoleCommand implements Callable<Integer> {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(30);

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            converter = OptionValue.Port.class,
            description = "The port of the page and the REST API. 0 selects a free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "The address to listen on. An address that is not a loopback address requires TASKQUEUE_TOKEN. "
                            + "Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:TASKQUEUE_TOKEN}",
            converter = OptionValue.TextOrNone.class,
            description =
                    "The token that the page asks for, and that requests must carry as Authorization: Bearer TOKEN. Prefer the "
                            + "environment variable TASKQUEUE_TOKEN, which is not visible in process lists.")
    private @Nullable String token;

    @Option(
            names = "--name",
            paramLabel = "APP",
            defaultValue = "taskqueue-console",
            converter = OptionValue.Sink.class,
            description = "The name of the console: its consumer group, and a part of the name of its changelog. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String name = "taskqueue-console";

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "The directory of the local state; if it is lost, the state is restored from Kafka. "
                    + "Default: ~/.taskqueue/<bootstrap server>.")
    private @Nullable Path stateDirectory;

    @Mixin
    private TopicOption topic = new TopicOption();

    @Mixin
    private RegistryTopicOption registryTopic = new RegistryTopicOption();

    @Option(
            names = "--ended-tasks",
            paramLabel = "N",
            converter = OptionValue.CountOrZero.class,
            defaultValue = "1000",
            description =
                    "How many completed tasks of a queue are kept, and as many dead and drained ones. Default: ${DEFAULT-VALUE}.")
    private int endedTasks;

    @Option(
            names = "--allow-writes",
            description =
                    "Accept decisions about parked tasks: redrive and discard. Without it, the console changes nothing.")
    private boolean allowWrites;

    @Option(names = "--show-payloads", description = "Show the payloads of tasks, and the results of effects.")
    private boolean showPayloads;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws Exception {
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY)) {
            kafka.requireReachable();
            try (Console console = start()) {
                output.progress("Console: " + url(host, console.port()));
                output.progress("The console is running. Press Ctrl-C to stop it.");
                shutdown.await();
            }
        }
        return ExitCode.OK;
    }

    private FoldBounds bounds() {
        try {
            return FoldBounds.DEFAULT.withEndedPerQueue(endedTasks);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private Console start() {
        Console.Builder builder = Console.builder(
                        kafka.properties(), stateDirectory == null ? kafka.defaultStateDirectory() : stateDirectory)
                .name(name)
                .topic(topic.name())
                .registryTopic(registryTopic.name())
                .bounds(bounds())
                .host(host)
                .port(port)
                .allowWrites(allowWrites)
                .showPayloads(showPayloads)
                .metrics(DiagnosticsOptions.newMeterRegistry());
        String version = ConsoleCommand.class.getPackage().getImplementationVersion();
        if (version != null) {
            builder.version(version);
        }
        if (token != null && !token.isEmpty()) {
            builder.token(token);
        }
        try {
            return builder.start();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (IllegalStateException e) {
            throw new CommandFailedException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** The address of the page. */
    public static String url(String host, int port) {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + name + ":" + port + "/";
    }
}
