package io.taskqueue.cli.shared;

import io.taskqueue.serde.BoundedJson;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a command prints: its result to standard output, as text or as one JSON object, and its progress to standard error. */
public final class Output {

    /** What a command prints below its plan if it was not told to execute it. */
    public static final String PLAN = "This is the plan; nothing was changed. Add --execute to carry it out.";

    enum Format {
        text,
        json
    }

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "The format of the result. Default: ${DEFAULT-VALUE}.")
    private Format format = Format.text;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    private String prefix = "";

    /** The output of one of several parts of a command that run at the same time: each line of progress begins with its name. */
    public Output of(String part) {
        Output output = new Output();
        output.format = format;
        output.command = command;
        output.prefix = escape(part) + ": ";
        return output;
    }

    /** Prints the result: the text, or the value as one line of JSON. */
    public void result(String text, Object json) {
        PrintWriter out = commandLine().getOut();
        out.println(isText() ? text : BoundedJson.text(json));
        out.flush();
    }

    /** Prints control characters of a terminal and what is between them, without a line break at the end. */
    public void screen(String text) {
        PrintWriter out = commandLine().getOut();
        out.print(text);
        out.flush();
    }

    /** Prints a line of a result that has many, such as records; the same in each format. */
    public void line(String line) {
        commandLine().getOut().println(line);
    }

    /** Prints a line about the progress of the command; never part of the result. */
    public void progress(String line) {
        PrintWriter err = commandLine().getErr();
        err.println(prefix + line);
        err.flush();
    }

    public boolean isText() {
        return format == Format.text;
    }

    /**
     * The text on one line, each control character as its code, and each that is invisible or changes the direction of text. Names of queues are
     * arbitrary text: a terminal executes some control characters, and shows a name with others as another name.
     */
    public static String escape(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            if (isHidden(character)) {
                line.append(String.format("\\u%04x", character));
            } else {
                line.appendCodePoint(character);
            }
        });
        return line.toString();
    }

    private static boolean isHidden(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    private CommandLine commandLine() {
        if (command == null) {
            throw new IllegalStateException(
                    "Output is used without a command. Use it as a mixin, so that picocli sets its command.");
        }
        return command.commandLine();
    }
}
