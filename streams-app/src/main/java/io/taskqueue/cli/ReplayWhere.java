package io.taskqueue.cli;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a replay goes back to, or that its receipt is wanted: exactly one of these. */
final class ReplayWhere {

    @Option(names = "--to-earliest", description = "Back to the first record that the topic still has.")
    private boolean earliest;

    @Option(names = "--to-offset", paramLabel = "N", description = "To this offset in every partition.")
    private @Nullable Long offset;

    @Option(
            names = "--to-datetime",
            paramLabel = "TIME",
            description = "To the first record at or after this time, as in 2026-11-23T09:30:00Z.")
    private @Nullable String time;

    @Option(names = "--receipt", description = "Nowhere: print what came of the latest replay, so far or finally.")
    private boolean receipt;

    boolean receiptOnly() {
        return receipt;
    }

    ReplayPlan.Target target() {
        if (offset != null) {
            return ReplayPlan.Target.offset(offset);
        }
        if (time != null) {
            return ReplayPlan.Target.time(parse(time));
        }
        if (earliest) {
            return ReplayPlan.Target.earliest();
        }
        throw new CommandFailure(
                ExitCode.USAGE, "Where to? Give one of --to-earliest, --to-offset, --to-datetime, --receipt.");
    }

    private static Instant parse(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--to-datetime " + text + " is no time with an offset. Write it as 2026-11-23T09:30:00Z or "
                            + "2026-11-23T10:30:00+01:00.",
                    e);
        }
    }
}
