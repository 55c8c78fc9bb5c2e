package io.taskqueue.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CommandOptionsTest {

    private static final String USAGE = "Usage: benchmarks/run http [--calls N]";

    private static String operand(String... arguments) {
        return CommandOptions.operand(arguments, 1, "[1-9][0-9]*", USAGE);
    }

    @Test
    void operandFollowsItsOption() {
        assertThat(operand("--calls", "7")).isEqualTo("7");
    }

    @Test
    void missingOperandIsReportedWithTheUsage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operand("--calls"))
                .withMessage(
                        "Option --calls needs an operand, but is the last argument. Give it an operand as described"
                                + " here:\n" + USAGE);
    }

    @Test
    void operandOfAnotherFormIsReportedWithTheUsage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operand("--calls", "many"))
                .withMessage("Option --calls does not accept 'many'. Give it an operand as described here:\n" + USAGE);
    }

    @Test
    void unknownOptionIsReportedWithTheUsage() {
        assertThat(CommandOptions.unknown("--speed", USAGE))
                .hasMessage("Option --speed is unknown. Use one of these:\n" + USAGE);
    }

    @Test
    void helpIsTheUsage() {
        assertThat(CommandOptions.unknown("--help", USAGE)).hasMessage(USAGE);
    }
}
