package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A dead-letter handler whose calls wait until the test releases them. */
final class HeldHandler implements DeadLetterHandler<String> {

    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @Override
    public void handle(TaskEvent<String> event) throws InterruptedException {
        called.countDown();
        released.await();
        handled.add(event.task().payload());
    }

    void awaitCall() throws InterruptedException {
        called.await();
    }

    void release() {
        released.countDown();
    }

    /** The payloads of the tasks whose calls have ended, in their order. */
    List<String> handled() {
        return List.copyOf(handled);
    }
}
