package io.taskqueue.streams.execution;

import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.rate.RateLimit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the calls of a sink instance below a {@link RateLimit}: admits jobs, or lets them wait in a queue, without a worker.
 *
 * <pre>
 *   admits ---&gt; bucket of the job's key ---&gt; bucket of the sink ---&gt; begins with one permit of each
 *                  | empty: waits there          | empty: waits there       |
 *                  '- a job that waits here      '- first come, first       '- used: permits it did not need go back,
 *                     takes nothing of the sink     served                     those it used in addition are owed
 * </pre>
 *
 * <p>A bucket fills with the rate, up to a tenth of a second of it and at least one permit; while a job waits, at least two, so that a
 * permit that was taken late is not lost. Where the first of a queue may not begin now, because its partition is suspended until its next
 * pass, it keeps its place and the permits wait with it: others would overtake it each time. An instance has the share of the rate that
 * its partitions are of all partitions, so that all instances together keep the limit.
 *
 * <p>Thread-safe. Without a limit, a job costs one volatile read.
 */
public final class RateLimiter {

    /** The keys whose calls are remembered, beside those with jobs that wait. */
    static final int KEYS = 100_000;

    private static final double BURST_SECONDS = 0.1;
    private static final double SECOND_NANOS = 1e9;

    /** @param begin begins the job, soon and on another thread */
    private record Waiting(Job job, Admission admission, Runnable begin) {}

    /** Permits, and the jobs that wait for one. */
    private static final class Bucket {

        private final Queue<Waiting> queue = new ArrayDeque<>();
        private double permits;
        private long filledAt;

        Bucket(double permits, long now) {
            this.permits = permits;
            this.filledAt = now;
        }

        void fill(double rate, long now) {
            double most = queue.isEmpty() ? burst(rate) : Math.max(2, burst(rate));
            permits = Math.min(most, permits + (now - filledAt) / SECOND_NANOS * rate);
            filledAt = now;
        }

        boolean take() {
            if (permits < 1) {
                return false;
            }
            permits--;
            return true;
        }

        /** Whether a job waits that may begin now. */
        boolean anyAdmitted() {
            Waiting first = queue.peek();
            return first != null && first.admission().admits();
        }

        /** Nanoseconds until there is a permit for a job that waits; where its first one may not begin although there is, forever. */
        long wait(double rate) {
            long wait = (long) Math.ceil((1 - permits) / rate * SECOND_NANOS);
            return wait > 0 ? wait : anyAdmitted() ? 0 : Long.MAX_VALUE;
        }

        static double burst(double rate) {
            return Math.max(1, rate * BURST_SECONDS);
        }
    }

    private final Ticker ticker;
    private final CircuitBreaker.Timer timer;
    private final DoubleSupplier share;
    private final Map<String, Bucket> keys = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<String> waitingKeys = new LinkedHashSet<>();
    private final Bucket sink;
    private volatile RateLimit limit;
    private @Nullable Long alarm;

    /** @param share the part of the limit that this instance has, above 0 and at most 1 */
    public RateLimiter(RateLimit limit, Ticker ticker, CircuitBreaker.Timer timer, DoubleSupplier share) {
        this.limit = limit;
        this.ticker = ticker;
        this.timer = timer;
        this.share = share;
        this.sink = new Bucket(1, ticker.nanos());
    }

    /** The limit in force, of all instances together. */
    public RateLimit limit() {
        return limit;
    }

    /** Whether jobs have to be admitted. */
    boolean limited() {
        return limit.limited();
    }

    /** Replaces the limit; jobs that wait begin according to the new one. */
    public void set(RateLimit now) {
        synchronized (this) {
            limit = now;
            keys.values().forEach(bucket -> bucket.permits = Math.max(bucket.permits, 0));
            sink.permits = Math.max(sink.permits, 0);
            sink.filledAt = ticker.nanos();
        }
        begin(due());
    }

    /** How many jobs wait. */
    public synchronized int waiting() {
        int waiting = sink.queue.size();
        for (String key : waitingKeys) {
            waiting += bucket(key).queue.size();
        }
        return waiting;
    }

    /**
     * Takes the permits of a job. Where there are none, it waits in the queue: {@code begin} is called when they were taken for it, not
     * before its partition admits jobs.
     *
     * @return whether it has them now
     */
    synchronized boolean admits(Job job, Admission admission, Runnable begin) {
        Waiting waiting = new Waiting(job, admission, begin);
        boolean admitted = passesKey(waiting) && passesSink(waiting);
        if (!admitted) {
            awaken();
        }
        return admitted;
    }

    private boolean passesKey(Waiting waiting) {
        if (limit.perKey() == RateLimit.UNLIMITED) {
            return true;
        }
        Bucket bucket = filled(waiting.job().limitKey());
        if (bucket.queue.isEmpty() && bucket.take()) {
            return true;
        }
        bucket.queue.add(waiting);
        waitingKeys.add(waiting.job().limitKey());
        return false;
    }

    private boolean passesSink(Waiting waiting) {
        if (limit.perSecond() == RateLimit.UNLIMITED) {
            return true;
        }
        sink.fill(rate(limit.perSecond()), ticker.nanos());
        if (sink.queue.isEmpty() && sink.take()) {
            return true;
        }
        sink.queue.add(waiting);
        return false;
    }

    /**
     * A job that had permits has ended.
     *
     * @param calls how many it made: it gets back what it did not use, and owes what it used in addition
     */
    void used(Job job, int calls) {
        if (calls != 1) {
            synchronized (this) {
                if (limit.perKey() != RateLimit.UNLIMITED) {
                    filled(job.limitKey()).permits += 1 - calls;
                }
                if (limit.perSecond() != RateLimit.UNLIMITED) {
                    sink.fill(rate(limit.perSecond()), ticker.nanos());
                    sink.permits += 1 - calls;
                }
            }
            begin(due());
        }
    }

    /** A job has ended that did not wait for permits: it owes them. */
    void owed(Job job, int calls) {
        used(job, calls + 1);
    }

    /** The jobs of a partition that stops no longer wait. */
    void forget(Admission admission) {
        synchronized (this) {
            sink.queue.removeIf(waiting -> waiting.admission() == admission);
            for (String key : waitingKeys) {
                bucket(key).queue.removeIf(waiting -> waiting.admission() == admission);
            }
            waitingKeys.removeIf(key -> bucket(key).queue.isEmpty());
        }
        begin(due()); // others may have waited behind them
    }

    /** A partition admits jobs again: those that have kept their place begin. */
    void resumed() {
        begin(due());
    }

    /** For how long at least no job that waits begins. */
    synchronized Duration waitLeft() {
        Long at = alarm;
        return at == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, at - ticker.nanos()));
    }

    private void rang(long at) {
        synchronized (this) {
            if (!Objects.equals(alarm, at)) {
                return; // an earlier one was set since
            }
            alarm = null;
        }
        begin(due());
    }

    /** The jobs that begin now. */
    private synchronized List<Waiting> due() {
        List<Waiting> due = new ArrayList<>();
        for (Iterator<String> all = waitingKeys.iterator(); all.hasNext(); ) {
            Bucket bucket = filled(all.next());
            while (bucket.anyAdmitted() && (limit.perKey() == RateLimit.UNLIMITED || bucket.take())) {
                Waiting next = bucket.queue.remove();
                if (passesSink(next)) {
                    due.add(next);
                }
            }
            if (bucket.queue.isEmpty()) {
                all.remove();
            }
        }
        boolean unlimited = limit.perSecond() == RateLimit.UNLIMITED;
        if (!unlimited) {
            sink.fill(rate(limit.perSecond()), ticker.nanos());
        }
        while (sink.anyAdmitted() && (unlimited || sink.take())) {
            due.add(sink.queue.remove());
        }
        awaken();
        return due;
    }

    /** Sets the alarm for the next job, unless it rings earlier. */
    private void awaken() {
        long wait = Long.MAX_VALUE;
        if (!sink.queue.isEmpty()) {
            wait = sink.wait(rate(limit.perSecond()));
        }
        for (String key : waitingKeys) {
            wait = Math.min(wait, filled(key).wait(rate(limit.perKey())));
        }
        long now = ticker.nanos();
        if (wait != Long.MAX_VALUE && (alarm == null || alarm - now > wait)) {
            long at = now + wait;
            alarm = at;
            timer.after(Duration.ofNanos(wait), () -> rang(at));
        }
    }

    private double rate(double limited) {
        return limited * share.getAsDouble();
    }

    private Bucket filled(String key) {
        Bucket bucket = bucket(key);
        if (limit.perKey() != RateLimit.UNLIMITED) {
            bucket.fill(rate(limit.perKey()), ticker.nanos());
        }
        return bucket;
    }

    private Bucket bucket(String key) {
        Bucket bucket =
                keys.computeIfAbsent(key, unused -> new Bucket(Bucket.burst(rate(limit.perKey())), ticker.nanos()));
        if (keys.size() > KEYS) {
            Iterator<Bucket> eldest = keys.values().iterator();
            while (keys.size() > KEYS && eldest.hasNext()) {
                Bucket old = eldest.next();
                if (old != bucket && old.queue.isEmpty()) {
                    eldest.remove();
                }
            }
        }
        return bucket;
    }

    private static void begin(List<Waiting> due) {
        due.forEach(waiting -> waiting.begin().run());
    }
}
