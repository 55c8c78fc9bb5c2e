package io.taskqueue.serde;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.io.SerializedString;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/**
 * The JSON of a record as bytes in UTF-8, in a buffer that is used again for the next record.
 *
 * <p>Written by hand because this is what the thread of a publisher spends most of its time on: Jackson's generator takes three times as long,
 * and allocates a buffer, a generator and its context for each event. What may need escapes is escaped by Jackson. Not thread-safe.
 */
final class RecordBytes implements JsonOutput {

    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final int UUID_LENGTH = 36;
    private static final byte[] NO_PAYLOAD = {};

    private final InstantFormat.Seconds seconds = new InstantFormat.Seconds();
    private byte[] bytes;
    private byte[] payload = NO_PAYLOAD;
    private int size;
    private boolean follows; // a value was written before, in the same object or array

    RecordBytes(int capacity) {
        bytes = new byte[capacity];
    }

    /** Begins the next record, whose payload is one value in JSON. */
    void begin(byte[] nextPayload) {
        payload = nextPayload;
        size = 0;
        follows = false;
    }

    /** The record. */
    byte[] end() {
        payload = NO_PAYLOAD;
        return Arrays.copyOf(bytes, size);
    }

    int capacity() {
        return bytes.length;
    }

    @Override
    public void startObject() {
        start('{');
    }

    @Override
    public void endObject() {
        end('}');
    }

    @Override
    public void startArray() {
        start('[');
    }

    @Override
    public void endArray() {
        end(']');
    }

    private void start(char bracket) {
        separate(1);
        bytes[size++] = (byte) bracket;
        follows = false;
    }

    private void end(char bracket) {
        makeRoom(1);
        bytes[size++] = (byte) bracket;
        follows = true;
    }

    @Override
    public void name(SerializedString name) {
        int length = name.charLength(); // the names of fields are ASCII
        separate(length + 3);
        bytes[size++] = '"';
        size += name.appendQuotedUTF8(bytes, size);
        bytes[size++] = '"';
        bytes[size++] = ':';
        follows = false;
    }

    @Override
    public void name(String name) {
        string(name);
        makeRoom(1);
        bytes[size++] = ':';
        follows = false;
    }

    @Override
    public void number(long value) {
        int length = decimalLength(value);
        separate(length);
        writeDecimal(value, bytes, size, length);
        size += length;
    }

    @Override
    public void string(String value) {
        int length = value.length();
        separate(length + 2);
        int at = size;
        bytes[at++] = '"';
        for (int i = 0; i < length; i++) {
            char character = value.charAt(i);
            if (character < 0x20 || character > 0x7e || character == '"' || character == '\\') {
                escaped(value);
                return;
            }
            bytes[at++] = (byte) character;
        }
        bytes[at++] = '"';
        size = at;
    }

    private void escaped(String value) {
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(value);
        makeRoom(quoted.length + 2);
        bytes[size++] = '"';
        append(quoted);
        bytes[size++] = '"';
    }

    @Override
    public void instant(Instant value) {
        separate(InstantFormat.LONGEST + 2);
        bytes[size] = '"';
        int end = seconds.write(value, bytes, size + 1);
        if (end < 0) {
            follows = false;
            string(value.toString());
            return;
        }
        bytes[end] = '"';
        size = end + 1;
    }

    @Override
    public void uuid(UUID value) {
        separate(UUID_LENGTH + 2);
        bytes[size++] = '"';
        hex(value.getMostSignificantBits(), 64, 32);
        bytes[size++] = '-';
        hex(value.getMostSignificantBits(), 32, 16);
        bytes[size++] = '-';
        hex(value.getMostSignificantBits(), 16, 0);
        bytes[size++] = '-';
        hex(value.getLeastSignificantBits(), 64, 48);
        bytes[size++] = '-';
        hex(value.getLeastSignificantBits(), 48, 0);
        bytes[size++] = '"';
    }

    /** Writes some bits of a number, as hexadecimal digits. */
    private void hex(long value, int from, int to) {
        for (int shift = from - 4; shift >= to; shift -= 4) {
            bytes[size++] = HEX[(int) (value >>> shift) & 0xF];
        }
    }

    @Override
    public void payload() {
        separate(payload.length);
        append(payload);
    }

    private void append(byte[] appended) {
        System.arraycopy(appended, 0, bytes, size, appended.length);
        size += appended.length;
    }

    /** Writes a comma where a value is written before, and makes room for the next one. */
    private void separate(int length) {
        makeRoom(length + 1);
        if (follows) {
            bytes[size++] = ',';
        }
        follows = true;
    }

    private void makeRoom(int length) {
        if (bytes.length - size < length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, length)));
        }
    }

    /** The number of characters of a number in decimal notation. */
    static int decimalLength(long value) {
        if (value < 0) {
            return value == Long.MIN_VALUE ? 20 : 1 + decimalLength(-value);
        }
        int length = 1;
        for (long limit = 10; value >= limit && length < 19; limit *= 10) {
            length++;
        }
        return length;
    }

    /** Writes a number in decimal notation, with the length that {@link #decimalLength} returned. */
    static void writeDecimal(long value, byte[] into, int at, int length) {
        long rest = value > 0 ? -value : value; // each long has its negative, except for the smallest
        for (int place = at + length - 1; place > at; place--) {
            into[place] = (byte) ('0' - rest % 10);
            rest /= 10;
        }
        into[at] = (byte) (value < 0 ? '-' : '0' - rest);
    }
}
