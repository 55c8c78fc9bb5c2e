package io.taskqueue.cli.dispatch;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import java.time.Duration;

/**
 * How the simulated workers of a dispatcher behave.
 *
 * @param count the number of workers, each with a thread of its own
 * @param workTime how long each lease is held
 * @param failRate the share of attempts that do not succeed, from 0 to 1
 */
public record WorkerBehavior(int count, Duration workTime, double failRate) {

    /** @throws CommandFailedException if a value is out of range; the message names the options */
    public WorkerBehavior {
        if (count < 1 || !(failRate >= 0 && failRate <= 1)) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--workers must be at least 1 and --fail-rate from 0 to 1, but found --workers " + count
                            + " and --fail-rate " + failRate + ". Correct the value.");
        }
    }
}
