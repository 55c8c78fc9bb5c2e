package io.taskqueue.torture.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** The instances of a sink, each with a state directory that its next process uses again. Used by one thread at a time. */
public final class SinkProcesses {

    private static final String MAIN = "io.taskqueue.torture.workload.SinkMain";
    private static final int HEAP = 112;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

    private final String name;
    private final SpareProcess processes;
    private final Path directory;
    private final Function<Map<String, String>, List<String>> arguments;
    private final Map<Integer, TortureProcess> running = new TreeMap<>();

    /**
     * @param name of the sink
     * @param directory of its state directories
     * @param arguments the arguments of a process, from those that differ between the instances
     */
    public SinkProcesses(
            String name, Children children, Path directory, Function<Map<String, String>, List<String>> arguments)
            throws IOException {
        this.name = name;
        this.processes = new SpareProcess(children, "sink-", MAIN, HEAP, directory.resolve("logs"));
        this.directory = directory;
        this.arguments = arguments;
    }

    public String name() {
        return name;
    }

    /** Starts an instance, without waiting until it is ready. */
    public TortureProcess start(int instance) throws IOException {
        TortureProcess child = processes.begin(process -> arguments.apply(Map.of(
                "process",
                process,
                "name",
                name,
                "state",
                stateDirectory(instance).toString())));
        running.put(instance, child);
        return child;
    }

    /** The state directory of an instance. */
    public Path stateDirectory(int instance) {
        return directory.resolve("state-" + instance);
    }

    /** Starts each instance that should run and does not. */
    public void keepRunning() throws IOException {
        for (Map.Entry<Integer, TortureProcess> each : List.copyOf(running.entrySet())) {
            if (!each.getValue().isAlive()) {
                start(each.getKey());
            }
        }
    }

    public boolean has(int instance) {
        return running.containsKey(instance);
    }

    /** The process of an instance, which is started where it does not run. */
    public TortureProcess process(int instance) throws IOException {
        TortureProcess child = running.get(instance);
        return child != null && child.isAlive() ? child : start(instance);
    }

    /** The instances that should run. */
    public List<Integer> instances() {
        return List.copyOf(running.keySet());
    }

    /** Stops an instance in order; kills it if that takes too long. */
    public void stop(int instance) throws InterruptedException {
        TortureProcess child = running.remove(instance);
        if (child != null) {
            child.send("stop");
            if (!child.awaitEnd(STOP_TIMEOUT)) {
                child.kill();
            }
        }
    }

    /** Stops all instances in order, and returns their numbers. */
    public List<Integer> stopAll() throws InterruptedException {
        List<Integer> stopped = instances();
        for (TortureProcess child : running.values()) {
            child.send("stop");
        }
        for (int instance : stopped) {
            stop(instance);
        }
        return stopped;
    }

    /** Ends the process that waits to become the next instance. */
    public void close() throws InterruptedException {
        processes.close();
    }

    /** Deletes what an instance that does not run has stored on its disk. */
    public void wipe(int instance) throws IOException {
        Path state = stateDirectory(instance);
        try (Stream<Path> files = Files.walk(state)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (NoSuchFileException e) {
            // it has not stored anything yet
        }
    }

    /**
     * What the instances report.
     *
     * @param answered whether each of them has answered
     * @param settled whether each of them has applied all that it has read
     * @param applied the events applied since their processes started
     * @param parked the events that are parked
     */
    public record Status(boolean answered, boolean settled, long applied, long parked) {}

    /** The status of all instances together; not settled where one does not answer. */
    public Status status() throws InterruptedException {
        boolean answered = true;
        boolean settled = true;
        long applied = 0;
        long parked = 0;
        for (TortureProcess child : running.values()) {
            String answer = child.ask("status", ANSWER_TIMEOUT).orElse("");
            if (answer.startsWith("STATUS ")) {
                String[] parts = answer.split(" ", -1);
                settled &= Boolean.parseBoolean(parts[1]);
                applied += Long.parseLong(parts[2]);
                parked += Long.parseLong(parts[3]);
            } else {
                answered = false;
            }
        }
        return new Status(answered, answered && settled, applied, parked);
    }
}
