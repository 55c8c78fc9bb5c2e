package io.taskqueue.benchmarks.http;

import io.taskqueue.benchmarks.calls.CallTimeline;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The main class of the target's process: answers each POST with 204 after a delay. It has a thread for each connection and reads no
 * more of a request than it must, because it shares the cores with what is measured.
 *
 * <pre>
 *   start     READY port
 *   first     waits for the first call, then FIRST 0
 *   report    CALLS calls distinct-keys calls-in-each-tenth-of-a-second,…   and begins again
 * </pre>
 */
public final class DelayedTarget {

    private static final byte[] ANSWER = "HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_LINE = 16_384;

    private final Duration delay;
    private final AtomicReference<CallTimeline> timeline = new AtomicReference<>(new CallTimeline());
    private final AtomicReference<Set<String>> keys = new AtomicReference<>(ConcurrentHashMap.newKeySet());

    private DelayedTarget(Duration delay) {
        this.delay = delay;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        DelayedTarget target = new DelayedTarget(Duration.ofMillis(Long.parseLong(arguments[0])));
        ServerSocket server = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
        daemon(() -> target.acceptAll(server));
        System.out.println("READY " + server.getLocalPort());
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals("first")) {
                target.timeline.get().awaitFirst();
                System.out.println("FIRST 0");
            } else {
                System.out.println("CALLS " + target.timeline.getAndSet(new CallTimeline()) + " "
                        + target.keys.getAndSet(ConcurrentHashMap.newKeySet()).size());
            }
        }
        System.exit(0);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "target");
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll(ServerSocket server) {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                daemon(() -> answerAll(socket));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answerAll(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream(), LONGEST_LINE);
                OutputStream out = socket.getOutputStream()) {
            for (String line = line(in); line != null; line = line(in)) {
                answer(in, out);
            }
        } catch (IOException closed) {
            return; // the client has closed the connection
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(InputStream in, OutputStream out) throws IOException, InterruptedException {
        int length = 0;
        String key = "";
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            } else if (lower.startsWith("idempotency-key:")) {
                key = header.substring("idempotency-key:".length()).strip();
            }
        }
        in.skipNBytes(length);
        timeline.get().call();
        keys.get().add(key);
        Stopwatch.pause(delay);
        out.write(ANSWER);
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > LONGEST_LINE) {
                return null;
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
