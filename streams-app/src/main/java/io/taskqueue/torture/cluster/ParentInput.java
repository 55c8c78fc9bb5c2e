package io.taskqueue.torture.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/** What the parent sends to a child: a command a line. A child whose parent has ended halts. */
public final class ParentInput {

    private ParentInput() {}

    /** Calls the handler with each command, on a thread for that. */
    public static void listen(Consumer<String> handler) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader lines =
                            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            handler.accept(line);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } finally {
                        Runtime.getRuntime().halt(0);
                    }
                },
                "parent-input");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits for the line with which the parent lets this process begin, and returns its arguments. */
    public static String[] awaitArguments(BlockingQueue<String> commands) throws InterruptedException {
        return commands.take().substring(SpareProcess.GO.length()).split(" ");
    }

    /** Sends a line to the parent. */
    public static void answer(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
