package com.example.orders.dispatcher;

import io.taskqueue.event.TaskError;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The threads that work on orders. A bean without a phase of its own starts after the sources and stops before them. */
@Component
class OrderWorkers implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(OrderWorkers.class);

    private final TaskQueue<Order> queue;
    private final Warehouse warehouse;
    private final int count;
    private final List<Thread> threads = new ArrayList<>();

    OrderWorkers(TaskQueue<Order> queue, Warehouse warehouse, @Value("${orders.workers:4}") int count) {
        this.queue = queue;
        this.warehouse = warehouse;
        this.count = count;
    }

    @Override
    public void start() {
        for (int number = 0; number < count; number++) {
            Thread thread = new Thread(this::work, "order-worker-" + number);
            threads.add(thread);
            thread.start();
        }
    }

    private void work() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                workOn(queue.lease());
            }
        } catch (InterruptedException | QueueClosedException e) {
            LOG.debug("The application stops.", e);
        }
    }

    private void workOn(Lease<Order> lease) throws InterruptedException {
        try {
            warehouse.pack(lease.payload());
            lease.complete();
        } catch (InterruptedException e) {
            lease.fail(TaskError.of(e)); // the task gets another attempt, in this process or the next
            throw e;
        } catch (Exception e) {
            LOG.warn("Order {} was not packed", lease.payload().id(), e);
            lease.fail(TaskError.of(e));
        }
    }

    @Override
    public void stop() {
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        threads.clear();
    }

    @Override
    public boolean isRunning() {
        return !threads.isEmpty();
    }
}
