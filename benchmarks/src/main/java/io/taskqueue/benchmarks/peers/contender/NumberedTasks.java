package io.taskqueue.benchmarks.peers.contender;

import io.taskqueue.benchmarks.source.SampleTasks;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Payloads of about 340 bytes that begin with the number of their task: {@code {"task":"00000042", …}}. */
public final class NumberedTasks {

    private static final int BEGIN = "{\"task\":\"".length();
    private static final int END = BEGIN + 8;
    private static final int NUMBER_BYTES = END + 2;

    private final List<String> samples;

    public NumberedTasks() {
        samples = SampleTasks.read();
    }

    public String payload(int task) {
        String sample = samples.get(task % samples.size());
        return String.format(Locale.ROOT, "{\"task\":\"%08d\",", task) + sample.substring(1);
    }

    public static int number(String payload) {
        return Integer.parseInt(payload, BEGIN, END, 10);
    }

    public static int number(byte[] payload) {
        return number(new String(payload, 0, NUMBER_BYTES, StandardCharsets.US_ASCII));
    }
}
