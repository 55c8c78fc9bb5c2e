package io.taskqueue.cli;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.diagnostics.DiagnosticsFeed;
import io.taskqueue.diagnostics.DiagnosticsServer;
import io.taskqueue.diagnostics.DispatcherFeed;
import io.taskqueue.diagnostics.HealthCheck;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.SinkService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue demo}: the main job, with no set-up. */
@Command(
        name = "demo",
        header = "Run the whole thing on this machine, with no set-up: queue, Kafka, sink, replay.",
        description = {
            "Starts a broker, a dispatcher whose queue is fed with 1,990 real tasks, workers of which some fail or walk away, and "
                    + "a sink that calls an HTTP target; the target keeps a ledger of the keys it was called under.",
            "Then it moves the sink's offsets back to the beginning and runs it again: the target must not be called.",
            "Ends with the numbers, and with exit code 1 if any of them does not add up."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {

    private static final Duration WORK_TIME = Duration.ofMillis(5);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = "--tasks",
            paramLabel = "FILE|-",
            description = "JSON lines, one task each; .gz is unpacked; - reads standard input. Default: the sample.")
    private @Nullable String tasks;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "16",
            description = "Workers. Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(
            names = "--fail-rate",
            paramLabel = "P",
            defaultValue = "0.1",
            description =
                    "The share of attempts that go wrong, 0 to 1: of four, three fail and one lets its lease run out. "
                            + "Default: ${DEFAULT-VALUE}.")
    private double failRate;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "The dispatcher's diagnostics are served on this port and the sink's on the next; 0 takes any free "
                            + "ones. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--keep", description = "Stay up at the end, until Ctrl-C, so that you can look around.")
    private boolean keep;

    @Mixin
    private Output output = new Output();

    private final MeterRegistry meters = Meters.create();

    @Override
    public Integer call() throws Exception {
        Workers.Habits habits = WorkerOptions.habits(workers, WORK_TIME, failRate);
        try (StopSignal stop = StopSignal.listen(STOP_PATIENCE);
                TaskLines lines = TaskLines.open(tasks, false, output::say);
                TemporaryDirectory directory = TemporaryDirectory.create("taskqueue-demo-");
                Story story = new Story(stop)) {
            output.say("Starting a Kafka broker in " + directory.path() + " ...");
            try (LocalBroker broker = LocalBroker.start(directory.path().resolve("broker"), 0);
                    Demo demo =
                            new Demo(broker.bootstrapServers(), directory.path().resolve("state"), meters)) {
                output.say("Kafka answers at " + broker.bootstrapServers() + ".");
                DemoResult result = demo.run(lines, habits, stop, story);
                return result.faults().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
            }
        }
    }

    /** Tells the story to a person, and serves the diagnostics of whatever the demo has started. */
    private final class Story implements Demo.Listener, AutoCloseable {

        private final Deque<DiagnosticsServer> servers = new ArrayDeque<>();
        private final StopSignal stop;

        Story(StopSignal stop) {
            this.stop = stop;
        }

        @Override
        public void dispatcherStarted(Dispatcher dispatcher) {
            serve(
                    "dispatcher",
                    port,
                    new DispatcherFeed<>(dispatcher.queue(), dispatcher.source(), PayloadCodec.jsonText()),
                    Map.of("replication", dispatcher::notReady));
        }

        @Override
        public void sinkStarted(SinkService sink) {
            if (servers.size() > 1) {
                servers.removeLast().close();
            }
            serve(
                    "sink",
                    port == 0 ? 0 : port + 1,
                    new SinkFeed<>(sink, PayloadCodec.jsonText()),
                    SinkCommand.checks(sink));
        }

        private void serve(String what, int onPort, DiagnosticsFeed feed, Map<String, HealthCheck> checks) {
            DiagnosticsServer.Builder builder =
                    DiagnosticsServer.builder().port(onPort).registry(meters).feed(feed);
            checks.forEach(builder::ready);
            DiagnosticsServer server = builder.start();
            servers.addLast(server);
            output.say("Diagnostics of the " + what + ": http://127.0.0.1:" + server.port()
                    + "/diagnostics/taskqueue, /metrics, /health/ready");
        }

        @Override
        public Progress step(String name) {
            return Progress.begin(name, output);
        }

        @Override
        public void finished(DemoResult result) throws InterruptedException {
            output.result(result.text(), result);
            if (keep) {
                output.say("Kept up, as you asked. Ctrl-C stops.");
                stop.await();
            }
        }

        @Override
        public void close() {
            servers.forEach(DiagnosticsServer::close);
        }
    }
}
