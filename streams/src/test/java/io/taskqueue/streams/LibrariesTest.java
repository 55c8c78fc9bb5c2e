package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application gets that depends on the libraries. */
class LibrariesTest {

    private static final Pattern ARTIFACT = Pattern.compile("(?m)^ +([^: ]+:[^: ]+):jar:([^: ]+:)?([^: ]+):[a-z]+");

    @Test
    void applicationGetsOnlyTheCommittedDependencies() throws IOException {
        List<String> resolved = artifacts(Files.readString(Path.of("target", "dependencies.txt")));

        assertThat(resolved)
                .as(
                        "the dependencies of taskqueue-streams; where the change is intended, edit streams/dependencies.txt")
                .isEqualTo(Files.readAllLines(Path.of("dependencies.txt")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"serde", "connector", "streams"})
    void libraryHasNoFileAtItsRoot(String module) throws IOException {
        Path classes = Path.of("..", module, "target", "classes");
        try (Stream<Path> root = Files.list(classes)) {
            assertThat(root.map(entry -> entry.getFileName().toString()))
                    .as("entries at the root of the jar of " + module + ", which may replace a file of the application")
                    .isSubsetOf("io", "META-INF");
        }
    }

    private static List<String> artifacts(String list) {
        return ARTIFACT.matcher(list)
                .results()
                .map((MatchResult artifact) -> artifact.group(1))
                .sorted()
                .toList();
    }
}
