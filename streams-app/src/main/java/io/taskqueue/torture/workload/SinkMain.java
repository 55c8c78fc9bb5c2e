package io.taskqueue.torture.workload;

import io.taskqueue.cli.shared.ClassPath;
import io.taskqueue.cli.sink.SinkFactoryLoader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.status.QueueStatus;
import io.taskqueue.streams.status.SinkState;
import io.taskqueue.streams.status.SinkStatus;
import io.taskqueue.torture.cluster.ParentInput;
import io.taskqueue.torture.cluster.TortureProcess;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.RunDirectory;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An instance of a sink in a process of its own.
 *
 * <pre>
 *   command        answer
 *   status         STATUS settled applied parked     whether all that it has read is applied, and counts
 *   kill-after n                                     halts when n more actions have ended
 *   stop                                             closes the service, and ends
 * </pre>
 */
public final class SinkMain {

    /** The exit code of an instance that stopped itself. */
    public static final int FAILED = 23;

    /** The exit code of an instance that could not start. */
    public static final int NOT_STARTED = 24;

    private static final Logger LOG = LoggerFactory.getLogger(SinkMain.class);

    private static final Duration CHECK_INTERVAL = Duration.ofMillis(100);
    private static final long STATE_MEMORY = 16L * 1024 * 1024;

    private SinkMain() {}

    public static void main(String[] arguments) {
        BlockingQueue<String> commands = new LinkedBlockingQueue<>();
        ParentInput.listen(commands::add);
        int exitCode;
        try {
            WarmUp.clients();
            ChildArguments parsed = ChildArguments.parse(ParentInput.awaitArguments(commands));
            parsed.find("class-path").ifPresent(path -> Thread.currentThread()
                    .setContextClassLoader(new ClassPath.Entries().parse(path).loader()));
            SinkFactory<?> factory = parsed.find("sink").isPresent()
                    ? SinkFactoryLoader.load(parsed.text("sink"))
                    : new TargetSinkFactory();
            exitCode = run(parsed, factory, commands);
        } catch (Exception e) {
            LOG.error("The sink failed", e);
            exitCode = FAILED;
        }
        Runtime.getRuntime().halt(exitCode);
    }

    private static <T> int run(ChildArguments arguments, SinkFactory<T> factory, BlockingQueue<String> commands)
            throws Exception {
        Map<String, String> configuration = arguments.startingWith("sink-config.");
        ReplicationSink<T> sink = SinkFactoryLoader.create(factory, configuration);
        String name = arguments.text("name");
        Clock clock = Clock.systemUTC();
        Ticker ticker = Ticker.system();
        ObservedSink<T> observed = new ObservedSink<>(
                sink,
                new ObservedSink.Files(new RunDirectory(arguments.path("dir")), name, arguments.text("process")),
                arguments.find("sink").isPresent(),
                () -> Moment.now(clock, ticker));
        try {
            var builder = SinkService.builder(name, observed, factory.codec())
                    .kafka(arguments.kafka())
                    .fingerprint("torture")
                    .stateDirectory(arguments.path("state"))
                    .stateMemory(STATE_MEMORY)
                    .retry(factory.retry(configuration))
                    .breaker(factory.breaker(configuration))
                    .concurrency(48)
                    .topicCheckInterval(Duration.ofSeconds(5))
                    .waitForTopic();
            SinkService service;
            try {
                service = builder.start();
            } catch (SinkStoppedException e) {
                LOG.error("The sink could not start", e);
                return NOT_STARTED;
            }
            ParentInput.answer(TortureProcess.READY);
            return follow(service, observed, commands);
        } finally {
            if (sink instanceof AutoCloseable closeable) {
                closeable.close();
            }
        }
    }

    private static int follow(SinkService service, ObservedSink<?> sink, BlockingQueue<String> commands)
            throws InterruptedException {
        while (true) {
            String command = commands.poll(CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            SinkStatus status = service.status();
            if (status.state() == SinkState.FAILED) {
                LOG.error("The sink stopped: {}", status.failure().orElse(""));
                service.close();
                return FAILED;
            }
            if (command == null) {
                continue;
            }
            switch (command.split(" ", -1)[0]) {
                case "status" -> ParentInput.answer("STATUS " + status.settled() + " " + applied(status) + " "
                        + status.queues().stream()
                                .mapToLong(queue -> queue.parked().events())
                                .sum());
                case "kill-after" -> sink.killAfterActions(Long.parseLong(command.split(" ", -1)[1]));
                case "stop" -> {
                    service.close();
                    return 0;
                }
                default -> LOG.error("Unknown command {}", command);
            }
        }
    }

    private static long applied(SinkStatus status) {
        return status.queues().stream()
                .map(QueueStatus::counts)
                .mapToLong(QueueStatus.Counts::applied)
                .sum();
    }
}
