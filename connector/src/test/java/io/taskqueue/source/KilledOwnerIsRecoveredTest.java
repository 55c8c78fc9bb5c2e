package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.QueueSnapshot;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.source.recovery.Recovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The owner of a queue is killed with SIGKILL: nothing that it confirmed is missing afterwards, and nothing that ended is back. */
@Timeout(90)
class KilledOwnerIsRecoveredTest {

    private static final String EVENTS = "killed.events";

    @TempDir
    static Path directory;

    private static SourceTestCluster cluster;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = SourceTestCluster.start(directory);
        cluster.createTopic(EVENTS, 1, Map.of());
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 700})
    void everyConfirmedTaskIsLiveOrEnded(int lines) throws Exception {
        String name = "killed-" + lines;
        Map<String, Set<String>> told = killAfter(lines, name);
        Set<String> mayHaveEnded = told.get("completing");

        try (TaskQueue<String> queue = TaskQueue.<String>builder(name).build();
                ReplicationSource<String> source = cluster.source(queue)
                        .topic(EVENTS)
                        .recover(Recovery.standard())
                        .start()) {
            Set<String> live = queue.snapshot().tasks().stream()
                    .map(QueueSnapshot.Entry::task)
                    .map(task -> task.id().toString())
                    .collect(Collectors.toSet());
            Set<String> mustBeLive = new HashSet<>(told.get("enqueued"));
            mustBeLive.removeAll(mayHaveEnded);

            assertThat(told.get("enqueued")).hasSizeGreaterThan(lines / 5);
            assertThat(live).containsAll(mustBeLive);
            assertThat(live).doesNotContainAnyElementsOf(told.get("completed"));
            assertThat(source.recovery().orElseThrow().tasks().recovered()).isEqualTo(live.size());
            assertThat(source.recovery().orElseThrow().removed()).isEmpty();
        }
    }

    /** What the owner wrote, by the first word of the line, until it was killed. */
    private static Map<String, Set<String>> killAfter(int lines, String queue) throws Exception {
        Path output = directory.resolve(queue + ".log");
        Process owner = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledOwner.class.getName(),
                        String.valueOf(cluster.settings().get("bootstrap.servers")),
                        EVENTS,
                        queue,
                        String.valueOf(lines)))
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() ->
                            told(output).values().stream().mapToInt(Set::size).sum() >= lines);
        } finally {
            owner.destroyForcibly();
        }
        assertThat(owner.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return told(output);
    }

    private static Map<String, Set<String>> told(Path output) throws IOException {
        Map<String, Set<String>> told =
                Map.of("enqueued", new HashSet<>(), "completing", new HashSet<>(), "completed", new HashSet<>());
        String text = Files.readString(output);
        text.substring(0, text.lastIndexOf('\n') + 1) // the last line may be incomplete
                .lines()
                .map(line -> line.split(" "))
                .filter(words -> words.length == 2 && told.containsKey(words[0]))
                .forEach(words -> told.get(words[0]).add(words[1]));
        return told;
    }
}
