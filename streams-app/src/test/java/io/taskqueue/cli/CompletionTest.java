package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real bash completes with the printed script. */
class CompletionTest {

    @TempDir
    private static Path directory;

    @BeforeAll
    static void printTheScript() throws IOException {
        CommandRun run = CommandRun.of("completion");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        Files.writeString(directory.resolve("script"), run.out());
    }

    @Test
    void commandsAreCompleted() throws Exception {
        assertThat(complete("do")).containsExactly("doctor");
        assertThat(complete("")).contains("broker", "canary", "dispatch", "sink", "completion");
        assertThat(complete("parked", "re")).containsExactly("redrive");
    }

    @Test
    void optionsAreCompleted() throws Exception {
        assertThat(complete("doctor", "--replay")).contains("--replay-horizon");
        assertThat(complete("sink", "--boot")).contains("--bootstrap-server");
    }

    @Test
    void valuesOfAnOptionAreCompleted() throws Exception {
        assertThat(complete("status", "--output", "")).containsExactlyInAnyOrder("text", "json");
        assertThat(complete("dispatch", "--payload", "")).containsExactlyInAnyOrder("every-event", "first-event");
        assertThat(complete("sink", "--on-gap", "")).containsExactlyInAnyOrder("continue", "halt");
    }

    /** What bash offers for the last word, in which the cursor is. */
    private static List<String> complete(String... words) throws Exception {
        String line = Stream.of(words).map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        String bash =
                """
                compopt() { :; }  # exists only while the line editor completes
                source "$1"
                complete -p taskqueue | grep -q _complete_taskqueue || exit 3
                COMP_WORDS=(taskqueue %s)
                COMP_CWORD=%d
                _complete_taskqueue
                printf '%%s\\n' "${COMPREPLY[@]}"
                """
                        .formatted(line, words.length);
        Process process = new ProcessBuilder(
                        "bash",
                        "-c",
                        bash,
                        "complete",
                        directory.resolve("script").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output.lines().map(String::strip).distinct().toList();
    }
}
