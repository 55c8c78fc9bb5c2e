package io.taskqueue.torture.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenEntriesSurviveAKillTest {

    private static final int THREADS = 4;
    private static final int UNTIL_KILL = 2_000;

    @TempDir
    Path directory;

    @Test
    void whatWriteHasReturnedForIsReadAfterAKill() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.toString())
                .redirectError(new File(directory.toFile(), "errors"))
                .start();
        Set<String> returned = new HashSet<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                returned.add(line);
                if (returned.size() == UNTIL_KILL) {
                    child.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
        }
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();

        Set<String> read = new HashSet<>();
        new RunDirectory(directory).readRun(entry -> read.add(((RunEntry.ProcessStarted) entry).process()));
        assertThat(returned).hasSizeGreaterThanOrEqualTo(UNTIL_KILL);
        // the last line of its output may be torn by the kill
        returned.removeIf(name -> !name.endsWith("."));
        assertThat(read).containsAll(returned);
    }

    /** Writes entries until it is killed, and prints each when it is written. */
    static final class Child {

        private Child() {}

        public static void main(String[] arguments) {
            HistoryWriter<RunEntry> history = new RunDirectory(Path.of(arguments[0])).run();
            for (int thread = 0; thread < THREADS; thread++) {
                String name = "thread-" + thread + "-entry-";
                new Thread(() -> {
                            for (int entry = 0; ; entry++) {
                                String process = name + entry + ".";
                                history.write(new RunEntry.ProcessStarted(new Moment(Instant.EPOCH, entry), process));
                                System.out.println(process);
                            }
                        })
                        .start();
            }
        }
    }
}
