package io.taskqueue.cli.demo;

import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.ShutdownSignal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue broker}: the embedded broker by itself. */
@Command(
        name = "broker",
        header = "Run a Kafka broker on this machine, to try the other commands in several terminals.",
        description =
                "One broker on 127.0.0.1 that stores its data in a directory: started again with the same directory, "
                        + "it has the same data. Stop it with Ctrl-C. Not for production.",
        footer = {"", "Example: taskqueue broker --dir ./broker-data --port 9092"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BrokerCommand implements Callable<Integer> {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(60);

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "The directory of the broker's data.")
    private Path directory = Path.of("");

    @Option(
            names = "--port",
            converter = OptionValue.Port.class,
            paramLabel = "N",
            defaultValue = "9092",
            description = "The port to listen on; 0 selects a free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws InterruptedException {
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY);
                LocalBroker broker = LocalBroker.start(directory, port)) {
            output.result(
                    "A Kafka broker is ready at " + broker.bootstrapServers() + ", its data in " + directory
                            + ". Press Ctrl-C to stop it.",
                    Map.of("bootstrapServers", broker.bootstrapServers(), "directory", directory.toString()));
            shutdown.await();
        }
        return ExitCode.OK;
    }
}
