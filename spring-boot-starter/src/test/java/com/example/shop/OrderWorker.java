package com.example.shop;

import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

@Component
class OrderWorker implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(OrderWorker.class);

    private final TaskQueue<Order> queue;
    private volatile Thread thread;

    OrderWorker(TaskQueue<Order> queue) {
        this.queue = queue;
    }

    @Override
    public void start() {
        thread = new Thread(this::work, "order-worker");
        thread.start();
    }

    private void work() {
        try {
            while (true) {
                Lease<Order> lease = queue.lease();
                try {
                    LOG.info("Packed {}", lease.payload());
                    lease.complete();
                } catch (RuntimeException e) {
                    lease.fail(TaskError.of(e));
                }
            }
        } catch (InterruptedException | QueueClosedException e) {
            LOG.debug("The application stops.", e);
        }
    }

    @Override
    public void stop() {
        thread.interrupt();
        thread = null;
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
