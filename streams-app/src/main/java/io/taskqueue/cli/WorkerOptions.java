package io.taskqueue.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How a dispatcher's workers work. */
final class WorkerOptions {

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "8",
            description = "Workers. Default: ${DEFAULT-VALUE}.")
    private int workers = 8;

    @Option(
            names = "--work-time",
            paramLabel = "D",
            defaultValue = "10ms",
            description = "How long a worker holds a lease. Default: ${DEFAULT-VALUE}.")
    private Duration workTime = Duration.ofMillis(10);

    @Option(
            names = "--fail-rate",
            paramLabel = "P",
            defaultValue = "0.0",
            description =
                    "The share of attempts that go wrong, 0 to 1: of four, three fail and one lets its lease run out. "
                            + "Default: ${DEFAULT-VALUE}.")
    private double failRate;

    Workers.Habits habits() {
        return habits(workers, workTime, failRate);
    }

    static Workers.Habits habits(int workers, Duration workTime, double failRate) {
        if (workers < 1 || !(failRate >= 0 && failRate <= 1) || workTime.isNegative()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "Workers are at least 1 and the fail rate is from 0 to 1, but these are --workers " + workers
                            + " and --fail-rate " + failRate + ".");
        }
        return new Workers.Habits(workers, workTime, failRate);
    }
}
