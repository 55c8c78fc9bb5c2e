package io.taskqueue.torture.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventFlag;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.torture.history.DispatcherEntry.LeaseOutcome;
import io.taskqueue.torture.history.ObservedEntry.ResultState;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFilesTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00.123456789Z");
    private static final Moment AT = new Moment(NOW, 42);
    private static final UUID INSTANCE = UUID.fromString("6e2c1fd0-0000-4000-8000-000000000001");
    private static final TaskId TASK = new TaskId("orders/eu", 7, 3);
    private static final OwnershipToken TOKEN = new OwnershipToken(3, 2, INSTANCE);
    private static final Position POSITION = new Position(7, 12);
    private static final EffectKey KEY = new EffectKey("billing.v2", 1, "orders/eu", POSITION, "charge");

    @TempDir
    Path directory;

    @Test
    void everyEntryIsReadAsItWasWritten() {
        RunDirectory run = new RunDirectory(directory);
        List<RunEntry> ofRun = List.of(
                new RunEntry.RunStarted(
                        AT,
                        17,
                        new RunSettings(
                                List.of("orders/eu"),
                                List.of("billing.v2"),
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(30),
                                Duration.ofMillis(100),
                                true)),
                new RunEntry.PhaseBegan(AT, RunPhase.LOAD),
                new RunEntry.ProcessStarted(AT, "dispatcher-1"),
                new RunEntry.ProcessEnded(AT, "dispatcher-1", "exit code 137"),
                new RunEntry.FaultBegan(AT, "fault-1", "kill-dispatcher", "dispatcher-1", Disturbance.PROGRESS, "none"),
                new RunEntry.FaultEnded(AT, "fault-1"),
                new RunEntry.Measured(AT, "billing-1", "resident memory", 100, 200));
        List<DispatcherEntry> ofDispatcher = List.of(
                new DispatcherEntry.Claimed(AT, AT, 7, INSTANCE),
                new DispatcherEntry.Recovered(AT, 7, 1, 2, 3, 4, 5, 6),
                new DispatcherEntry.Confirmed(AT, EventKind.ENQUEUED, TASK, 1, "line 1", POSITION),
                new DispatcherEntry.Confirmed(AT, EventKind.COMPLETED, TASK, 2, null, null),
                new DispatcherEntry.LeaseTaken(AT, AT, 7, TASK, TOKEN, NOW),
                new DispatcherEntry.LeaseEnded(AT, AT, TASK, TOKEN, LeaseOutcome.REFUSED),
                new DispatcherEntry.Fenced(AT, 7, "another \"source\"\nowns it"),
                new DispatcherEntry.HandedOver(AT, 7, 5),
                new DispatcherEntry.QueueSeen(
                        AT, 7, POSITION, List.of(new DispatcherEntry.LiveTask(TASK, 2, TaskPhase.LEASED))));
        List<SinkEntry> ofSink = List.of(new SinkEntry.Applied(
                AT,
                POSITION,
                EventKind.COMPLETED,
                TASK,
                2,
                99L,
                List.of(new SinkEntry.EffectRead("charge", 1, true, "paid € 5"))));
        List<TargetEntry> ofTarget = List.of(
                new TargetEntry.EffectApplied(AT, 1, KEY, AmbiguityPolicy.PROBE, "paid"),
                new TargetEntry.Answered(AT, 1, false),
                new TargetEntry.Probed(AT, KEY, true));
        List<ObservedEntry> observed = List.of(
                new ObservedEntry.ClaimSeen(AT, 7, INSTANCE),
                new ObservedEntry.CheckpointSeen(AT, "billing.v2", POSITION, 13L),
                new ObservedEntry.OffsetsReset(AT, AT, "billing.v2", 0),
                new ObservedEntry.ResultSeen(AT, KEY, ResultState.DONE, "paid"),
                new ObservedEntry.ParkedSeen(AT, "billing.v2", POSITION, "refused"),
                new ObservedEntry.ParkedDiscarded(AT, "billing.v2", POSITION),
                new ObservedEntry.ParkedRedriven(AT, "billing.v2", TASK),
                new ObservedEntry.DeadRetried(AT, TASK));
        List<TopicEntry> events = List.of(
                new TopicEntry.LoggedEvent(0, 1, new Position(7, 0), INSTANCE, EventKind.SOURCE_STARTED, 0, NOW, null),
                new TopicEntry.LoggedEvent(
                        0,
                        2,
                        POSITION,
                        null,
                        EventKind.FAILED,
                        12,
                        NOW,
                        new TopicEntry.LoggedTask(
                                TASK, 2, "line 1", "0badf00d", TOKEN, null, NOW, Set.of(EventFlag.DEAD_LETTER))),
                new TopicEntry.InvalidRecord(0, 3, POSITION, "it is empty"));
        write(run.run(), ofRun);
        write(run.dispatcher("orders/eu", "dispatcher/1"), ofDispatcher);
        write(run.sink("orders/eu", "billing.v2", "billing.1"), ofSink);
        write(run.target("orders/eu", "target"), ofTarget);
        write(run.observed("orders/eu"), observed);
        write(run.events("orders/eu"), events);

        List<HistoryEntry> read = new ArrayList<>();
        List<String> processes = new ArrayList<>();
        run.readRun(read::add);
        assertThat(run.queues()).containsExactly("orders/eu");
        QueueHistory queue = run.queue("orders/eu");
        queue.dispatchers((process, entry) -> {
            processes.add(process);
            read.add(entry);
        });
        assertThat(queue.sinkNames()).containsExactly("billing.v2");
        queue.sink("billing.v2", (process, entry) -> {
            processes.add(process);
            read.add(entry);
        });
        queue.targets((process, entry) -> read.add(entry));
        queue.observed(read::add);
        queue.events(read::add);

        List<HistoryEntry> written = new ArrayList<>(ofRun);
        written.addAll(ofDispatcher);
        written.addAll(ofSink);
        written.addAll(ofTarget);
        written.addAll(observed);
        written.addAll(events);
        assertThat(read).isEqualTo(written);
        assertThat(processes).contains("dispatcher/1", "billing.1");
        assertThat(read)
                .as("every kind of entry is written by this test")
                .extracting(Object::getClass)
                .containsAll(kinds(HistoryEntry.class));
    }

    private static List<Class<?>> kinds(Class<?> sealed) {
        List<Class<?>> kinds = new ArrayList<>();
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                kinds.addAll(kinds(permitted));
            } else {
                kinds.add(permitted);
            }
        }
        return kinds;
    }

    @Test
    void tornLastLineIsIgnored() throws IOException {
        RunDirectory run = new RunDirectory(directory);
        write(run.run(), List.of(new RunEntry.PhaseBegan(AT, RunPhase.LOAD)));
        byte[] torn = new HistoryJson<>(RunEntry.class).line(new RunEntry.PhaseBegan(AT, RunPhase.QUIET));
        Path file = directory.resolve("run.ndjson");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < torn.length - 1; length++) {
            Files.write(file, whole);
            Files.write(file, java.util.Arrays.copyOf(torn, length), StandardOpenOption.APPEND);

            List<RunEntry> read = new ArrayList<>();
            run.readRun(read::add);

            assertThat(read).hasSize(length == torn.length - 1 ? 2 : 1);
        }
    }

    @Test
    void damagedLineBeforeTheLastIsAnError() throws IOException {
        RunDirectory run = new RunDirectory(directory);
        write(run.run(), List.of(new RunEntry.PhaseBegan(AT, RunPhase.LOAD)));
        Path file = directory.resolve("run.ndjson");
        Files.writeString(file, "{\"type\":\"PhaseEnded\"}\n" + Files.readString(file));

        assertThatThrownBy(() -> run.readRun(entry -> {}))
                .isInstanceOf(HistoryFileException.class)
                .hasMessage("Line 1 of the history file " + file
                        + " is not a whole entry: its type is 'PhaseEnded', but must"
                        + " be one of [FaultBegan, FaultEnded, Measured, PhaseBegan, ProcessEnded, ProcessStarted,"
                        + " RunStarted]. Only the last line of a file may be damaged, by the end of its process; this"
                        + " history was changed.");
    }

    @Test
    void fileOfAnotherProcessIsNotContinued() {
        RunDirectory run = new RunDirectory(directory);
        write(run.dispatcher("orders", "dispatcher-1"), List.of());
        Path file = directory.resolve("queues/orders/dispatchers/dispatcher-1.ndjson");

        assertThatThrownBy(() -> run.dispatcher("orders", "dispatcher-1"))
                .isInstanceOf(HistoryFileException.class)
                .hasMessage("The history file " + file
                        + " exists: another process has written it. Give each process that starts a name of its own.");
    }

    private static <E extends HistoryEntry> void write(HistoryWriter<E> file, List<E> entries) {
        try (file) {
            entries.forEach(file::write);
        }
    }
}
