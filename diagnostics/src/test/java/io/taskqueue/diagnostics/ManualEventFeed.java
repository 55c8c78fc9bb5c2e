package io.taskqueue.diagnostics;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A feed of the events that a test emits, on the thread of the test. */
final class ManualEventFeed implements EventFeed {

    private final List<Consumer<DiagnosticsEvent>> consumers = new CopyOnWriteArrayList<>();
    private final String snapshot;
    private volatile Runnable duringSnapshot = () -> {};

    ManualEventFeed() {
        this("{\"queue\":\"orders\"}");
    }

    ManualEventFeed(String snapshot) {
        this.snapshot = snapshot;
    }

    @Override
    public String snapshot() {
        duringSnapshot.run();
        return snapshot;
    }

    @Override
    public AutoCloseable subscribe(Consumer<DiagnosticsEvent> consumer) {
        consumers.add(consumer);
        return () -> consumers.remove(consumer);
    }

    void emit(DiagnosticsEvent event) {
        consumers.forEach(consumer -> consumer.accept(event));
    }

    void emit(String id, String json) {
        emit(DiagnosticsEvent.of(id, "Enqueued", json));
    }

    void duringSnapshot(Runnable action) {
        duringSnapshot = action;
    }

    int subscriptions() {
        return consumers.size();
    }
}
