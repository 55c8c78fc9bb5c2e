package io.taskqueue.source.unreplicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.source.PlainEvents;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnreplicatedFileTest {

    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsRead() throws Exception {
        Path file = directory.resolve("kept.ndjson");
        PlainEvents events = PlainEvents.of("a \"queue\"\n☃", 20);

        UnreplicatedFile.write(file, events);
        UnreplicatedFile read = UnreplicatedFile.open(file);

        assertThat(read.origin()).isEqualTo(events.origin());
        assertThat(read.first()).isEqualTo(new Position(7, 5));
        assertThat(read.last()).isEqualTo(new Position(7, 24));
        assertThat(read.missing()).isZero();
        assertThat(read).containsExactlyElementsOf(events);
        assertThat(Files.readAllLines(file)).hasSize(21);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aFileWithoutEventsIsRead() throws Exception {
        Path file = directory.resolve("none.ndjson");
        UnreplicatedFile.write(file, PlainEvents.of("q", 0));

        UnreplicatedFile read = UnreplicatedFile.open(file);

        assertThat(read).isEmpty();
        assertThat(read.last()).isEqualTo(new Position(7, 4));
    }

    @Test
    void anExistingFileIsNeverOverwritten() throws Exception {
        Path file = Files.writeString(directory.resolve("kept.ndjson"), "kept");

        assertThatThrownBy(() -> UnreplicatedFile.write(file, PlainEvents.of("q", 1)))
                .isInstanceOf(FileAlreadyExistsException.class);

        assertThat(file).hasContent("kept");
    }

    @Test
    void anInterruptedThreadWritesTheWholeFile() throws Exception {
        Path file = directory.resolve("kept.ndjson");
        Thread.currentThread().interrupt();

        UnreplicatedFile.write(file, PlainEvents.of("q", 1_000));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(UnreplicatedFile.open(file).count()).isEqualTo(1_000);
    }

    @Test
    void aTruncatedFileHasItsFirstEvents() throws Exception {
        Path file = directory.resolve("kept.ndjson");
        UnreplicatedFile.write(file, PlainEvents.of("q", 10));
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 20));

        UnreplicatedFile read = UnreplicatedFile.open(file);

        assertThat(read.count()).isEqualTo(9);
        assertThat(read.missing()).isEqualTo(1);
        assertThat(read).hasSize(9);
    }

    @Test
    void aFileThatWasChangedIsRefused() throws Exception {
        Path file = directory.resolve("kept.ndjson");
        UnreplicatedFile.write(file, PlainEvents.of("q", 10));
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.remove(4);
        Files.write(file, lines);

        assertThatThrownBy(() -> UnreplicatedFile.open(file))
                .isInstanceOf(UnreplicatedFileException.class)
                .hasMessage("Line 5 of " + file
                        + " is not the event 7/8 that belongs there: found event 7/9 of queue q. The"
                        + " file was changed after it was written; restore it.");
    }

    @Test
    void anotherFileIsRefused() throws Exception {
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "{\"n\":1}\n");
        Path binary = Files.write(directory.resolve("binary"), new byte[] {1, 0, 2, -1});
        Path empty = Files.createFile(directory.resolve("empty"));

        for (Path file : List.of(tasks, binary, empty)) {
            assertThatThrownBy(() -> UnreplicatedFile.open(file))
                    .isInstanceOf(UnreplicatedFileException.class)
                    .hasMessage(file + " is not a file of unreplicated events: its first line has no"
                            + " \"format\":\"taskqueue-unreplicated-1\". Name a file that a dispatcher wrote when it stopped"
                            + " without Kafka.");
        }
        assertThatThrownBy(() -> UnreplicatedFile.open(directory))
                .isInstanceOf(UnreplicatedFileException.class)
                .hasMessage("The file of unreplicated events " + directory
                        + " cannot be read: it is a directory. Check its name and permissions.");
    }
}
