package io.taskqueue.cli.tasks;

import io.taskqueue.cli.shared.OptionValue;
import picocli.CommandLine.Option;

/** The option that states who decides. */
public final class OperatorOption {

    @Option(
            names = "--by",
            converter = OptionValue.Line.class,
            paramLabel = "WHO",
            defaultValue = "${sys:user.name}",
            description = "Who decides. Default: the user of this machine, ${DEFAULT-VALUE}.")
    private String name = "";

    public String name() {
        return name;
    }
}
