package com.example.taskqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each program runs and prints what it says; they are short, use the API only, and are listed on their page. */
@Timeout(120)
class ExamplesTest {

    private static final Path SOURCES = Path.of("src", "main", "java", "com", "example", "taskqueue");
    private static final int LONGEST = 80;

    private static EmbeddedKafka broker;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        broker = EmbeddedKafka.start(directory, 0);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void aDispatcherAnswersWhenTheTaskIsSafe() throws Exception {
        assertThat(run(SafeAnswer::main))
                .containsExactly(
                        "202 Accepted: task 1 is stored on Kafka",
                        "Shipping A-17, attempt 1",
                        "Completed, and everyone who reads the topic knows");
    }

    @Test
    void anEffectThatIsRecordedIsNotRepeatedWhenAnotherFails() throws Exception {
        List<String> printed = run(TwoEffects::main);

        assertThat(printed).hasSize(4);
        assertThat(printed.get(0))
                .matches("Charging 4200 cents under the idempotency key billing/0/two-effects/\\d+/3/charge");
        assertThat(printed.subList(1, 4))
                .containsExactly(
                        "The mail server is not there: the event is attempted again", "Mailing receipt R-A-17", "Done");
    }

    @Test
    void aReplayMakesNoCall() throws Exception {
        assertThat(run(ReplayWithoutCalls::main))
                .containsExactly(
                        "First run: 300 calls, 0 recorded results returned",
                        "Replay: 0 calls, 300 recorded results returned");
    }

    @Test
    void deadTasksAreAttemptedAgain() throws Exception {
        assertThat(run(DeadTasksRetried::main))
                .containsExactly(
                        "Dead: task 1",
                        "Dead: task 2",
                        "Retry ordered by ann: 2 tasks",
                        "Printing a.pdf, attempt 3",
                        "Printing b.pdf, attempt 3");
    }

    @Test
    void manyQueuesShareAGroup() throws Exception {
        assertThat(run(ManyQueues::main))
                .containsExactly("100 queues, each with its events confirmed", "tenant-42: 1 greeting from 3 events");
    }

    @Test
    void eachProgramIsShortListedAndUsesTheApiOnly() throws IOException {
        String page = Files.readString(Path.of("README.md"));
        Set<String> api = Files.readAllLines(Path.of("..", "public-api.txt")).stream()
                .takeWhile(line -> !line.startsWith("# Public for other packages"))
                .collect(Collectors.toSet());
        Set<String> programs = new TreeSet<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                List<String> lines = Files.readAllLines(file);
                assertThat(lines).as("%s", file).hasSizeLessThanOrEqualTo(LONGEST);
                assertThat(imports(lines)).as("%s", file).isSubsetOf(api);
                if (lines.stream().anyMatch(line -> line.contains("void main("))) {
                    programs.add(file.getFileName().toString().replace(".java", ""));
                }
            }
        }

        assertThat(programs)
                .containsExactly("DeadTasksRetried", "ManyQueues", "ReplayWithoutCalls", "SafeAnswer", "TwoEffects")
                .allMatch(program -> page.contains("src/main/java/com/example/taskqueue/" + program + ".java"));
    }

    private static Set<String> imports(List<String> lines) {
        Pattern ours = Pattern.compile("import (io\\.taskqueue\\..+);");
        return lines.stream()
                .map(ours::matcher)
                .filter(matcher -> matcher.matches())
                .map(matcher -> matcher.group(1))
                .collect(Collectors.toSet());
    }

    /** What a program prints. */
    private static List<String> run(Program program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            program.run(new String[] {broker.bootstrapServers()});
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private interface Program {
        void run(String[] args) throws Exception;
    }
}
