package io.taskqueue.console.topology;

import io.taskqueue.console.model.EventView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A view in a child process, to be killed. */
final class ViewChild implements AutoCloseable {

    /** The transactions of a child that was killed end soon. */
    static final Map<String, ?> SHORT_TRANSACTIONS = Map.of("producer.transaction.timeout.ms", 2_000);

    private static final String TAKEN = "taken";

    private final Process process;
    private final Runnable follower;
    private final AtomicInteger taken = new AtomicInteger();

    private ViewChild(Process process, Runnable follower) {
        this.process = process;
        this.follower = follower;
    }

    /**
     * Starts one with the state directory of an instance.
     *
     * @param follower is called after each event that it has taken
     */
    static ViewChild start(ViewCluster cluster, String instance, Runnable follower) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ViewChild.class.getName(),
                        String.valueOf(cluster.kafka().get("bootstrap.servers")),
                        cluster.name,
                        cluster.topic,
                        cluster.state(instance).toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ViewChild child = new ViewChild(process, follower);
        Thread reader = new Thread(child::count, "view-child-output");
        reader.setDaemon(true);
        reader.start();
        return child;
    }

    private void count() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().filter(TAKEN::equals).forEach(line -> {
                taken.incrementAndGet();
                follower.run();
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many events it has taken. */
    int taken() {
        return taken.get();
    }

    boolean running() {
        return process.isAlive();
    }

    /** Kills it as kill -9 does, and returns when it has ended. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** @param args bootstrap servers, the name of the view, the event topic, the state directory */
    public static void main(String[] args) throws IOException {
        Map<String, Object> kafka = new HashMap<>(SHORT_TRANSACTIONS);
        kafka.put("bootstrap.servers", args[0]);
        try (ViewService view = ViewService.builder(kafka, Path.of(args[3]))
                .name(args[1])
                .topic(args[2])
                .start()) {
            AutoCloseable unused = view.follow(ViewChild::print);
            int end = System.in.read(); // until the parent ends
            assert end < 0;
        }
    }

    private static void print(EventView event) {
        System.out.println(TAKEN);
    }
}
