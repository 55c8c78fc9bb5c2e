package io.taskqueue.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Text in UTF-8, and how to recognize what is not. Stateless. */
public final class TextEncoding {

    /** How many of the first bytes of a file show its encoding. */
    public static final int HEAD_BYTES = 4;

    private TextEncoding() {}

    /**
     * What a file contains instead of text in UTF-8, as far as its first bytes show it.
     *
     * @param head the first {@value #HEAD_BYTES} bytes, or fewer if the file has fewer
     * @return a noun phrase and a remedy, as in {@code text in UTF-16 (little endian); convert it with …}; empty for UTF-8
     */
    public static Optional<String> foreign(byte[] head) {
        int first = byteAt(head, 0);
        int second = byteAt(head, 1);
        int third = byteAt(head, 2);
        int fourth = byteAt(head, 3);
        if (first == 0x1F && second == 0x8B) {
            return Optional.of("gzip data; decompress it with gunzip -c");
        }
        if ((first == 0xFF && second == 0xFE) || (first > 0 && second == 0)) {
            return Optional.of(
                    third == 0 && fourth == 0
                            ? utf("UTF-32", "little", "UTF-32LE")
                            : utf("UTF-16", "little", "UTF-16LE"));
        }
        if ((first == 0xFE && second == 0xFF) || (first == 0 && second > 0)) {
            return Optional.of(utf("UTF-16", "big", "UTF-16BE"));
        }
        if (first == 0 && second == 0 && (third > 0 || fourth > 0)) {
            return Optional.of(utf("UTF-32", "big", "UTF-32BE"));
        }
        return first == 0 ? Optional.of("binary data that begins with NUL bytes") : Optional.empty();
    }

    /** Decodes bytes strictly as UTF-8, without a byte order mark at their beginning. */
    public static String decode(byte[] bytes) throws NotUtf8Exception {
        int from = hasByteOrderMark(bytes) ? 3 : 0;
        ByteBuffer in = ByteBuffer.wrap(bytes, from, bytes.length - from);
        CharBuffer out = CharBuffer.allocate(bytes.length - from);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new NotUtf8Exception(bytes[in.position()], in.position() + 1L);
        }
        return out.flip().toString();
    }

    private static boolean hasByteOrderMark(byte[] bytes) {
        return byteAt(bytes, 0) == 0xEF && byteAt(bytes, 1) == 0xBB && byteAt(bytes, 2) == 0xBF;
    }

    private static int byteAt(byte[] bytes, int index) {
        return index < bytes.length ? bytes[index] & 0xFF : -1;
    }

    private static String utf(String name, String order, String charset) {
        return "text in " + name + " (" + order + " endian); convert it with iconv -f " + charset + " -t UTF-8";
    }
}
