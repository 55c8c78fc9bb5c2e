package io.taskqueue.torture.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The dispatchers of one queue, one after the other: the newest owns the queue once it has claimed it. Used by one thread at a time. */
public final class QueueDispatchers {

    private static final String MAIN = "io.taskqueue.torture.workload.DispatcherMain";
    private static final int HEAP = 80;
    /** How long a dispatcher may take to start; longer ones are killed, and started again. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final String queue;
    private final SpareProcess processes;
    private final Function<Map<String, String>, List<String>> arguments;
    private final List<TortureProcess> former = new ArrayList<>();
    private @Nullable TortureProcess newest;
    private boolean quiet;

    /** @param arguments the arguments of a process, from those that differ between the dispatchers of the queue */
    public QueueDispatchers(
            String queue, Children children, Path logs, Function<Map<String, String>, List<String>> arguments)
            throws IOException {
        this.queue = queue;
        this.processes = new SpareProcess(children, queue + "-dispatcher-", MAIN, HEAP, logs);
        this.arguments = arguments;
    }

    public String queue() {
        return queue;
    }

    /** Starts the next dispatcher, which takes the queue over if another one has it; does not wait until it is ready. */
    public TortureProcess start(Map<String, String> more) throws IOException {
        Map<String, String> all = new HashMap<>(more);
        all.put("queue", queue);
        if (quiet) {
            all.put("quiet", "true");
        }
        if (newest != null) {
            former.add(newest);
        }
        newest = processes.begin(process -> {
            all.put("process", process);
            return arguments.apply(all);
        });
        return newest;
    }

    /** Starts the next dispatcher, and returns when it owns the queue or has ended. */
    public TortureProcess startAndAwait() throws IOException, InterruptedException {
        TortureProcess next = start(Map.of());
        awaitStarted(next);
        return next;
    }

    private static void awaitStarted(TortureProcess child) throws InterruptedException {
        if (!child.awaitReady(START_TIMEOUT) && child.isAlive()) {
            child.kill();
        }
    }

    /** The dispatcher that owns the queue; one is started where there is none. */
    public TortureProcess owner() throws IOException, InterruptedException {
        while (true) {
            TortureProcess owner = newest;
            if (owner != null && owner.isAlive()) {
                awaitStarted(owner);
                if (owner.isAlive()) {
                    return owner;
                }
            }
            var unused = startAndAwait();
            if (newest != null && newest.isAlive()) {
                return newest;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Whether the newest dispatcher runs and owns the queue, without waiting. */
    public boolean owned() {
        return newest != null && newest.isAlive() && newest.isReady();
    }

    /** Those that owned the queue before and have not ended. */
    public List<TortureProcess> former() {
        former.removeIf(child -> !child.isAlive());
        return List.copyOf(former);
    }

    /** Kills all that still run. */
    public void killAll() throws InterruptedException {
        for (TortureProcess child : former()) {
            child.kill();
        }
        if (newest != null) {
            newest.kill();
        }
        processes.close();
    }

    /** From now on the dispatchers enqueue nothing. */
    public void quiet() {
        quiet = true;
        if (newest != null) {
            newest.send("quiet");
        }
    }
}
