package io.taskqueue.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskqueue.queue.Ticker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** A command that was run as by a shell, but in this process: its exit code and what it printed. */
public record CommandRun(int exitCode, String out, String err) {

    public static CommandRun of(String... arguments) {
        return at(Clock.systemUTC(), arguments);
    }

    /** Runs a command on a machine with this clock. */
    public static CommandRun at(Clock clock, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = TaskQueueCommand.commandLine(clock, Ticker.system(), arguments);
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        int exitCode = command.execute(arguments);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /**
     * Dispatches the tasks of a file to a queue, each with 1 ms of work, and returns when every task has ended.
     *
     * @param more further options of the command
     */
    public static CommandRun dispatch(String server, String queue, Path tasks, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "dispatch",
                "--bootstrap-server",
                server,
                "--queue",
                queue,
                "--tasks",
                tasks.toString(),
                "--work-time",
                "1ms"));
        arguments.addAll(List.of(more));
        return of(arguments.toArray(String[]::new));
    }

    public JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("The output is not JSON: " + out + "\n" + err, e);
        }
    }
}
