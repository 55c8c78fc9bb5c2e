package io.taskqueue.cli;

import io.taskqueue.streams.ReplayMode;
import io.taskqueue.streams.ReplayOrder;
import io.taskqueue.streams.Selection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a replay runs, and for which events. */
final class ReplayChoice {

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = {
                "recorded-only runs nothing, and counts effects without a recorded result as missing. fill-gaps runs those. rerun "
                        + "runs the effects of the selected events once more, under a new generation of their keys; the old "
                        + "results stay. Default: recorded-only."
            })
    private @Nullable String mode;

    @Option(
            names = "--select",
            paramLabel = "CLAUSES",
            description = {
                "The events that are rerun or filled; the others only get recorded results. Clauses separated by commas: queue=NAME, "
                        + "kind=KIND, task=EPOCH/SEQUENCE or task=QUEUE/EPOCH/SEQUENCE, from=BOUND, to=BOUND, where a bound is "
                        + "a position EPOCH/SEQUENCE or a time, itself included. Values of one field are alternatives, different "
                        + "fields must all match. In a name, a comma is %%2C and a percent sign %%25. Or all. Repeatable. "
                        + "A rerun needs it."
            })
    private List<String> select = new ArrayList<>();

    /** Whether any of it was given. */
    boolean given() {
        return mode != null || !select.isEmpty();
    }

    /**
     * The order that this is.
     *
     * @throws CommandFailure if it is none
     */
    ReplayOrder order(int number, Clock clock) {
        ReplayMode chosen = mode();
        if (chosen == ReplayMode.RECORDED_ONLY && !select.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "A recorded-only replay runs nothing, so there is nothing to select, but --select "
                            + String.join(",", select)
                            + " was given. Leave it out, or choose --mode fill-gaps or rerun.");
        }
        if (chosen == ReplayMode.RERUN && select.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "A rerun calls the outside again for every event that it selects, and no --select was given. Say which "
                            + "events, as in --select queue=orders,kind=Completed, or --select all.");
        }
        return new ReplayOrder(UUID.randomUUID(), number, chosen, selection(), by(), clock.instant());
    }

    private ReplayMode mode() {
        if (mode == null) {
            return ReplayMode.RECORDED_ONLY;
        }
        return ReplayMode.ofText(mode)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE,
                        "--mode " + mode + " is no way to replay. Choose recorded-only, fill-gaps or rerun."));
    }

    private Selection selection() {
        try {
            return select.isEmpty() ? Selection.ALL : Selection.parse(select);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--select: " + e.getMessage(), e);
        }
    }

    private static String by() {
        return System.getProperty("user.name", "unknown");
    }
}
