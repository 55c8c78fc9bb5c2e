package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

    @Test
    void whatATerminalWouldObeyIsShownAsItsCode() {
        assertThat(Printable.line("a\n\"b\"\u001b[2J\u2603")).isEqualTo("a\\u000a\"b\"\\u001b[2J\u2603");
    }

    @Test
    void aRefusedLineIsToldOnOneLine() throws Exception {
        java.util.List<String> said = new java.util.ArrayList<>();
        try (TaskLines lines = TaskLines.open(null, false, said::add)) {
            lines.refuse("queue a\nb takes less");
        }

        assertThat(said).containsExactly("Line 0 is no task: queue a\\u000ab takes less It was skipped.");
    }
}
