package io.taskqueue.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFileTest {

    @TempDir
    Path directory;

    @Test
    void byteOrderMarkIsSkipped() throws IOException {
        assertThat(TextFile.read(file("\uFEFFkey=välue\n".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("key=välue\n");
        assertThat(TextFile.read(file(new byte[0]))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-16LE, UTF-16 (little endian)",
        "UTF-16BE, UTF-16 (big endian)",
        "UTF-32LE, UTF-32 (little endian)",
        "UTF-32BE, UTF-32 (big endian)"
    })
    void otherEncodingsAreRecognizedWithAndWithoutByteOrderMark(String charset, String name) throws IOException {
        for (String mark : new String[] {"", "\uFEFF"}) {
            Path file = file((mark + "\"日本\"\n").getBytes(Charset.forName(charset)));

            assertThatThrownBy(() -> TextFile.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessage("it contains text in " + name + "; convert it with iconv -f " + charset + " -t UTF-8");
        }
    }

    @Test
    void whatIsNotTextIsRefused() throws IOException {
        assertThatThrownBy(() -> TextFile.read(file(new byte[] {'a', 'b', (byte) 0xE9, 'c'})))
                .hasMessage("byte 0xE9 at byte 3 is not valid UTF-8");
        assertThatThrownBy(() -> TextFile.read(file(new byte[] {'a', (byte) 0xC3})))
                .hasMessage("byte 0xC3 at byte 2 is not valid UTF-8");
        assertThatThrownBy(() -> TextFile.read(file(new byte[] {0, 0, 0, 0, 0})))
                .hasMessage("it contains binary data that begins with NUL bytes");
        assertThatThrownBy(() -> TextFile.read(directory)).hasMessage("it is a directory");
        assertThatThrownBy(() -> TextFile.read(directory.resolve("none"))).hasMessage("it does not exist");
        byte[] large = new byte[TextFile.MAX_BYTES + 1];
        Arrays.fill(large, (byte) 'a');
        assertThatThrownBy(() -> TextFile.read(file(large))).hasMessage("it has more than 1,048,576 bytes");
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(directory.resolve("file.txt"), content);
    }
}
