package io.taskqueue.cli.replay;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.streams.admin.ReplayMove;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a replay starts, or that only its receipt is requested: exactly one of these options. */
final class ReplayTargetOptions {

    @Option(names = "--to-earliest", description = "Replay from the first record that the topic still has.")
    private boolean earliest;

    @Option(
            names = "--to-offset",
            converter = OptionValue.Offset.class,
            paramLabel = "N",
            description = "Replay from this offset of every partition.")
    private @Nullable Long offset;

    @Option(
            names = "--to-datetime",
            converter = OptionValue.Time.class,
            paramLabel = "TIME",
            description = "Replay from the first record at or after this time, for example 2026-11-23T09:30:00Z.")
    private @Nullable Instant time;

    @Option(
            names = "--receipt",
            description = "Do not replay: print the receipt of the latest replay, complete or not.")
    private boolean receipt;

    boolean receiptOnly() {
        return receipt;
    }

    /** @throws CommandFailedException if there is no target, or it is invalid */
    ReplayMove.Target target() {
        if (offset != null) {
            return ReplayMove.Target.offset(offset);
        }
        if (time != null) {
            return ReplayMove.Target.time(time);
        }
        if (earliest) {
            return ReplayMove.Target.earliest();
        }
        throw new CommandFailedException(
                ExitCode.USAGE,
                "The start of the replay is missing. Pass one of --to-earliest, --to-offset, --to-datetime, --receipt.");
    }
}
