package io.taskqueue.torture.cluster;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The child JVMs of a run, each of which is killed by its id when this is closed or this process ends. If this process is killed, they
 * end because their standard input does. Thread-safe.
 */
public final class Children implements AutoCloseable {

    private final Set<TortureProcess> alive = ConcurrentHashMap.newKeySet();
    private final Thread hook = new Thread(this::killAll, "end-children");
    private volatile boolean closed;

    private final RunRecorder recorder;

    private Children(RunRecorder recorder) {
        this.recorder = recorder;
    }

    /** @param recorder gets the start and the end of each process */
    public static Children open(RunRecorder recorder) {
        Children children = new Children(recorder);
        Runtime.getRuntime().addShutdownHook(children.hook);
        return children;
    }

    /** @throws IllegalStateException if the children have been ended */
    public TortureProcess start(ProcessCommand jvm) throws IOException {
        recorder.processStarted(jvm.name());
        TortureProcess child = TortureProcess.start(jvm, exitCode -> recorder.processEnded(jvm.name(), exitCode));
        alive.removeIf(each -> !each.isAlive());
        alive.add(child);
        if (closed) {
            child.killAtOnce();
            throw new IllegalStateException("The process " + jvm.name() + " cannot be started: the run is ending.");
        }
        return child;
    }

    /** Measures the resident memory of each process against its bound, where the operating system tells it. */
    public void measureMemory() {
        for (TortureProcess child : alive) {
            OptionalLong megabytes = child.residentMegabytes();
            if (megabytes.isPresent()) {
                recorder.measured(
                        child.name(), "megabytes of resident memory", megabytes.getAsLong(), child.maxMegabytes());
            }
        }
    }

    private void killAll() {
        closed = true;
        alive.forEach(TortureProcess::killAtOnce);
    }

    @Override
    public void close() {
        killAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // this process is ending, and the hook runs
        }
    }
}
