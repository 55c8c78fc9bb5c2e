package io.taskqueue.cli.shared;

import io.taskqueue.kafka.KafkaFailure;
import java.util.Map;

/** Ends a command with an exit code and a message that states the fact, what was found and the remedy. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public CommandFailedException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public CommandFailedException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** A failure of a Kafka client, in one line. */
    public static CommandFailedException of(KafkaFailure failure, Throwable cause) {
        return new CommandFailedException(exitCode(failure), failure.text(), cause);
    }

    /** A refusal whose message is complete. Its exit code is that of the failure of a Kafka client, where that is the cause. */
    public static CommandFailedException refused(RuntimeException refusal) {
        KafkaFailure failure = KafkaFailure.of(refusal, Map.of());
        int exitCode = failure.kind() == KafkaFailure.Kind.OTHER ? ExitCode.REFUSED : exitCode(failure);
        return new CommandFailedException(exitCode, String.valueOf(refusal.getMessage()), refusal);
    }

    private static int exitCode(KafkaFailure failure) {
        return switch (failure.kind()) {
            case CONFIGURATION, REQUEST -> ExitCode.USAGE;
            case UNREACHABLE, AUTHENTICATION, AUTHORIZATION -> ExitCode.UNREACHABLE;
            case OTHER -> ExitCode.FAILED;
        };
    }

    /** One of the codes of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
