package io.taskqueue.cli.demo;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.dispatch.Dispatcher;
import io.taskqueue.cli.dispatch.TaskFileReader;
import io.taskqueue.cli.dispatch.WorkerBehavior;
import io.taskqueue.cli.shared.DiagnosticsOptions;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.Progress;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.sink.SinkDiagnostics;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code taskqueue demo}: the whole product without any setup. */
@Command(
        name = "demo",
        header = "Run the whole product on this machine, without any setup: queue, Kafka, sink, replay.",
        description = {
            "Starts a Kafka broker, a dispatcher with 1,990 tasks whose workers sometimes fail or let a lease expire, and a sink "
                    + "that calls an HTTP target once for each event. The target counts its calls by idempotency key.",
            "In the middle, the dispatcher, which is a process of its own, is killed (kill -9). A second one recovers the tasks that "
                    + "were in the queue, and continues the input behind the last of them.",
            "Then it resets the sink's offsets to the beginning and runs the sink again: the target must receive no call.",
            "Prints the counts at the end; the exit code is 1 if any of them does not match, or if lines of --tasks were skipped."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DemoCommand implements Callable<Integer> {

    private static final Duration WORK_TIME = Duration.ofMillis(5);
    /** Long, because its directory is deleted at the end; it stops within 5 s unless the machine is busy. */
    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(60);

    private static final String LOOPBACK = "127.0.0.1";

    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--tasks",
            converter = OptionValue.InputFile.class,
            paramLabel = "FILE|-",
            description = "A file of JSON lines, one task each; a .gz file is decompressed; - reads standard input. "
                    + "Default: the sample.")
    private @Nullable String tasks;

    @Option(
            names = "--workers",
            converter = OptionValue.Threads.class,
            paramLabel = "N",
            defaultValue = "16",
            description = "The number of workers. Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(
            names = "--fail-rate",
            converter = OptionValue.Share.class,
            paramLabel = "P",
            defaultValue = "0.1",
            description =
                    "The share of attempts that do not succeed, 0 to 1: of four, three fail and one lets its lease expire. "
                            + "Default: ${DEFAULT-VALUE}.")
    private double failRate;

    @Option(
            names = "--partitions",
            converter = OptionValue.Count.class,
            paramLabel = "N",
            defaultValue = "12",
            description = "The number of partitions of the event topic. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--port",
            converter = OptionValue.PortOfThree.class,
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "The port of the dispatcher's diagnostics; the next port serves those of the sink. With --keep, the port of the web "
                            + "console, which is followed by those two. 0 selects free ports. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--keep",
            description =
                    "Serve the web console from the beginning, and at the end keep everything running, with more queues, sinks and "
                            + "tasks, until Ctrl-C, so that you can inspect it.")
    private boolean keep;

    @Mixin
    private Output output = new Output();

    /**
     * Creates the command.
     *
     * @param clock the time of the replay's order
     * @param ticker measures how long the demo takes
     * @param random decides which attempts of the workers succeed
     */
    public DemoCommand(Clock clock, Ticker ticker, RandomGenerator random) {
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    @Override
    public Integer call() throws Exception {
        MeterRegistry meters = DiagnosticsOptions.newMeterRegistry();
        WorkerBehavior behavior = new WorkerBehavior(workers, WORK_TIME, failRate);
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY);
                TaskFileReader reader =
                        TaskFileReader.open(tasks, TaskFileReader.Settings.defaults(), output::progress);
                TemporaryDirectory directory = TemporaryDirectory.create("taskqueue-demo-")) {
            output.progress("Starting a Kafka broker in " + directory.path() + " ...");
            // what uses the broker is closed before it
            try (LocalBroker broker = LocalBroker.start(directory.path().resolve("broker"), 0);
                    Presenter presenter = new Presenter(shutdown, meters);
                    Demo demo = new Demo(broker.bootstrapServers(), directory.path(), meters, environment())) {
                output.progress("Kafka listens on " + broker.bootstrapServers() + ".");
                presenter.serveConsole(broker.bootstrapServers(), directory.path());
                DemoResult result = demo.run(reader, new Demo.Load(behavior, partitions), shutdown, presenter);
                return result.mismatches().isEmpty() && reader.skipped() == 0 ? ExitCode.OK : ExitCode.FAILED;
            }
        }
    }

    private Demo.Environment environment() {
        if (spec == null) {
            throw new IllegalStateException("The demo runs as a command only, because it starts another command.");
        }
        String main = spec.root().userObject().getClass().getName();
        return new Demo.Environment(clock, ticker, random, main);
    }

    /** Prints the steps of the demo, and serves the console and the diagnostics of the dispatcher and of the sink that runs. */
    private final class Presenter implements Demo.Listener, AutoCloseable {

        private final ShutdownSignal shutdown;
        private final MeterRegistry meters;
        private @Nullable KeptDemo kept;
        private @Nullable DiagnosticsServer ofDispatcher;
        private @Nullable DiagnosticsServer ofSink;

        Presenter(ShutdownSignal shutdown, MeterRegistry meters) {
            this.shutdown = shutdown;
            this.meters = meters;
        }

        /** Serves the console, if the demo is kept. */
        void serveConsole(String bootstrapServers, Path directory) {
            if (keep) {
                kept = KeptDemo.start(bootstrapServers, directory, partitions, meters, port);
                output.progress("Console: " + kept.url());
            }
        }

        /** The n-th port of diagnostics. */
        private int port(int n) {
            return port == 0 ? 0 : port + n + (keep ? 1 : 0);
        }

        @Override
        public void dispatcherStarted(Dispatcher dispatcher) {
            ofDispatcher = serve("dispatcher", port(0), dispatcher::showOn);
        }

        @Override
        public void sinkStarted(SinkService sink) {
            close(ofSink);
            ofSink = serve("sink", port(1), new SinkDiagnostics<>(sink, PayloadCodec.jsonText())::showOn);
        }

        private DiagnosticsServer serve(String name, int onPort, Consumer<DiagnosticsServer.Builder> content) {
            DiagnosticsServer.Builder builder =
                    DiagnosticsServer.builder().port(onPort).registry(meters);
            content.accept(builder);
            DiagnosticsServer server = DiagnosticsOptions.start(builder);
            output.progress("Diagnostics of the " + name + ": " + DiagnosticsOptions.urls(LOOPBACK, server));
            return server;
        }

        @Override
        public Progress stepStarted(String name) {
            return Progress.start(name, output);
        }

        @Override
        public void completed(DemoResult result) throws InterruptedException {
            output.result(result.text(), result);
            if (kept != null) {
                kept.continueWithTraffic(
                        shutdown, () -> output.progress("Everything keeps running (--keep). Press Ctrl-C to stop."));
            }
        }

        @Override
        public void close() {
            if (kept != null) {
                kept.close();
            }
            close(ofDispatcher);
            close(ofSink);
        }

        private static void close(@Nullable DiagnosticsServer server) {
            if (server != null) {
                server.close();
            }
        }
    }
}
