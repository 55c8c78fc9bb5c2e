package io.taskqueue.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One step of a long job: a bar on a terminal, a line at its begin and its end otherwise. */
final class Progress implements AutoCloseable {

    private final String name;
    private final Output output;
    private final @Nullable ProgressBar bar;
    private long reached;

    private Progress(String name, Output output, @Nullable ProgressBar bar) {
        this.name = name;
        this.output = output;
        this.bar = bar;
    }

    // without a console there is no terminal to draw a bar on
    @SuppressWarnings("SystemConsoleNull")
    static Progress begin(String name, Output output) {
        if (System.console() == null || System.getenv("TERM") == null || !output.isText()) {
            output.say(name + " ...");
            return new Progress(name, output, null);
        }
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(-1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .continuousUpdate()
                .build();
        return new Progress(name, output, bar);
    }

    /** How much is done, and how much there is to do; a negative total says that it is not known yet. */
    void at(long done, long total) {
        reached = done;
        if (bar != null) {
            bar.maxHint(total);
            bar.stepTo(done);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        } else {
            output.say(name + ": " + reached);
        }
    }
}
