package io.taskqueue.cli.dispatch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Decompresses a gzip file of one or more members. The JDK's stream ends without an error where the data behind a member is not
 * gzip, also if it is the damaged next member; here that is an error. For one thread.
 */
final class GzipInput extends GZIPInputStream {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int TRAILER_BYTES = 8;

    private final Counted compressed;
    private long filled;

    /** @throws IOException if the stream does not begin with gzip data */
    GzipInput(InputStream in) throws IOException {
        this(new Counted(in));
    }

    private GzipInput(Counted compressed) throws IOException {
        super(compressed, BUFFER_BYTES);
        this.compressed = compressed;
    }

    @Override
    protected void fill() throws IOException {
        super.fill();
        filled = compressed.count;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        if (read < 0) {
            requireEnd();
        }
        return read;
    }

    private void requireEnd() throws IOException {
        long memberEnd = filled - inf.getRemaining() + TRAILER_BYTES;
        compressed.transferTo(OutputStream.nullOutputStream());
        long behind = compressed.count - memberEnd;
        if (behind > 0) {
            throw new ZipException("the last " + behind + " bytes are not a complete gzip member");
        }
    }

    private static final class Counted extends FilterInputStream {

        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
