package io.taskqueue.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class LineReaderTest {

    /** The lines are those of the JDK's reader, however many bytes each read returns. */
    @Property(tries = 500)
    void linesAreThoseOfTheJdk(
            @ForAll @Chars({'a', '\n', '\r', ' '}) @StringLength(max = 30) String text,
            @ForAll @IntRange(min = 1, max = 5) int atOnce)
            throws IOException {
        List<String> expected = text.lines().toList();

        List<String> lines = read(new Slow(text, atOnce), 1_000);

        assertThat(lines).isEqualTo(expected);
    }

    @Property(tries = 500)
    void longLinesAreReportedAndTheOthersRead(
            @ForAll @Chars({'a', '\n', '\r'}) @StringLength(max = 60) String text,
            @ForAll @IntRange(min = 1, max = 7) int atOnce)
            throws IOException {
        List<String> expected = text.lines()
                .map(line -> line.length() > 3 ? "(too long)" : line)
                .toList();

        assertThat(read(new Slow(text, atOnce), 3)).isEqualTo(expected);
    }

    @Example
    void endlessLineIsReportedAtOnceAndNotHeld() throws IOException {
        LineReader lines = new LineReader(new Endless(64L * 1024 * 1024), 1_000);

        assertThat(lines.next()).contains(new LineReader.TooLong(1));
        assertThat(lines.hasPartialLine()).isFalse();
        assertThat(lines.next()).isEmpty();
    }

    @Example
    void whatWasReadAheadIsAvailableWithoutReading() throws IOException {
        LineReader lines = new LineReader(new Slow("one\ntwo\nthree\nfo", 100), 100);

        assertThat(lines.next().orElseThrow().number()).isEqualTo(1);
        List<String> ahead = new ArrayList<>();
        for (Optional<LineReader.Line> line = lines.buffered(); line.isPresent(); line = lines.buffered()) {
            ahead.add(text(line.get()));
        }

        assertThat(ahead).containsExactly("two", "three");
        assertThat(lines.hasPartialLine()).isTrue();
        assertThat(text(lines.next().orElseThrow())).isEqualTo("fo");
    }

    @Example
    void headDoesNotWaitForMoreThanTheFirstLine() throws IOException {
        InputStream blocking = new SequenceInputStream(new Slow("1\n", 100), new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("read beyond the first line");
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                return read();
            }
        });
        LineReader lines = new LineReader(blocking, 100);

        assertThat(lines.head(4)).containsExactly('1', '\n');
        assertThat(text(lines.next().orElseThrow())).isEqualTo("1");
    }

    private static List<String> read(InputStream in, int maxBytes) throws IOException {
        LineReader lines = new LineReader(in, maxBytes);
        List<String> read = new ArrayList<>();
        for (Optional<LineReader.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            read.add(text(line.get()));
            assertThat(line.get().number()).isEqualTo(read.size());
        }
        return read;
    }

    private static String text(LineReader.Line line) {
        return line instanceof LineReader.Text text ? new String(text.bytes(), StandardCharsets.UTF_8) : "(too long)";
    }

    /** Returns a few bytes at once, as a pipe does. */
    private static final class Slow extends ByteArrayInputStream {

        private final int atOnce;

        Slow(String text, int atOnce) {
            super(text.getBytes(StandardCharsets.UTF_8));
            this.atOnce = atOnce;
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, atOnce));
        }
    }

    /** Zeros without a line end. */
    private static final class Endless extends InputStream {

        private long left;

        Endless(long bytes) {
            this.left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            left -= length;
            return length;
        }
    }
}
