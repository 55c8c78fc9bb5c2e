package io.taskqueue.queue;

import java.time.Duration;
import java.util.function.UnaryOperator;

/** The queue {@code orders}, whose time the test moves, and a journal for it. At the end the journal has released every place. */
final class JournaledQueue implements AutoCloseable {

    final ManualTime time = new ManualTime();
    final EventLog<String> log = new EventLog<>();
    final BoundedJournal journal;
    final TaskQueue<String> queue;

    private JournaledQueue(int places, UnaryOperator<TaskQueue.Builder<String>> settings) {
        journal = new BoundedJournal(places);
        queue = settings.apply(TaskQueue.<String>builder("orders")
                        .maxAttempts(2)
                        .requeueDelay(Duration.ofSeconds(10))
                        .closeGrace(Duration.ZERO)
                        .clock(time)
                        .ticker(time)
                        .listener(log))
                .build();
    }

    /** Without its journal, which a test may attach. */
    static JournaledQueue detached(int places, UnaryOperator<TaskQueue.Builder<String>> settings) {
        return new JournaledQueue(places, settings);
    }

    static JournaledQueue attached(int places, UnaryOperator<TaskQueue.Builder<String>> settings) {
        JournaledQueue journaled = detached(places, settings);
        journaled.queue.attach(journaled.journal);
        return journaled;
    }

    @Override
    public void close() {
        queue.close();
        journal.assertReleased();
    }
}
