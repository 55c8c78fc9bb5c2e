package io.taskqueue.benchmarks.measure;

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
 * What a candidate uses of this JVM, in addition to what was in use before its turn: the maximum heap in use after a garbage
 * collection; the maximum number of threads; and the CPU time of the busiest thread, which limits a candidate that does all its
 * work on one thread. Thread-safe.
 */
public final class ResourceUsage implements AutoCloseable, NotificationListener {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double MEGABYTE = 1024 * 1024;

    private final AtomicLong maxHeap = new AtomicLong();
    private final AtomicInteger maxConcurrentCalls = new AtomicInteger();
    private volatile double callMillis;
    private final AtomicLong busiest = new AtomicLong();
    private final Map<Long, Long> cpuBefore = new HashMap<>();
    private final long heapBefore;
    private final int threadsBefore;

    /**
     * The maximum of each, during a turn.
     *
     * @param busiestNanos CPU time of the busiest thread
     * @param concurrentCalls calls that were running at the same time
     * @param callMillis how long a call took on average, if that was measured, or 0
     */
    public record Peaks(double heapMegabytes, int threads, long busiestNanos, int concurrentCalls, double callMillis) {}

    /** Starts a candidate's turn. */
    public ResourceUsage() {
        heapBefore = heapAfterCollection();
        threadsBefore = THREADS.getThreadCount();
        THREADS.resetPeakThreadCount();
        for (long thread : THREADS.getAllThreadIds()) {
            cpuBefore.put(thread, THREADS.getThreadCpuTime(thread));
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            ((NotificationEmitter) collector).addNotificationListener(this, null, null);
        }
    }

    /**
     * Collects garbage and takes the last figures. Called after the round's rate was taken and before the candidate is closed.
     *
     * @param concurrentCalls the maximum number of calls that were running at the same time
     */
    public void complete(int concurrentCalls) {
        for (long thread : THREADS.getAllThreadIds()) {
            long used = THREADS.getThreadCpuTime(thread) - cpuBefore.getOrDefault(thread, 0L);
            busiest.accumulateAndGet(used, Math::max);
        }
        maxHeap.accumulateAndGet(heapAfterCollection(), Math::max);
        maxConcurrentCalls.accumulateAndGet(concurrentCalls, Math::max);
    }

    /**
     * The same, with how long a call took on average: where a CPU is busy, a call that sleeps takes longer than it sleeps.
     *
     * @param callMillis in milliseconds
     */
    public void complete(int concurrentCalls, double callMillis) {
        this.callMillis = callMillis;
        complete(concurrentCalls);
    }

    public Peaks peaks() {
        return new Peaks(
                Math.max(0, maxHeap.get() - heapBefore) / MEGABYTE,
                Math.max(0, THREADS.getPeakThreadCount() - threadsBefore),
                busiest.get(),
                maxConcurrentCalls.get(),
                callMillis);
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
            maxHeap.accumulateAndGet(inUse, Math::max);
        }
    }

    @Override
    public void close() {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            try {
                ((NotificationEmitter) collector).removeNotificationListener(this);
            } catch (ListenerNotFoundException e) {
                throw new IllegalStateException("The listener was added by the constructor, but is missing.", e);
            }
        }
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
