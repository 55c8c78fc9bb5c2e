package io.taskqueue.torture.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a child JVM is started: with this process's Java and class path, a heap of its own, and its log in files of bounded size.
 *
 * @param name of the process, unique in the run; its files are named after it
 * @param mainClass the class whose main method it runs
 * @param heapMegabytes its largest heap
 * @param arguments of the main method
 * @param logs the directory of its log files
 */
public record ProcessCommand(String name, String mainClass, int heapMegabytes, List<String> arguments, Path logs) {

    private static final String LOG_CONFIGURATION = "torture-logback.xml";

    public ProcessCommand {
        arguments = List.copyOf(arguments);
    }

    /** Starts the process; its standard input and output belong to the caller. */
    Process start() throws IOException {
        Files.createDirectories(logs);
        return new ProcessBuilder(command())
                .redirectError(ProcessBuilder.Redirect.appendTo(errors().toFile()))
                .start();
    }

    /** What the JVM itself wrote to standard error; the log is in {@code NAME.log} beside it. */
    Path errors() {
        return logs.resolve(name + ".err");
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-Xss512k",
                // many small JVMs on one machine: start quickly, use few threads, do not keep memory
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // a process without memory must not continue with half of its threads
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlogback.configurationFile=" + LOG_CONFIGURATION,
                "-Dtorture.log=" + logs.resolve(name),
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        command.addAll(arguments);
        return command;
    }
}
