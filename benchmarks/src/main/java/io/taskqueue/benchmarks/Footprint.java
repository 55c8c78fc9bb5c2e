package io.taskqueue.benchmarks;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * What a contender takes of this JVM beyond what was taken before it began: heap still in use after a collection, at its most;
 * threads, at their most; and the CPU time of the one thread that took most of it, which is what limits a contender that has
 * all its work on one. Thread-safe.
 */
final class Footprint implements AutoCloseable, NotificationListener {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double MEGABYTE = 1024 * 1024;

    private final AtomicLong mostHeap = new AtomicLong();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicLong busiest = new AtomicLong();
    private final Map<Long, Long> cpuBefore = new HashMap<>();
    private final long heapBefore;
    private final int threadsBefore;

    /**
     * What was taken.
     *
     * @param busiestNanos CPU time of the thread that took most
     * @param atOnce calls that were running at the same time, at their most
     */
    record Taken(double heapMegabytes, int threads, long busiestNanos, int atOnce) {}

    /** Begins a contender's turn. */
    Footprint() {
        heapBefore = live();
        threadsBefore = THREADS.getThreadCount();
        THREADS.resetPeakThreadCount();
        for (long thread : THREADS.getAllThreadIds()) {
            cpuBefore.put(thread, THREADS.getThreadCpuTime(thread));
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector).addNotificationListener(this, null, null);
        }
    }

    /** To be called when the clock has stopped and the contender still stands, so that there is a collection at least once. */
    void settle(int atOnce) {
        for (long thread : THREADS.getAllThreadIds()) {
            long taken = THREADS.getThreadCpuTime(thread) - cpuBefore.getOrDefault(thread, 0L);
            busiest.accumulateAndGet(taken, Math::max);
        }
        mostHeap.accumulateAndGet(live(), Math::max);
        mostAtOnce.accumulateAndGet(atOnce, Math::max);
    }

    Taken taken() {
        return new Taken(
                Math.max(0, mostHeap.get() - heapBefore) / MEGABYTE,
                Math.max(0, THREADS.getPeakThreadCount() - threadsBefore),
                busiest.get(),
                mostAtOnce.get());
    }

    @Override
    public void handleNotification(Notification notification, Object handback) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            long inUse = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
                    .getGcInfo()
                    .getMemoryUsageAfterGc()
                    .entrySet()
                    .stream()
                    .filter(pool -> pool.getKey().startsWith("G1"))
                    .map(pool -> pool.getValue())
                    .mapToLong(MemoryUsage::getUsed)
                    .sum();
            mostHeap.accumulateAndGet(inUse, Math::max);
        }
    }

    @Override
    public void close() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            try {
                ((NotificationEmitter) collector).removeNotificationListener(this);
            } catch (ListenerNotFoundException never) {
                throw new IllegalStateException("It was added when this was made.", never);
            }
        }
    }

    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
