package io.taskqueue.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.cli.CommandRun;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.SinkFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the code of a user's factory throws is reported in one message, without a stack trace. */
class SinkFactoryFailuresAreReportedTest {

    /** Throws what its configuration names. */
    public static class Throwing implements SinkFactory<String> {
        @Override
        public PayloadCodec<String> codec() {
            return PayloadCodec.utf8();
        }

        @Override
        public ReplicationSink<String> create(Map<String, String> configuration) {
            switch (String.valueOf(configuration.get("throw"))) {
                case "refused" -> throw new IllegalArgumentException("The key 'throw' is unknown. Use none.");
                case "error" -> throw new NoClassDefFoundError("com/example/Client");
                case "overflow" -> throw new StackOverflowError();
                default -> throw new IllegalStateException("no connection");
            }
        }
    }

    /** Its class cannot be initialized. */
    public static final class Uninitialized extends Throwing {
        static final int NUMBER = Integer.parseInt("no number");
    }

    private static CommandRun sink(Class<?> factory, String configured) {
        return CommandRun.of(
                "sink",
                "--bootstrap-server",
                "127.0.0.1:1",
                "--name",
                "failing",
                "--sink",
                factory.getName(),
                "--sink-config",
                "throw=" + configured);
    }

    private static void isReported(CommandRun run, int exitCode, String message) {
        assertThat(run.err()).isEqualTo("taskqueue: " + message + "\n");
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void failureOfCreateIsReportedWithTheFactoryAndTheReason() {
        String create = "The method create() of " + Throwing.class.getName() + " failed with ";
        isReported(sink(Throwing.class, "refused"), ExitCode.USAGE, "The key 'throw' is unknown. Use none.");
        isReported(
                sink(Throwing.class, "exception"),
                ExitCode.FAILED,
                create + "IllegalStateException: no connection. Correct the factory, or what it uses.");
        isReported(
                sink(Throwing.class, "error"),
                ExitCode.FAILED,
                create + "NoClassDefFoundError: com/example/Client. Correct the factory, or what it uses.");
        isReported(
                sink(Throwing.class, "overflow"),
                ExitCode.FAILED,
                create + "StackOverflowError: java.lang.StackOverflowError. Correct the factory, or what it uses.");
    }

    @Test
    void classThatCannotBeInitializedIsReportedWithTheReason() {
        isReported(
                sink(Uninitialized.class, "any"),
                ExitCode.USAGE,
                "The class " + Uninitialized.class.getName()
                        + " of --sink cannot be initialized: java.lang.NumberFormatException: For input string: \"no number\". "
                        + "Correct the class, or the libraries in --class-path.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"codec", "retry", "breaker"})
    void failureOfTheOtherMethodsIsReportedLikewise(String method) {
        var factory = new Throwing();
        assertThatThrownBy(() -> SinkFactoryLoader.call(factory, method, () -> {
                    throw new ExceptionInInitializerError("a static field");
                }))
                .isInstanceOfSatisfying(CommandFailedException.class, failed -> assertThat(failed)
                        .hasMessage("The method " + method + "() of " + Throwing.class.getName()
                                + " failed with ExceptionInInitializerError: a static field. Correct the factory, or "
                                + "what it uses."));
        assertThatThrownBy(() -> SinkFactoryLoader.call(factory, method, SinkFactoryFailuresAreReportedTest::nothing))
                .isInstanceOf(CommandFailedException.class)
                .hasMessage("The method " + method + "() of " + Throwing.class.getName()
                        + " returned null. Correct the factory.");
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <R> R nothing() {
        return null;
    }
}
