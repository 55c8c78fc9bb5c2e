package io.taskqueue.torture;

import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.check.TortureCheck;
import io.taskqueue.torture.fault.FaultKind;
import io.taskqueue.torture.fault.FaultSchedule;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.report.TortureReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
                "Inject faults into everything on this machine, and check that nothing is lost and nothing done twice.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class TortureCommand implements Callable<Integer> {

    private static final Duration MAX_SHUTDOWN_DELAY = Duration.ofSeconds(30);

    private final Clock clock;
    private final Ticker ticker;
    private final RandomGenerator random;

    @Option(
            names = "--minutes",
            converter = OptionValue.Count.class,
            paramLabel = "M",
            defaultValue = "5",
            description = "How long the run takes, about. Default: ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "The seed of the schedule. Default: a random one, which is printed.")
    private @Nullable Long seed;

    @Option(names = "--faults", split = ",", paramLabel = "LIST", description = "The faults to inject. Default: all.")
    private List<String> faults = new ArrayList<>();

    @Option(names = "--dir", paramLabel = "DIR", description = "The directory of the run.")
    private @Nullable Path directory;

    @Option(names = "--sink", paramLabel = "FACTORY", description = "A sink of your own.")
    private @Nullable String sink;

    @Option(names = "--sink-config", paramLabel = "K=V", description = "A setting of the sink. Repeatable.")
    private Map<String, String> sinkConfig = new LinkedHashMap<>();

    @Option(names = "--class-path", paramLabel = "JARS", description = "The class path of the sink.")
    private String classPath = "";

    @Mixin
    private Output output = new Output();

    public TortureCommand(Clock clock, Ticker ticker, RandomGenerator random) {
        this.clock = clock;
        this.ticker = ticker;
        this.random = random;
    }

    @Override
    public Integer call() throws Exception {
        Path run = directory == null ? Files.createTempDirectory("taskqueue-torture-") : directory;
        TortureSettings settings = new TortureSettings(
                seed == null ? random.nextInt(1_000_000) : seed,
                load(),
                kinds(),
                run,
                sink == null ? null : new TortureSettings.UserSink(sink, sinkConfig, classPath));
        FaultSchedule schedule = TortureRun.schedule(settings);
        output.progress("seed " + settings.seed() + ", directory " + run);
        output.progress(schedule.text());
        try (ShutdownSignal shutdown = ShutdownSignal.listen(MAX_SHUTDOWN_DELAY);
                TortureCluster cluster = TortureCluster.start(settings, clock, ticker)) {
            boolean complete = new TortureRun(settings, cluster, ticker, shutdown, output::progress).run(schedule);
            output.progress("ended: " + complete + " " + cluster.recorder.faults() + " " + cluster.recorder.ends());
        }
        TortureReport report = TortureCheck.check(new RunDirectory(run.resolve("history")));
        output.result(String.join(System.lineSeparator(), report.lines()), report);
        return report.held() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** The rest of the time is for the start and for what follows the load. */
    private Duration load() {
        Duration all = Duration.ofMinutes(minutes);
        return minutes == 1 ? all.dividedBy(2) : all.minusMinutes(1);
    }

    private Set<FaultKind> kinds() {
        if (faults.isEmpty()) {
            return EnumSet.allOf(FaultKind.class);
        }
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        faults.stream()
                .filter(name -> !name.equals("none"))
                .map(FaultKind::parse)
                .forEach(kinds::add);
        return kinds;
    }
}
