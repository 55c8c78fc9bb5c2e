package io.taskqueue.cli.demo;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.ShutdownSignal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue target}: an HTTP target for the sinks of the containers of {@code docker-compose.yml}. */
@Command(
        name = "target",
        hidden = true,
        header = "Run an HTTP target to try the http sink with: it stores nothing, and counts calls.",
        description =
                "Answers a POST with 204, or with 503 for a share of them, and a GET with its counts. It asks for no token. Stop "
                        + "it with Ctrl-C. Not for production.",
        footer = {"", "Example: taskqueue target --port 8090 --latency 5ms --fail-rate 0.01"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TargetCommand implements Callable<Integer> {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(10);

    private final RandomGenerator random;

    @Option(
            names = "--port",
            converter = OptionValue.Port.class,
            paramLabel = "N",
            defaultValue = "8090",
            description = "The port to listen on; 0 selects a free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}.")
    private String host = "127.0.0.1";

    @Option(
            names = "--latency",
            paramLabel = "D",
            defaultValue = "5ms",
            description = "How long it takes to answer a POST. Default: ${DEFAULT-VALUE}.")
    private Duration latency = Duration.ZERO;

    @Option(
            names = "--fail-rate",
            converter = OptionValue.Share.class,
            paramLabel = "P",
            defaultValue = "0.0",
            description = "The share of calls that fail with 503, 0 to 1. Default: ${DEFAULT-VALUE}.")
    private double failRate;

    @Mixin
    private Output output = new Output();

    /**
     * Creates the command.
     *
     * @param random decides which calls fail
     */
    public TargetCommand(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Integer call() throws InterruptedException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "--host " + host + " is not an address of this machine. Correct the value.");
        }
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY);
                ExampleTarget target =
                        ExampleTarget.start(address, new ExampleTarget.Behavior(latency, failRate), random)) {
            String url = "http://" + host + ":" + target.port() + "/events";
            output.result("A target is ready at " + url + ". Press Ctrl-C to stop it.", Map.of("url", url));
            shutdown.await();
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The target cannot listen on " + host + ":" + port + ": " + e.getMessage()
                            + ". Pass another --host or --port.",
                    e);
        }
        return ExitCode.OK;
    }
}
