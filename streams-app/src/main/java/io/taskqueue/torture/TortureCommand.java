package io.taskqueue.torture;

import io.taskqueue.cli.shared.ClassPath;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.cli.sink.SinkFactoryLoader;
import io.taskqueue.queue.Ticker;
import io.taskqueue.sink.SinkFactory;
import io.taskqueue.torture.check.TortureCheck;
import io.taskqueue.torture.cluster.KafkaCluster;
import io.taskqueue.torture.cluster.SmallDisk;
import io.taskqueue.torture.fault.FaultKind;
import io.taskqueue.torture.fault.FaultList;
import io.taskqueue.torture.fault.FaultSchedule;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.report.HistoryExcerpt;
import io.taskqueue.torture.report.InvariantResult;
import io.taskqueue.torture.report.TortureReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue torture}: everything on this machine, under faults, and a check that nothing was lost. */
@Command(
        name = "torture",
        header =
                "Inject faults into everything, on this machine, and check that nothing is lost and nothing is done twice.",
        description = {
            "Starts three Kafka brokers and a controller, two queues with dispatchers, and two instances of a sink with an HTTP "
                    + "target, each in a process of its own. Kills, stops and cuts them off, as the schedule of the seed says; the same "
                    + "seed gives the same schedule. Then the faults end, everything must drain, and every event is replayed.",
            "At the end a checker reads the event topic, the results of the sink, the target's ledger and what each dispatcher was told "
                    + "to be confirmed, and checks the invariants in docs/guarantees.md. The exit code is 1 if one does not hold; the "
                    + "output then has the seed, and the shortest part of the history that shows it.",
            "--sink runs your own sink under the same faults. It needs no change: its effects are observed from outside, and its target "
                    + "must tolerate what its policies allow. Give it tasks that it can read with --tasks.",
            "Needs about 3 GB of memory, and two cores or more. Uses the loopback address only."
        },
        footer = {
            "",
            "Faults, by area:",
            "  queue   kill-dispatcher, kill-dispatcher-at-point, pause-dispatcher, take-over, hand-over, clock-step",
            "  sink    kill-sink, kill-sink-at-point, pause-sink, rebalance, wipe-state, replay, move-offsets, poison, full-disk",
            "  broker  kill-broker, pause-broker, cut-broker, slow-broker, half-open-broker, lose-broker-answers",
            "  target  cut-target, slow-target, half-open-target, lose-target-answers, refuse-at-target",
            "",
            "Example: taskqueue torture --minutes 20 --seed 7",
            "         taskqueue torture --faults sink,broker --sink com.example.BillingSinkFactory --class-path billing.jar"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TortureCommand implements Callable<Integer> {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(30);
    private static final int SEEDS = 1_000_000;

    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;

    @Option(
            names = "--minutes",
            converter = OptionValue.Count.class,
            paramLabel = "M",
            defaultValue = "5",
            description =
                    "How long the run takes, about. The last of them is for the start, the quiet and the replay, which take as long "
                            + "as they need. Default: ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(
            names = "--seed",
            converter = OptionValue.Seed.class,
            paramLabel = "S",
            description = "The seed of the schedule and of the load. Default: a random one, which is printed.")
    private @Nullable Long seed;

    @Option(
            names = "--faults",
            converter = FaultList.Text.class,
            paramLabel = "LIST",
            description = "The faults to inject, or areas of them, separated by commas; or none. Default: all.")
    private FaultList faults = FaultList.ALL;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "A new directory for everything that the run stores, about 100 MB a minute; it is kept. Default: a temporary one, "
                            + "which is deleted unless an invariant does not hold.")
    private @Nullable Path directory;

    @Option(
            names = "--sink",
            paramLabel = "FACTORY",
            description =
                    "A sink of your own instead of the run's, as for the command sink: the name of an io.taskqueue.sink.SinkFactory in "
                            + "--class-path, or log, http or jdbc.")
    private @Nullable String sink;

    @Option(names = "--sink-config", paramLabel = "K=V", description = "A setting of your sink. Repeatable.")
    private Map<String, String> sinkConfig = new LinkedHashMap<>();

    @Option(
            names = "--class-path",
            paramLabel = "JARS",
            converter = CheckedClassPath.class,
            description = "The class path of your sink: jars and directories, separated as for java -cp.")
    private String classPath = "";

    @Option(
            names = "--tasks",
            paramLabel = "FILE",
            description =
                    "A file of JSON lines, up to 1 MB: the payloads of the tasks, used again from its beginning when they are used up. "
                            + "Default: small objects.")
    private @Nullable Path tasks;

    @Mixin
    private Output output = new Output();

    /**
     * Creates the command.
     *
     * @param clock the time in the history of the run
     * @param ticker measures how long the run takes, and orders what its processes did
     * @param random chooses a seed where none is given
     */
    public TortureCommand(Clock clock, Ticker ticker, RandomGenerator random) {
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    /** A class path that can be used, as it was written. */
    static final class CheckedClassPath implements OptionValue<String> {

        @Override
        public String parse(String text) {
            var unused = new ClassPath.Entries().parse(text);
            return text;
        }
    }

    @Override
    public Integer call() throws Exception {
        KafkaCluster.requireOnClassPath();
        requireUsableSink();
        requireReadableTasks();
        List<String> skipped = new ArrayList<>();
        RunFiles files = RunFiles.open(directory);
        TortureSettings settings = new TortureSettings(
                seed == null ? random.nextInt(SEEDS) : seed,
                load(),
                possible(faults, files.path(), skipped).kinds(),
                files.path(),
                new TortureSettings.UserInput(
                        sink == null ? null : new TortureSettings.UserSink(sink, sinkConfig, classPath), tasks));
        FaultSchedule schedule = TortureRun.schedule(settings);
        output.progress("Seed " + settings.seed() + ". The run is stored in " + files.path() + ". The schedule:");
        output.progress(schedule.text());
        skipped.forEach(reason -> output.progress("SKIPPED: " + reason));
        TortureRun.Outcome outcome = run(settings, schedule);
        if (!outcome.complete()) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The run was stopped before its end, and nothing was checked. Its history is in " + files.path()
                            + ".");
        }
        return report(files, outcome, skipped);
    }

    private TortureRun.Outcome run(TortureSettings settings, FaultSchedule schedule) throws Exception {
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY);
                TortureCluster cluster = TortureCluster.start(settings, clock, ticker)) {
            return new TortureRun(settings, cluster, ticker, shutdown, output::progress).run(schedule);
        } catch (IOException | IllegalStateException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The run failed: " + e.getMessage() + " Its history and the logs of its processes are in "
                            + settings.directory() + ".",
                    e);
        }
    }

    private Integer report(RunFiles files, TortureRun.Outcome outcome, List<String> skipped) throws IOException {
        output.progress("checking the history ...");
        RunDirectory history = new RunDirectory(files.path().resolve("history"));
        TortureReport report = TortureCheck.check(history);
        List<String> evidence = TortureResult.evidence(HistoryExcerpt.shortest(
                history,
                report.invariants().stream()
                        .map(InvariantResult::violations)
                        .flatMap(List::stream)
                        .toList()));
        boolean deleted = files.temporary() && report.held();
        TortureResult result = new TortureResult(
                report,
                skipped,
                outcome.processes(),
                outcome.drainSeconds(),
                evidence,
                deleted ? Optional.empty() : Optional.of(files.path().toString()));
        if (deleted) {
            files.delete();
        }
        output.result(result.text(), result);
        return result.held() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** The rest of the time is for the start and for what follows the load. */
    private Duration load() {
        Duration all = Duration.ofMinutes(minutes);
        return minutes == 1 ? all.dividedBy(2) : all.minusMinutes(1);
    }

    private static FaultList possible(FaultList wanted, Path directory, List<String> skipped) {
        if (!wanted.kinds().contains(FaultKind.FULL_DISK)) {
            return wanted;
        }
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("mount-check"))) {
            disk.free();
            return wanted;
        } catch (IOException e) {
            skipped.add(FaultKind.FULL_DISK.text() + ": this user cannot mount a small file system (" + e.getMessage()
                    + "). Run the command as a user who can, for example root.");
            return wanted.without(FaultKind.FULL_DISK);
        }
    }

    /** A sink that cannot be created is reported before anything is started. */
    private void requireReadableTasks() {
        if (tasks != null && !Files.isReadable(tasks)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "The file of tasks " + Output.escape(tasks.toString())
                            + " cannot be read. Pass a file of JSON lines: --tasks FILE.");
        }
    }

    private void requireUsableSink() throws Exception {
        if (sink == null) {
            return;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (!classPath.isEmpty()) {
            thread.setContextClassLoader(
                    new ClassPath.Entries().parse(classPath).loader());
        }
        try {
            SinkFactory<?> factory = SinkFactoryLoader.load(sink);
            if (SinkFactoryLoader.create(factory, sinkConfig) instanceof AutoCloseable closeable) {
                closeable.close();
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
