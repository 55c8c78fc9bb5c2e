package io.taskqueue.queue;

import io.taskqueue.event.TaskEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A journal with so many places, whose events are acknowledged by the test. It keeps the books that a queue must not upset. */
class BoundedJournal implements Journal<String> {

    final List<TaskEvent<String>> events = new ArrayList<>();
    private final int capacity;
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
    public synchronized boolean reserve(int places, long timeoutNanos) throws InterruptedException {
        Object self = new Object();
        long until = System.nanoTime() + timeoutNanos;
        waiters.add(self);
        try {
            while (waiters.peek() != self || reserved + unacknowledged + places > capacity) {
                long left = until - System.nanoTime();
                if (timeoutNanos <= 0 || ended || left <= 0) {
                    return false;
                }
                wait(Math.max(1, left / 1_000_000));
            }
            reserved += places;
            return true;
        } finally {
            waiters.remove(self);
            notifyAll();
        }
    }

    @Override
    public synchronized void release(int places) {
        reserved -= places;
        if (reserved < 0) {
            fault = "more places were given back than were reserved";
        }
        notifyAll();
    }

    @Override
    public synchronized void endWaiting() {
        ended = true;
        notifyAll();
    }

    @Override
    public synchronized void append(TaskEvent<String> event, byte[] payload, boolean isReserved) {
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
    }

    synchronized void acknowledge(int count) {
        unacknowledged = Math.max(0, unacknowledged - count);
        notifyAll();
    }

    synchronized void acknowledgeAll() {
        acknowledge(unacknowledged);
    }

    synchronized int reserved() {
        return reserved;
    }

    synchronized int waiting() {
        return waiters.size();
    }

    synchronized int unreservedEvents() {
        return unreservedEvents;
    }

    synchronized String fault() {
        return fault;
    }

    synchronized List<TaskEvent<String>> events() {
        return List.copyOf(events);
    }
}
