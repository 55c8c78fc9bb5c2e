package io.taskqueue.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A journal with so many places, whose events are acknowledged by the test. It keeps the books that a queue must not upset. */
class BoundedJournal implements Journal<String> {

    final List<TaskEvent<String>> events = new ArrayList<>();
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Object> waiters = new ArrayDeque<>();
    private int reserved;
    private int unacknowledged;
    private int unreservedEvents;
    private boolean ended;
    private String fault = "";

    BoundedJournal(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public long epoch() {
        return 7;
    }

    @Override
    public byte[] encode(String payload) {
        if (payload.startsWith("unwritable")) {
            throw new PayloadRefusedException(payload);
        }
        return payload.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean reserve(int places, long timeoutNanos) throws InterruptedException {
        lock.lock();
        try {
            Object self = new Object();
            long left = timeoutNanos;
            waiters.add(self);
            try {
                while (waiters.peek() != self || reserved + unacknowledged + places > capacity) {
                    if (ended || left <= 0) {
                        return false;
                    }
                    left = changed.awaitNanos(left);
                }
                reserved += places;
                return true;
            } finally {
                waiters.remove(self);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(int places) {
        lock.lock();
        try {
            reserved -= places;
            if (reserved < 0) {
                fault = "more places were given back than were reserved";
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void endWaiting() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void append(TaskEvent<String> event, byte[] payload, boolean isReserved) {
        lock.lock();
        try {
            if (isReserved) {
                if (--reserved < 0) {
                    fault = "an event used a place that was not reserved: " + event;
                }
            } else {
                unreservedEvents++;
            }
            if (!new String(payload, StandardCharsets.UTF_8).equals(event.task().payload())) {
                fault = "an event came with the payload of another task: " + event;
            }
            unacknowledged++;
            events.add(event);
        } finally {
            lock.unlock();
        }
    }

    void acknowledge(int count) {
        lock.lock();
        try {
            unacknowledged = Math.max(0, unacknowledged - count);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void acknowledgeAll() {
        lock.lock();
        try {
            acknowledge(unacknowledged);
        } finally {
            lock.unlock();
        }
    }

    int reserved() {
        lock.lock();
        try {
            return reserved;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiters.size();
        } finally {
            lock.unlock();
        }
    }

    /** Checks that nothing is reserved, nobody waits, and the queue has upset nothing. */
    void assertReleased() {
        assertThat(fault()).isEmpty();
        assertThat(reserved()).as("reserved places").isZero();
        assertThat(waiting()).as("waiting calls").isZero();
    }

    int unreservedEvents() {
        lock.lock();
        try {
            return unreservedEvents;
        } finally {
            lock.unlock();
        }
    }

    String fault() {
        lock.lock();
        try {
            return fault;
        } finally {
            lock.unlock();
        }
    }

    List<TaskEvent<String>> events() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }
}
