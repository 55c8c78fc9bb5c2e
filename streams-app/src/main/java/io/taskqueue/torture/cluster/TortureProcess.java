package io.taskqueue.torture.cluster;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * A child JVM, which takes commands as lines of its standard input and answers with lines of its standard output, the first of which
 * is {@value #READY}. It ends when its standard input ends, and so also when this process is killed. Thread-safe.
 */
public final class TortureProcess {

    /** The line with which a child states that it works. */
    public static final String READY = "READY";

    private static final int MAX_ANSWERS = 64;
    private static final int BESIDE_HEAP_MEGABYTES = 320;
    private static final Duration KILLED = Duration.ofSeconds(30);

    private final ProcessCommand jvm;
    private final Process process;
    private final Writer input;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch outputEnded = new CountDownLatch(1);
    private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(MAX_ANSWERS);

    private TortureProcess(ProcessCommand jvm, Process process) {
        this.jvm = jvm;
        this.process = process;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** @param ended is called with the exit code when the process has ended */
    static TortureProcess start(ProcessCommand jvm, IntConsumer ended) throws IOException {
        TortureProcess child = new TortureProcess(jvm, jvm.start());
        var unused = child.process.onExit().thenAccept(process -> ended.accept(process.exitValue()));
        Thread reader = new Thread(child::readOutput, jvm.name() + "-output");
        reader.setDaemon(true);
        reader.start();
        return child;
    }

    private void readOutput() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(READY)) {
                    ready.countDown();
                } else {
                    while (!answers.offer(line)) {
                        answers.poll(); // the newest are kept
                    }
                }
            }
        } catch (IOException e) {
            // the process was killed
        } finally {
            outputEnded.countDown();
        }
    }

    public String name() {
        return jvm.name();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The exit code, once the process has ended. */
    public OptionalInt exitCode() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    /** Waits until the child works; false if the timeout was reached, or it ended before. */
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        long checks = Math.max(1, timeout.toMillis() / 20);
        for (long check = 0; check < checks; check++) {
            if (ready.await(20, TimeUnit.MILLISECONDS)) {
                return true;
            }
            if (!process.isAlive() && outputEnded.await(1, TimeUnit.SECONDS)) {
                return ready.getCount() == 0;
            }
        }
        return false;
    }

    public boolean isReady() {
        return ready.getCount() == 0;
    }

    /** Sends a command; nothing happens if the child has ended. */
    public void send(String command) {
        synchronized (input) {
            try {
                input.write(command + "\n");
                input.flush();
            } catch (IOException e) {
                // it has ended, and nobody can take the command
            }
        }
    }

    /** Sends a command and returns the line that the child answers; empty if none comes in time. */
    public Optional<String> ask(String command, Duration timeout) throws InterruptedException {
        answers.clear();
        send(command);
        return Optional.ofNullable(answers.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Waits for its end; returns whether it has ended. */
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Kills it with SIGKILL, also where it is paused, and returns when it has ended. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(KILLED.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    "Process " + pid() + " (" + name() + ") did not end within " + KILLED.toSeconds()
                            + " s after it was killed. Look for a file system or a debugger that holds it.");
        }
    }

    /** Its resident memory; empty where the operating system has no {@code /proc}, or it has ended. */
    OptionalLong residentMegabytes() {
        try (Stream<String> lines =
                Files.lines(Path.of("/proc", String.valueOf(pid()), "status"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return OptionalLong.empty();
        }
    }

    /** The bound of its resident memory: its heap, and what a JVM needs beside it. */
    long maxMegabytes() {
        return (long) jvm.heapMegabytes() + BESIDE_HEAP_MEGABYTES;
    }

    /** Kills it without waiting. */
    void killAtOnce() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return name() + " (process " + pid() + ")";
    }
}
