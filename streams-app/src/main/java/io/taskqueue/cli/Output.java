package io.taskqueue.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command says things: results to standard output, as text or as one JSON object; what goes on to standard error. */
final class Output {

    enum Format {
        text,
        json
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How the result is printed. Default: ${DEFAULT-VALUE}.")
    private Format format = Format.text;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** The result, as words or as one line of JSON. */
    void result(String text, Object json) {
        PrintWriter out = commandLine().getOut();
        out.println(isText() ? text : toJson(json));
        out.flush();
    }

    /** What is going on, for a person. Never part of the result. */
    void say(String line) {
        PrintWriter err = commandLine().getErr();
        err.println(line);
        err.flush();
    }

    boolean isText() {
        return format == Format.text;
    }

    private static String toJson(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The result cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    private CommandLine commandLine() {
        if (command == null) {
            throw new IllegalStateException("Output is a mixin of a command; picocli sets the command before it runs.");
        }
        return command.commandLine();
    }
}
