package io.taskqueue.cli.shared;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** The progress of one step of a command: a bar on a terminal, otherwise a line at the start of the step and one at its end. */
public final class Progress implements AutoCloseable {

    private static final int BAR_UPDATE_MILLIS = 100;

    private final String name;
    private final Output output;
    private final @Nullable ProgressBar bar;
    private long done;

    private Progress(String name, Output output, @Nullable ProgressBar bar) {
        this.name = name;
        this.output = output;
        this.bar = bar;
    }

    // without a console there is no terminal to draw a bar on
    @SuppressWarnings("SystemConsoleNull")
    public static Progress start(String name, Output output) {
        if (System.console() == null || System.getenv("TERM") == null || !output.isText()) {
            output.progress(name + " ...");
            return new Progress(name, output, null);
        }
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(-1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(BAR_UPDATE_MILLIS)
                .continuousUpdate()
                .build();
        return new Progress(name, output, bar);
    }

    /**
     * Updates the progress.
     *
     * @param total how much there is to do, which may turn out to be more; negative while that is not known
     */
    public void update(long done, long total) {
        this.done = done;
        if (bar != null) {
            bar.maxHint(total < 0 ? total : Math.max(done, total));
            bar.stepTo(done);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        } else {
            output.progress(name + ": " + done);
        }
    }
}
