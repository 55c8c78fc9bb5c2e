package io.taskqueue.console;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.ReplayView;
import io.taskqueue.console.model.SinkInstanceView;
import io.taskqueue.console.model.SinkLimit;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.TaskEffect;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Clusters for tests, as of one moment. */
final class FakeClusters {

    /** A name that must be shown as it is. */
    static final String HOSTILE = "<img src=x onerror=\"document.title='run'\">'&\u202eabc/é 💣";

    private final Instant now;
    private final FakeCluster cluster;

    private FakeClusters(Instant now) {
        this.now = now;
        this.cluster = new FakeCluster(now);
    }

    /** Three queues and two sinks: one healthy, one that lags, one with failing tasks, parked events and a hostile name. */
    static FakeCluster small(Instant now) {
        return new FakeClusters(now).fill();
    }

    /** So many queues, named {@code queue-00000} and so on, with a sink that lags at every tenth. */
    static FakeCluster large(Instant now, int queues) {
        FakeClusters filled = new FakeClusters(now);
        for (int n = 0; n < queues; n++) {
            String name = String.format("queue-%05d", n);
            long lag = n % 10 == 0 ? n : 0;
            filled.cluster.put(filled.queue(name, n % 64, n % 500, n % 7));
            filled.cluster.put(position("billing", name, lag, lag == 0 ? 0.0 : lag / 10.0));
        }
        filled.cluster.put(filled.sink("billing", queues * 5L, 0));
        return filled.cluster;
    }

    private FakeCluster fill() {
        for (String name : List.of("orders", "payments", HOSTILE)) {
            cluster.put(queue(name, name.length() % 3, name.equals("payments") ? 420 : 3, 12.5));
            cluster.put(name, new QueueOwner("dispatcher-1@" + name, 7, now.minus(Duration.ofHours(3))));
            cluster.put(
                    name,
                    IntStream.range(0, 60)
                            .mapToObj(n -> new QueueSample(
                                    now.minusSeconds(60L - n),
                                    new QueueView.Depth(n % 20, 1, 2, 0),
                                    new QueueView.Rates(n / 2.0, n / 4.0, n / 4.0)))
                            .toList());
            cluster.put(position(
                    "billing", name, name.equals("payments") ? 1_850 : 0, name.equals("payments") ? 95.0 : 0.0));
            cluster.put(position("<b>audit</b>", name, 0, 0.0));
            for (int n = 0; n < 30; n++) {
                cluster.put(task(
                        name, 100 + n, List.of("pending", "leased", "completed").get(n % 3), null));
            }
            failedTask(name, 42);
        }
        cluster.put(
                "payments",
                new Badge(
                        Badge.Kind.BREAKER_OPEN,
                        "The target of sink billing is unavailable since 09:59:00Z. Check it."));
        cluster.put(
                HOSTILE,
                new Badge(
                        Badge.Kind.PARKED,
                        "Sink billing has parked 2 events of " + HOSTILE + ". Redrive or discard them."));
        cluster.put(sink("billing", 1_850, 2));
        cluster.put(sink("<b>audit</b>", 0, 0));
        cluster.put(parked("payments", 42, "parked"));
        cluster.put(parked(HOSTILE, 42, "ambiguous"));
        cluster.put(new ReplayView(
                "billing",
                0,
                "failed",
                "queue=payments",
                10,
                250,
                now.minusSeconds(600),
                now.minusSeconds(500),
                Map.of("applied", 12L, "skipped", 228L)));
        return cluster;
    }

    private QueueView queue(String name, int partition, long pending, double rate) {
        return new QueueView(
                name,
                partition,
                7,
                1_000,
                now.minusSeconds(1),
                new QueueView.Depth(pending, 1, 2, 1),
                new QueueView.Totals(1_000, 0, 990, 1, 0, 2, 3),
                new QueueView.Rates(rate * 2, rate, rate),
                pending == 0 ? null : now.minusSeconds(pending),
                null,
                0);
    }

    /** The same queue with so many pending tasks. */
    static QueueView withPending(QueueView queue, long pending) {
        return new QueueView(
                queue.name(),
                queue.partition(),
                queue.epoch(),
                queue.sequence(),
                queue.lastEventAt(),
                new QueueView.Depth(
                        pending,
                        queue.depth().delayed(),
                        queue.depth().leased(),
                        queue.depth().dead()),
                queue.totals(),
                queue.rates(),
                queue.oldestPendingAt(),
                queue.overdueSince(),
                queue.staleEvents());
    }

    /** An event of a queue, with a payload. */
    static EventView event(Instant now, String queue, long offset) {
        return new EventView(
                queue,
                queue + "/7/" + offset,
                "Enqueued",
                7,
                offset,
                1,
                offset,
                now,
                1,
                null,
                null,
                null,
                null,
                "{\"secret\":\"payload of " + offset + "\"}");
    }

    private static SinkPosition position(String sink, String queue, long lag, @Nullable Double eta) {
        return new SinkPosition(
                sink,
                queue,
                7,
                1_000 - Math.min(lag, 1_000),
                Math.min(lag, 8),
                0L,
                lag,
                lag / 20.0,
                20.0,
                catchUp(lag, eta),
                null);
    }

    /** When a sink with a lag is caught up; null is never. */
    static CatchUp catchUp(long lag, @Nullable Double seconds) {
        return lag == 0 ? CatchUp.DONE : seconds == null ? CatchUp.NEVER : CatchUp.in(seconds);
    }

    private TaskView task(String queue, long sequence, String phase, @Nullable String error) {
        return new TaskView(
                queue,
                queue + "/7/" + sequence,
                phase,
                error == null ? 1 : 3,
                now.minusSeconds(sequence),
                now.minusSeconds(sequence / 2),
                phase.equals("leased") ? now.plusSeconds(30) : null,
                null,
                error,
                "key-" + sequence,
                "normal");
    }

    private void failedTask(String queue, long sequence) {
        String error = "java.io.IOException: connection refused <script>alert(1)</script>";
        TaskView task = task(queue, sequence, "pending", error);
        List<EventView> events = new ArrayList<>();
        events.add(event(task, "Enqueued", sequence, null));
        for (int attempt = 1; attempt <= 2; attempt++) {
            events.add(event(task, "LeaseGranted", sequence + 2L * attempt - 1, null));
            events.add(event(task, "Failed", sequence + 2L * attempt, error));
        }
        cluster.put(
                new TaskLife(task, events, 0),
                new TaskEffect(
                        "billing",
                        7,
                        sequence,
                        "charge",
                        queue + "/7/" + sequence + "/charge",
                        0,
                        now.minusSeconds(30),
                        "failed",
                        error));
    }

    private EventView event(TaskView task, String kind, long sequence, @Nullable String error) {
        return new EventView(
                task.queueName(),
                task.taskId(),
                kind,
                7,
                sequence,
                1,
                10_000 + sequence,
                now.minusSeconds(200 - sequence),
                1,
                kind.equals("LeaseGranted") ? "L-" + sequence + " worker-1" : null,
                kind.equals("LeaseGranted") ? now.minusSeconds(170 - sequence) : null,
                kind.equals("Failed") ? now.minusSeconds(195 - sequence) : null,
                error,
                "{\"amount\":12,\"note\":\"</script><script>alert(1)</script>\"}");
    }

    private SinkView sink(String name, long lag, long parked) {
        return new SinkView(
                name,
                "STABLE",
                List.of(new SinkInstanceView(
                        name + "-1",
                        "host-1",
                        now.minusSeconds(3_600),
                        now.minusSeconds(2),
                        8,
                        lag > 0 ? List.of("https://billing.example") : List.of(),
                        new SinkInstanceView.Latency(List.of(1.0, 10.0, 100.0, 1_000.0), List.of(5L, 80L, 40L, 3L, 1L)),
                        Map.of())),
                new SinkView.Effects(980, 15, 3, parked, 1),
                8L,
                parked,
                3L,
                1L,
                0L,
                lag,
                lag / 20.0,
                catchUp(lag, lag / 19.5),
                new SinkLimit(100.0, null, lag, "100 calls/s"),
                lag > 0
                        ? List.of(
                                new Badge(Badge.Kind.BREAKER_OPEN, "https://billing.example is unavailable. Check it."))
                        : List.of());
    }

    private ParkedView parked(String queue, long sequence, String state) {
        return new ParkedView(
                "billing",
                queue,
                queue + "/7/" + sequence,
                state,
                "Completed",
                7,
                sequence,
                1,
                10_000 + sequence,
                now.minusSeconds(300),
                1,
                5,
                "charge",
                "402 Payment Required <b>card declined</b>",
                2,
                "{\"amount\":12}");
    }
}
