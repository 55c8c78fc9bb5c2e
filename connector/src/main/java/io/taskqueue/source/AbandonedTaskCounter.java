package io.taskqueue.source;

import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the live tasks that earlier owners left in queues whose sources started without a recovery, on a thread that exists while there is
 * something to count. A partition is read once for all of its queues that wait. Thread-safe.
 */
final class AbandonedTaskCounter {

    private static final Logger LOG = LoggerFactory.getLogger(AbandonedTaskCounter.class);
    private static final long AGAIN_SECONDS = 10;
    private static final long IDLE_SECONDS = 10;

    private final RecoveryReader.Access access;
    private final ScheduledExecutorService timer;
    private final ThreadPoolExecutor thread;
    private final Map<Integer, Queue<SourceMarks>> waiting = new ConcurrentHashMap<>();

    /** @param timer runs what is due after a time; nothing that blocks */
    AbandonedTaskCounter(RecoveryReader.Access access, ScheduledExecutorService timer) {
        this.access = access;
        this.timer = timer;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> GroupThreads.daemon("abandoned-tasks", task));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Counts the tasks of a queue, soon. */
    void count(SourceMarks queue) {
        int partition = queue.place().partition();
        waiting.computeIfAbsent(partition, first -> new ConcurrentLinkedQueue<>())
                .add(queue);
        count(partition);
    }

    private void count(int partition) {
        try {
            thread.execute(() -> countWaiting(partition));
        } catch (RejectedExecutionException e) {
            return; // the group has ended
        }
    }

    private void countWaiting(int partition) {
        List<SourceMarks> queues = takeWaiting(partition);
        if (queues.isEmpty()) {
            return; // they were counted with others
        }
        try {
            count(queues);
        } catch (InterruptException | InterruptedException e) {
            return; // the group has ended
        } catch (KafkaException e) {
            LOG.warn(
                    "The live tasks that earlier owners of {} left cannot be counted now; this is attempted again in {} s: {}",
                    queues.size() == 1
                            ? "queue " + queues.get(0).queueName()
                            : queues.size() + " queues, " + queues.get(0).queueName() + " among them,",
                    AGAIN_SECONDS,
                    e.getMessage());
            waiting.getOrDefault(partition, new ConcurrentLinkedQueue<>()).addAll(queues);
            countAgain(partition);
        }
    }

    private void countAgain(int partition) {
        try {
            var unused = timer.schedule(() -> count(partition), AGAIN_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            return; // the group has ended
        }
    }

    private List<SourceMarks> takeWaiting(int partition) {
        List<SourceMarks> taken = new ArrayList<>();
        Queue<SourceMarks> of = waiting.getOrDefault(partition, new ConcurrentLinkedQueue<>());
        for (SourceMarks next = of.poll(); next != null; next = of.poll()) {
            if (!next.hasEnded()) {
                taken.add(next);
            }
        }
        return taken;
    }

    private void count(List<SourceMarks> queues) throws InterruptedException {
        List<RecoveryReader.Request<byte[]>> requests = queues.stream()
                .map(queue ->
                        queue.request(RecoveryReader.withoutPayloads(access, queue.queueName()), Recovery.standard()))
                .toList();
        List<RecoveryReader.Found<byte[]>> found =
                RecoveryReader.readAll(access, queues.get(0).place(), requests);
        for (int queue = 0; queue < queues.size(); queue++) {
            queues.get(queue).counted(found.get(queue));
        }
    }

    /** Counts no more. */
    void close() {
        List<Runnable> unused = thread.shutdownNow();
    }
}
