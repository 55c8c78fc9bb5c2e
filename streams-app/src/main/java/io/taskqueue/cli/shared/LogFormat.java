package io.taskqueue.cli.shared;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The environment variable for the format of the log; {@code logback.xml} includes the file of that format. */
public final class LogFormat {

    public static final String VARIABLE = "TASKQUEUE_LOG_FORMAT";

    private static final List<String> FORMATS = List.of("text", "json");

    private LogFormat() {}

    /**
     * Why a value cannot be used, and what can; empty if it can.
     *
     * @param value null where the variable is not set
     */
    public static Optional<String> problem(@Nullable String value) {
        return value == null || FORMATS.contains(value)
                ? Optional.empty()
                : Optional.of(VARIABLE + " is '" + Output.escape(value)
                        + "', but the log is written as text or json. Set it to one of these, or not at all.");
    }
}
