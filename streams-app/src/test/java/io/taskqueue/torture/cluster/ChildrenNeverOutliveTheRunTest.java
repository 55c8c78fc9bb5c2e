package io.taskqueue.torture.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.history.RunEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenNeverOutliveTheRunTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private RunDirectory history;
    private RunRecorder recorder;
    private Children children;

    @BeforeEach
    void open() {
        history = new RunDirectory(directory.resolve("history"));
        recorder = RunRecorder.open(history, Clock.systemUTC(), Ticker.system());
        children = Children.open(recorder);
    }

    @AfterEach
    void close() {
        children.close();
    }

    @Test
    void aChildAnswersCommandsAndItsStartAndEndAreInTheHistory() throws Exception {
        TortureProcess child = start("echo-1");

        assertThat(child.awaitReady(PATIENCE)).isTrue();
        assertThat(child.ask("hello", PATIENCE)).isEqualTo(Optional.of("echo-1 hello"));
        assertThat(child.residentMegabytes().orElse(1)).isPositive();

        child.send("end");
        assertThat(child.awaitEnd(PATIENCE)).isTrue();
        assertThat(child.exitCode()).isEqualTo(OptionalInt.of(7));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(recorder.ends()).containsEntry("echo, exit code 7", 1L));
        List<RunEntry> entries = new ArrayList<>();
        history.readRun(entries::add);
        assertThat(entries)
                .anySatisfy(entry -> assertThat(entry)
                        .isInstanceOfSatisfying(RunEntry.ProcessStarted.class, started -> assertThat(started.process())
                                .isEqualTo("echo-1")))
                .anySatisfy(entry -> assertThat(entry)
                        .isInstanceOfSatisfying(RunEntry.ProcessEnded.class, ended -> assertThat(ended.how())
                                .isEqualTo("exit code 7")));
    }

    @Test
    void aChildWhoseParentHasGoneEnds() throws Exception {
        // what a child sees of a parent that was killed is the end of its standard input
        Process orphan = command("orphan").start();
        assertThat(orphan.isAlive()).isTrue();

        orphan.getOutputStream().close();

        assertThat(orphan.waitFor(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void closingTheRunKillsEveryChildAlsoOneThatIsPaused() throws Exception {
        TortureProcess running = start("echo-1");
        TortureProcess paused = start("echo-2");
        assertThat(paused.awaitReady(PATIENCE)).isTrue();
        try (PausedProcess stopped = PausedProcess.stop(paused)) {
            assertThat(stopped).isNotNull();

            children.close();

            assertThat(running.awaitEnd(PATIENCE)).isTrue();
            assertThat(paused.awaitEnd(PATIENCE)).isTrue();
        }
        assertThatThrownBy(() -> start("echo-3"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The process echo-3 cannot be started: the run is ending.");
    }

    @Test
    void aPausedChildDoesNotAnswerAndDoesAfterThePause() throws Exception {
        TortureProcess child = start("echo-1");
        assertThat(child.awaitReady(PATIENCE)).isTrue();
        try (PausedProcess paused = PausedProcess.stop(child)) {
            assertThat(paused).isNotNull();
            assertThat(child.ask("hello", Duration.ofMillis(300))).isEmpty();
        }

        assertThat(child.ask("again", PATIENCE)).contains("echo-1 hello");
    }

    @Test
    void aProcessThatHasEndedCannotBePaused() throws Exception {
        TortureProcess child = start("echo-1");
        child.kill();

        assertThatThrownBy(() -> PausedProcess.stop(child))
                .isInstanceOf(IOException.class)
                .hasMessage("The signal SIGSTOP could not be sent to " + child + ": it has ended.");
    }

    @Test
    void aSpareProcessGetsItsArgumentsWhenItBegins() throws Exception {
        SpareProcess spares =
                new SpareProcess(children, "echo-", EchoProcess.class.getName(), 64, directory.resolve("logs"));

        TortureProcess first = spares.begin(name -> List.of("as-" + name));

        assertThat(first.awaitReady(PATIENCE)).isTrue();
        assertThat(first.ask("hello", PATIENCE)).isEqualTo(Optional.of("as-echo-1 hello"));
        assertThat(spares.begin(name -> List.of("as-" + name)).name()).isEqualTo("echo-2");
        spares.close();
    }

    @Test
    void whatAChildPrintsToStandardErrorIsKept() throws Exception {
        TortureProcess child =
                children.start(new ProcessCommand("missing-1", "io.taskqueue.Missing", 64, List.of(), directory));

        assertThat(child.awaitReady(PATIENCE)).isFalse();
        assertThat(Files.readString(directory.resolve("missing-1.err"))).contains("io.taskqueue.Missing");
    }

    private TortureProcess start(String name) throws IOException {
        return children.start(command(name));
    }

    private ProcessCommand command(String name) {
        return new ProcessCommand(name, EchoProcess.class.getName(), 64, List.of(name), directory.resolve("logs"));
    }
}
