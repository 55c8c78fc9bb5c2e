package io.taskqueue.text;

import java.io.IOException;
import java.util.Locale;

/** A text that is not valid UTF-8; the message states the first byte that is not, and its place, counted from 1. */
public final class NotUtf8Exception extends IOException {

    private static final long serialVersionUID = 1L;

    NotUtf8Exception(byte found, long place) {
        super(String.format(Locale.ROOT, "byte 0x%02X at byte %,d is not valid UTF-8", found & 0xFF, place));
    }
}
