package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.OptionValue;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options about the simulated workers of a dispatcher. */
final class WorkerOptions {

    @Option(
            names = "--workers",
            converter = OptionValue.Threads.class,
            paramLabel = "N",
            defaultValue = "8",
            description = "The number of workers. Default: ${DEFAULT-VALUE}.")
    private int workers = 8;

    @Option(
            names = "--work-time",
            paramLabel = "D",
            defaultValue = "10ms",
            description = "How long a worker holds a lease. Default: ${DEFAULT-VALUE}.")
    private Duration workTime = Duration.ofMillis(10);

    @Option(
            names = "--fail-rate",
            converter = OptionValue.Share.class,
            paramLabel = "P",
            defaultValue = "0.0",
            description =
                    "The share of attempts that do not succeed, 0 to 1: of four, three fail and one lets its lease expire. "
                            + "Default: ${DEFAULT-VALUE}.")
    private double failRate;

    /** @throws io.taskqueue.cli.shared.CommandFailedException if a value is out of range */
    WorkerBehavior behavior() {
        return new WorkerBehavior(workers, workTime, failRate);
    }
}
