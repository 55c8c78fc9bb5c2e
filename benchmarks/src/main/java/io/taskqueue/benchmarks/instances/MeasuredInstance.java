package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.SinkService;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * An instance of a sink in a process of its own, which runs until its standard input ends, and then closes the sink. Between the lines {@link #HOLD} and
 * {@link #RELEASE} of its input, its effects wait.
 *
 * <p>Arguments: bootstrap servers, the sink's name, event topic, state directory, the duration of a call, standbys of each partition,
 * whether each call is printed as a line with its queue.
 */
public final class MeasuredInstance {

    static final String APPLIED = "applied ";
    static final String HOLD = "hold";
    static final String RELEASE = "release";

    private static volatile CountDownLatch released = new CountDownLatch(0);

    private MeasuredInstance() {}

    @SuppressWarnings("try") // the service runs until the input ends
    public static void main(String[] arguments) throws Exception {
        Duration call = Duration.parse(arguments[4]);
        boolean prints = Boolean.parseBoolean(arguments[6]);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (SinkService unused = SinkService.<String>builder(
                        arguments[1],
                        (event, effects) -> effects.run("measured", key -> {
                            released.await();
                            if (prints) {
                                out.println(APPLIED + event.queueName());
                            }
                            if (!call.isZero()) {
                                Stopwatch.pause(call);
                            }
                        }),
                        PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", arguments[0], "streams.num.standby.replicas", arguments[5]))
                .topic(arguments[2])
                .stateDirectory(Path.of(arguments[3]))
                .start()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(HOLD)) {
                    released = new CountDownLatch(1);
                } else if (line.equals(RELEASE)) {
                    released.countDown();
                }
            }
        }
    }
}
