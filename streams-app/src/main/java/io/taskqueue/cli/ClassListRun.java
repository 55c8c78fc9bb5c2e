package io.taskqueue.cli;

import com.sun.net.httpserver.HttpServer;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.queue.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import picocli.CommandLine;

/**
 * Runs the commands once, on a broker of its own, so that a JVM with {@code -XX:DumpLoadedClassList} lists the classes that they load: the
 * launcher and the image make their archive of classes from that list. A main class; its argument is a directory that it may fill.
 */
final class ClassListRun {

    private static final String TASKS = "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n";

    private ClassListRun() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), TASKS);
        String server = " --bootstrap-server " + startBroker(directory.resolve("broker"));
        HttpServer target = startTarget();
        String state = " --until-idle 100ms --port 0 --state-dir " + directory.resolve("state") + "-";
        List<String> commands = List.of(
                "--help",
                "status --help",
                "help parked list",
                "dispatch --queue listed --work-time 1ms --port 0 --tasks " + tasks + server,
                "sink --name list-log --sink log" + state + "log" + server,
                "sink --name list-http --sink http --sink-config url=http://127.0.0.1:"
                        + target.getAddress().getPort() + "/" + state + "http" + server,
                "status" + server,
                "status --output json" + server,
                "results --name list-http" + server,
                "parked list --name list-http" + server,
                "dead list --queue listed" + server,
                "recover --queue listed" + server,
                "replay --name list-http --to-earliest" + server);
        for (String command : commands) {
            int exitCode =
                    commandLine(Writer.nullWriter(), command.split(" ", -1)).execute(command.split(" ", -1));
            if (exitCode != ExitCode.OK) {
                System.err.println(
                        "The classes are not listed: `taskqueue " + command + "` ended with " + exitCode + ".");
                System.exit(exitCode);
            }
        }
        System.exit(ExitCode.OK); // the broker stops with the process
    }

    private static CommandLine commandLine(Writer out, String... arguments) {
        return TaskQueueCommand.commandLine(Clock.systemUTC(), Ticker.system(), arguments)
                .setOut(new PrintWriter(out, true));
    }

    /** Starts the broker's command on a thread of its own; returns the address that it prints. */
    private static String startBroker(Path directory) throws IOException {
        PipedReader printed = new PipedReader();
        PipedWriter out = new PipedWriter(printed);
        String[] command = {"broker", "--dir", directory.toString(), "--port", "0"};
        Thread broker = new Thread(() -> commandLine(out, command).execute(command), "broker");
        broker.setDaemon(true);
        broker.start();
        String line = new BufferedReader(printed).readLine();
        return line.replaceAll(".* ready at (\\S+), .*", "$1");
    }

    private static HttpServer startTarget() throws IOException {
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        target.start();
        return target;
    }
}
