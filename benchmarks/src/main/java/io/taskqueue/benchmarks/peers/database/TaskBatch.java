package io.taskqueue.benchmarks.peers.database;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects tasks that are stored together, in one transaction. Not thread-safe. */
public final class TaskBatch {

    /** How many tasks are stored together. */
    public static final int SIZE = 100;

    private final Store store;
    private final List<Numbered> tasks = new ArrayList<>();
    private final List<Consumer<@Nullable Throwable>> confirmations = new ArrayList<>();

    record Numbered(int task, String payload) {}

    /** Stores tasks durably. */
    @FunctionalInterface
    interface Store {
        void insert(List<Numbered> tasks) throws Exception;
    }

    public TaskBatch(Store store) {
        this.store = store;
    }

    public void add(int task, String payload, Consumer<@Nullable Throwable> confirmed) throws Exception {
        tasks.add(new Numbered(task, payload));
        confirmations.add(confirmed);
        if (tasks.size() == SIZE) {
            flush();
        }
    }

    public void flush() throws Exception {
        if (tasks.isEmpty()) {
            return;
        }
        store.insert(List.copyOf(tasks));
        confirmations.forEach(confirmed -> confirmed.accept(null));
        tasks.clear();
        confirmations.clear();
    }
}
