package io.taskqueue.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue broker}: the embedded broker alone. */
@Command(
        name = "broker",
        header = "Run a real Kafka broker on this machine, for trying things in several terminals.",
        description = "One broker on 127.0.0.1, its data in a directory: start it again there and the data is back. "
                + "Ends on Ctrl-C. Not for production.",
        footer = {"", "Example: taskqueue broker --dir ./broker-data --port 9092"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class BrokerCommand implements Callable<Integer> {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "Where the broker keeps its data.")
    private Path directory = Path.of("");

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "9092",
            description = "The port to listen on; 0 for any free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws InterruptedException {
        // the first to be opened and the last to be closed: the process may end once this is closed
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE);
                LocalBroker broker = LocalBroker.start(directory, port)) {
            output.result(
                    "A Kafka broker is ready at " + broker.bootstrapServers() + ", its data in " + directory
                            + ". Ctrl-C stops it.",
                    Map.of("bootstrapServers", broker.bootstrapServers(), "directory", directory.toString()));
            stop.await();
        }
        return ExitCode.OK;
    }
}
