package io.taskqueue.cli.shared;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutputTest {

    @Test
    void controlCharactersAreEscaped() {
        assertThat(Output.escape("a\n\"b\"\u001b[2J\u2603")).isEqualTo("a\\u000a\"b\"\\u001b[2J\u2603");
        assertThat(Output.escape("invoice\u202egpj.exe")).isEqualTo("invoice\\u202egpj.exe");
    }
}
