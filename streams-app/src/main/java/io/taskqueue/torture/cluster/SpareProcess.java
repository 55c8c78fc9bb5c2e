package io.taskqueue.torture.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes of one kind, of which one is always there in advance: it has loaded its classes and waits for its arguments. So a
 * start takes as long as the work of the start, and not as long as that of a JVM. Used by one thread at a time.
 */
final class SpareProcess {

    /** Before the arguments, on the line that a process waits for. */
    static final String GO = "go ";

    private final Children children;
    private final String namePrefix;
    private final String mainClass;
    private final int heap;
    private final Path logs;
    private @Nullable TortureProcess spare;
    private int started;

    /** @param namePrefix before the number of each process */
    SpareProcess(Children children, String namePrefix, String mainClass, int heap, Path logs) throws IOException {
        this.children = children;
        this.namePrefix = namePrefix;
        this.mainClass = mainClass;
        this.heap = heap;
        this.logs = logs;
        this.spare = prepare();
    }

    private TortureProcess prepare() throws IOException {
        return children.start(new ProcessCommand(namePrefix + ++started, mainClass, heap, List.of(), logs));
    }

    /**
     * Lets the process that waits begin, and starts the next one that waits.
     *
     * @param arguments of the process, by its name; without line breaks and spaces
     */
    TortureProcess begin(Function<String, List<String>> arguments) throws IOException {
        TortureProcess next = spare != null && spare.isAlive() ? spare : prepare();
        next.send(GO + String.join(" ", arguments.apply(next.name())));
        spare = prepare();
        return next;
    }

    /** Ends the process that waits; none waits any more. */
    void close() throws InterruptedException {
        if (spare != null) {
            spare.kill();
        }
    }
}
