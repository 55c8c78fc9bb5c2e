package io.taskqueue.cli.replay;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.streams.replay.ReplayMode;
import io.taskqueue.streams.replay.ReplayOrder;
import io.taskqueue.streams.replay.Selection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which effects a replay runs, and for which events. */
final class ReplayModeOptions {

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = {
                "recorded-only runs no effect, and counts effects without a recorded result as missing. fill-gaps runs effects "
                        + "without a recorded result. rerun runs the effects of the selected events again, under a new "
                        + "generation of their keys; the earlier results are kept. Default: recorded-only."
            })
    private @Nullable String mode;

    @Option(
            names = "--select",
            paramLabel = "CLAUSES",
            description = {
                "The events that a rerun or fill-gaps applies to; the others are answered from recorded results. Clauses are "
                        + "separated by commas: queue=NAME, kind=KIND, task=EPOCH/SEQUENCE or task=QUEUE/EPOCH/SEQUENCE, "
                        + "from=BOUND, to=BOUND, result=failed. A bound is a position EPOCH/SEQUENCE or a time, and is "
                        + "inclusive. result=failed selects events with a recorded failure: a rerun of them runs the failed "
                        + "effects, and those that never ran because of them; the others keep their results. Values of one field are alternatives; different fields must all match. In a name, write a comma as %%2C "
                        + "and a percent sign as %%25. `all` selects every event. Repeatable. A rerun requires it."
            })
    private List<String> select = new ArrayList<>();

    /** Whether any of the options was given. */
    boolean given() {
        return mode != null || !select.isEmpty();
    }

    /**
     * The order of a replay with these options.
     *
     * @param clock the time of the order
     * @throws CommandFailedException if the options are invalid
     */
    ReplayOrder order(int number, Clock clock) {
        ReplayMode chosen = mode();
        if (chosen == ReplayMode.RECORDED_ONLY && !select.isEmpty()) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "A recorded-only replay runs no effects, so no events can be selected, but --select "
                            + String.join(",", select)
                            + " was given. Omit it, or pass --mode fill-gaps or rerun.");
        }
        if (chosen == ReplayMode.RERUN && select.isEmpty()) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "A rerun runs the effects of every selected event again, but --select was not given. Select events, for "
                            + "example --select queue=orders,kind=Completed, or all of them with --select all.");
        }
        if (chosen == ReplayMode.FILL_GAPS && selection().failuresOnly()) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "fill-gaps runs effects without a recorded result, and a recorded failure is a result, but --select "
                            + String.join(",", select) + " was given. Pass --mode rerun.");
        }
        String orderedBy = System.getProperty("user.name", "unknown");
        return new ReplayOrder(UUID.randomUUID(), number, chosen, selection(), orderedBy, clock.instant());
    }

    private ReplayMode mode() {
        if (mode == null) {
            return ReplayMode.RECORDED_ONLY;
        }
        return ReplayMode.ofText(mode)
                .orElseThrow(() -> new CommandFailedException(
                        ExitCode.USAGE,
                        "--mode " + mode + " is not a mode of replay. Choose recorded-only, fill-gaps or rerun."));
    }

    private Selection selection() {
        try {
            return select.isEmpty() ? Selection.ALL : Selection.parse(select);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.USAGE, "--select: " + e.getMessage(), e);
        }
    }
}
