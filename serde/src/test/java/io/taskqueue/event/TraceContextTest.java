package io.taskqueue.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {

    private static final String VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void partsAreThoseOfTheHeader() {
        TraceContext trace = new TraceContext(VALID, "vendor=1");

        assertThat(trace.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(trace.spanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(trace.flags()).isEqualTo("01");
        assertThat(TraceContext.parse(VALID, "vendor=1")).contains(trace);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
                "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            })
    void anInvalidPositionIsNoTrace(String traceparent) {
        assertThat(TraceContext.parse(traceparent, "vendor=1")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TraceContext(traceparent, null))
                .withMessage("A traceparent is 00-TRACE-SPAN-FLAGS in lower-case hexadecimal digits, as in "
                        + "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, but this one, of "
                        + traceparent.length()
                        + " characters, is not. Pass the header as it was received, or null if there is none.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a=\u0007", "a=\u00e9", "LONG"})
    void anInvalidStateIsIgnored(String given) {
        String state = given.equals("LONG") ? "x".repeat(TraceContext.MAX_STATE_LENGTH + 1) : given;

        assertThat(TraceContext.parse(VALID, state)).contains(new TraceContext(VALID, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TraceContext(VALID, state))
                .withMessage("A tracestate has 1 to 512 printable ASCII characters, but this one, of " + state.length()
                        + " characters, has not. Pass null in its place: the trace does not depend on it.");
    }

    @Test
    void thereIsNoTraceWithoutPosition() {
        assertThat(TraceContext.parse(null, "vendor=1")).isEmpty();
    }
}
