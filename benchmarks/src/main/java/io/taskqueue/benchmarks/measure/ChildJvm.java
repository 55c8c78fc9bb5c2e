package io.taskqueue.benchmarks.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A child process, of which standard output is read line by line, and the time since its start and its CPU time are measured. */
public final class ChildJvm implements AutoCloseable {

    private static final Duration CPU_INTERVAL = Duration.ofMillis(100);

    private final String name;
    private final Process process;
    private final Stopwatch sinceStart;
    private final BufferedReader out;
    private final Writer in;
    private Duration cpu = Duration.ZERO;

    private ChildJvm(String name, List<String> command) throws IOException {
        this.name = name;
        this.sinceStart = new Stopwatch();
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "child-end"));
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts a main class of the benchmarks with these flags of the JVM. */
    public static ChildJvm start(Class<?> main, List<String> flags, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-Dlogback.configurationFile=benchmarks-logback.xml");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new ChildJvm(main.getSimpleName(), command);
    }

    /** The flags of the launcher {@code ./taskqueue} for services. */
    public static List<String> launcherFlags() {
        List<String> flags = new ArrayList<>(List.of("-XX:+UseSerialGC"));
        String more = System.getenv("TASKQUEUE_JVM_OPTS");
        if (more != null && !more.isBlank()) {
            flags.addAll(List.of(more.strip().split("\\s+", -1)));
        }
        return flags;
    }

    /** Starts a command. */
    public static ChildJvm start(List<String> command) throws IOException {
        return new ChildJvm(command.get(0), command);
    }

    /** The time since just before the process was started. */
    public Duration sinceStart() {
        return sinceStart.elapsed();
    }

    /** Writes a line to its standard input. */
    public void send(String line) throws IOException {
        in.write(line + "\n");
        in.flush();
    }

    /** Reads lines until one begins with a word and a space, and returns what follows. */
    public String await(String word) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(word + " ")) {
                return line.substring(word.length() + 1);
            }
        }
        throw new IOException("The process " + name + " ended without the line " + word + ". Its output is above.");
    }

    /** Reads all further lines, on a thread of its own, until the process ends. */
    public void forEachLine(Consumer<String> reader) {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (String line = out.readLine(); line != null; line = out.readLine()) {
                            reader.accept(line);
                        }
                    } catch (IOException killed) {
                        return; // its output ends with it
                    }
                },
                name + "-output");
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes its standard input, which asks a process to end that waits for that. */
    public void closeInput() throws IOException {
        in.close();
    }

    /**
     * Waits until it ends.
     *
     * @return the rest of its output
     * @throws IOException if it failed
     */
    public String awaitEnd() throws IOException, InterruptedException {
        do {
            process.info().totalCpuDuration().ifPresent(used -> cpu = used);
        } while (!process.waitFor(CPU_INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        StringBuilder rest = new StringBuilder();
        try (BufferedReader reader = out) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                rest.append(line).append('\n');
            }
        }
        if (process.exitValue() != 0) {
            throw new IOException("The process " + name + " ended with status " + process.exitValue() + ":\n" + rest);
        }
        return rest.toString();
    }

    /** Its CPU time until it ended, but for the last tenth of a second. */
    public Duration cpu() {
        return cpu;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
