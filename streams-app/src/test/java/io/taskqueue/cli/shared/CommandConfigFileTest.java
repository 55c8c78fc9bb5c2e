package io.taskqueue.cli.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandConfigFileTest {

    @TempDir
    private Path directory;

    @Test
    void byteOrderMarkDoesNotCostTheFirstKey() throws IOException {
        Path file = write(
                "\uFEFFsecurity.protocol=SSL\nssl.keystore.location=/k\u00e9y\n".getBytes(StandardCharsets.UTF_8));

        assertThat(properties(file))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("ssl.keystore.location", "/k\u00e9y");
    }

    @Test
    void fileThatIsNotUtf8IsRefused() throws IOException {
        Path utf16 = write("security.protocol=SSL\n".getBytes(StandardCharsets.UTF_16));

        assertThatThrownBy(() -> properties(utf16))
                .isInstanceOf(CommandFailedException.class)
                .hasMessage(
                        "--command-config " + utf16 + " cannot be used: it contains text in UTF-16 (big endian);"
                                + " convert it with iconv -f UTF-16BE -t UTF-8. Name a file of properties, one NAME=VALUE a line.");
        Path latin = write("a=b\nname=caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> properties(latin))
                .hasMessage("--command-config " + latin + " cannot be used: byte 0xE9 at byte 13 is not valid UTF-8."
                        + " Name a file of properties, one NAME=VALUE a line.");
        assertThatThrownBy(() -> properties(Path.of("/dev/zero")))
                .hasMessage("--command-config /dev/zero cannot be used: it contains binary data that begins with NUL"
                        + " bytes. Name a file of properties, one NAME=VALUE a line.");
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(directory.resolve("client.properties"), content);
    }

    private static Map<String, Object> properties(Path file) {
        return CommandLine.populateCommand(
                        new KafkaOptions(), "--bootstrap-server", "localhost:1", "--command-config", file.toString())
                .properties();
    }
}
