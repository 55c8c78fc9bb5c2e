package io.taskqueue.console;

import io.taskqueue.console.model.Badge;
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
import org.jspecify.annotations.Nullable;

/**
 * A cluster as operators meet it: nine queues and three sinks, of which one lags behind an unavailable target, one is stopped, and one
 * has parked events. It is what the documentation shows.
 */
final class ExampleCluster {

    static final String FAILED_TASK = "orders/7/4183";

    private static final List<Double> BOUNDS =
            List.of(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0);
    private static final String CARD_ERROR =
            """
            com.example.billing.ChargeFailed: POST https://billing.example/charges answered 503 Service Unavailable
            \tat com.example.billing.Billing.charge(Billing.java:87)
            \tat com.example.billing.BillingSink.apply(BillingSink.java:31)""";

    private final Instant now;
    private final FakeCluster cluster;

    private ExampleCluster(Instant now) {
        this.now = now;
        this.cluster = new FakeCluster(now);
    }

    static FakeCluster asOf(Instant now) {
        return new ExampleCluster(now).fill();
    }

    /** The same, but the effects of the failed task return nothing, or the status of an HTTP answer. */
    static FakeCluster withPlainResults(Instant now) {
        ExampleCluster example = new ExampleCluster(now);
        FakeCluster cluster = example.fill();
        cluster.put(
                cluster.life(FAILED_TASK),
                example.effect("billing", 43_901, "charge", "succeeded", "null", 30_600),
                example.effect("mailer", 43_901, "confirm", "succeeded", "204", 30_200));
        return cluster;
    }

    private FakeCluster fill() {
        queue("invoices", 1, 14, 6.1, 6.0, 0);
        queue("mail/outbound", 2, 233, 41.0, 38.5, 0);
        queue("orders", 3, 1_204, 88.4, 71.2, 0);
        queue("payments", 4, 310, 52.3, 51.9, 7);
        queue("reports", 5, 0, 0.0, 0.0, 0);
        queue("returns", 6, 3, 1.2, 1.2, 0);
        queue("search-index", 7, 41, 120.5, 121.0, 0);
        queue("shipping/eu", 8, 19, 17.4, 17.3, 0);
        queue("shipping/us", 9, 27, 22.8, 23.1, 0);
        problems();
        sinks();
        tasks();
        failedTask();
        parked();
        return cluster;
    }

    private void queue(String name, int partition, long pending, double enqueued, double completed, long dead) {
        long leased = pending == 0 ? 0 : 8 + pending % 17;
        cluster.put(new QueueView(
                name,
                partition,
                epoch(name, partition),
                48_000L + pending,
                now.minusMillis(enqueued == 0 ? 5_400_000 : 240),
                new QueueView.Depth(pending, pending % 7, leased, dead),
                new QueueView.Totals(181_240, 0, 179_902, dead, 0, 77, 412),
                new QueueView.Rates(enqueued * 3.1, enqueued, completed),
                pending == 0 ? null : now.minusMillis(1_300 * pending / 3),
                null,
                0));
        if (!name.equals("reports")) {
            cluster.put(
                    name,
                    new QueueOwner(
                            partition % 2 == 0 ? "dispatcher-b" : "dispatcher-a",
                            epoch(name, partition),
                            now.minus(Duration.ofHours(26))));
        }
        List<QueueSample> history = new ArrayList<>();
        for (int n = 0; n < 120; n++) {
            double wave = 1 + 0.35 * Math.sin((n + 11 * partition) / 13.0) + 0.06 * Math.sin(n * 1.7);
            double growth = name.equals("orders") ? 0.2 + n / 150.0 : 0.8;
            history.add(new QueueSample(
                    now.minusSeconds(5L * (120 - n)),
                    new QueueView.Depth(
                            Math.round(pending * wave * growth),
                            pending % 7,
                            Math.round(leased * wave),
                            n > 80 ? dead : 0),
                    new QueueView.Rates(enqueued * 3 * wave, enqueued * wave, completed * (2 - wave))));
        }
        cluster.put(name, history);
        long newest = 48_000L + pending;
        position("billing", name, newest, name.equals("orders") ? 2_318 : 0, name.equals("orders") ? 96.0 : 0.0);
        position(
                "mailer",
                name,
                newest,
                name.equals("mail/outbound") ? 64 : 0,
                name.equals("mail/outbound") ? 2.4 : 0.0);
        position("search", name, newest, name.equals("search-index") ? 12_610 : 0, null);
    }

    private static long epoch(String queue, int partition) {
        return queue.equals("orders") ? 7 : partition * 3L + 4;
    }

    private void position(String sink, String queue, long newest, long lag, @Nullable Double eta) {
        cluster.put(new SinkPosition(
                sink,
                queue,
                7,
                newest - lag,
                Math.min(lag, 12),
                sink.equals("billing") && queue.equals("payments") ? 3L : 0L,
                lag,
                lag / (sink.equals("search") ? 0.9 : 40.0),
                sink.equals("search") ? 0 : 64.2,
                FakeClusters.catchUp(lag, eta),
                null));
    }

    private void problems() {
        cluster.put(
                "payments",
                new Badge(
                        Badge.Kind.PARKED,
                        "3 events of queue payments are parked at sink billing. Look at their errors, then redrive or discard them."));
        cluster.put(
                "orders",
                new Badge(
                        Badge.Kind.BREAKER_OPEN,
                        "Sink billing considers https://billing.example unavailable since 5 failures in a row. Check the target; "
                                + "the sink continues by itself when it answers."));
        cluster.put(
                "search-index",
                new Badge(
                        Badge.Kind.NO_SINK,
                        "No instance of sink search runs, and 12,610 events of queue search-index wait. Start it."));
        cluster.put(
                "reports",
                new Badge(
                        Badge.Kind.NO_OWNER,
                        "No dispatcher owns queue reports: its last owner closed it 1 h 30 min ago. Start its dispatcher."));
    }

    private void sinks() {
        sink(
                "billing",
                2,
                2_318L,
                57.9,
                96.0,
                3,
                12,
                List.of(
                        new Badge(
                                Badge.Kind.BREAKER_OPEN,
                                "https://billing.example is considered unavailable since 5 failures in a row. Check the target; the sink "
                                        + "continues by itself when it answers."),
                        new Badge(
                                Badge.Kind.PARKED,
                                "3 events are parked. Look at their errors, then redrive or discard them.")));
        sink("mailer", 2, 64L, 1.6, 2.4, 0, 0, List.of());
        sink(
                "search",
                0,
                12_610L,
                1_244.0,
                null,
                0,
                0,
                List.of(
                        new Badge(
                                Badge.Kind.SINK_STOPPED,
                                "Sink search has no running instance, and 12,610 events wait. Start it: taskqueue sink --name search …")));
        for (int partition = 0; partition < 3; partition++) {
            cluster.put(new ReplayView(
                    "billing",
                    partition,
                    partition == 2 ? "fill-gaps" : "recorded-only",
                    partition == 2 ? "queue=orders" : "",
                    1_200L * partition,
                    90_000L + partition,
                    now.minusSeconds(7_300 - 60L * partition),
                    now.minusSeconds(7_100 - 60L * partition),
                    Map.of(
                            "events",
                            88_000L,
                            "reused",
                            87_988L,
                            "run",
                            partition == 2 ? 12L : 0L,
                            "failed",
                            0L,
                            "parked",
                            0L,
                            "missing",
                            partition == 1 ? 2L : 0L,
                            "ambiguous",
                            0L)));
        }
    }

    private void sink(
            String name,
            int instances,
            long lag,
            double seconds,
            @Nullable Double eta,
            long parked,
            long failed,
            List<Badge> badges) {
        List<SinkInstanceView> running = new ArrayList<>();
        for (int n = 1; n <= instances; n++) {
            running.add(new SinkInstanceView(
                    name + "-" + n,
                    "app-" + (3 * n + name.length()) + ".example",
                    now.minus(Duration.ofHours(26L - n)),
                    now.minusSeconds(n),
                    6L * n,
                    parked > 0 && n == 1
                            ? List.of("https://billing.example: 5 failures in a row, next attempt in 8 s")
                            : List.of(),
                    new SinkInstanceView.Latency(
                            BOUNDS,
                            List.of(0L, 12L, 410L, 5_200L, 14_400L, 9_800L, 3_600L, 1_210L, 240L, 51L, 20L, 6L, 2L)),
                    Map.of()));
        }
        cluster.put(new SinkView(
                name,
                instances == 0 ? "EMPTY" : "STABLE",
                running,
                instances == 0 ? null : new SinkView.Effects(69_902, 4_321, failed, parked, parked > 0 ? 1 : 0),
                instances == 0 ? 0L : 18L,
                parked,
                failed,
                parked > 0 ? 1L : 0L,
                0L,
                lag,
                seconds,
                FakeClusters.catchUp(lag, eta),
                instances == 0 ? null : new SinkLimit(100.0, 5.0, 12, "100 calls/s, 5 calls/s of a peer"),
                badges));
    }

    private void tasks() {
        List<String> phases = List.of("leased", "pending", "pending", "completed", "delayed", "completed", "pending");
        for (int n = 0; n < 60; n++) {
            String phase = phases.get(n % phases.size());
            boolean failed = phase.equals("delayed") || n % 11 == 0;
            cluster.put(new TaskView(
                    "orders",
                    "orders/7/" + (4_260 - n),
                    phase,
                    failed ? 2 : 1,
                    now.minusMillis(900L * n + 200),
                    now.minusMillis(400L * n),
                    phase.equals("leased") ? now.plusSeconds(24) : null,
                    phase.equals("delayed") ? now.plusSeconds(4) : null,
                    failed ? "java.io.IOException: POST https://warehouse.example/ship answered 503" : null,
                    "order-A-" + (90_210 + n),
                    n % 9 == 5 ? "high" : "normal"));
        }
    }

    /** Two attempts failed, for two reasons; the third succeeded. */
    private void failedTask() {
        TaskView task = new TaskView(
                "orders",
                FAILED_TASK,
                "completed",
                3,
                now.minusSeconds(96),
                now.minusSeconds(31),
                null,
                null,
                "The lease expired.",
                "order-A-90133",
                "high");
        String payload = "{\"order\":\"A-90133\",\"items\":[{\"sku\":\"T-17\",\"count\":2}],\"total\":\"42.00\"}";
        String shipping =
                """
                java.io.IOException: POST https://warehouse.example/ship answered 503 Service Unavailable
                \tat com.example.orders.Warehouse.ship(Warehouse.java:42)""";
        List<EventView> events = List.of(
                event(task, "Enqueued", 43_100, 96_000, 1, null, null, payload),
                event(task, "LeaseGranted", 43_131, 95_200, 1, "L-8810 worker-3", null, null),
                event(task, "Failed", 43_160, 92_400, 1, "L-8810 worker-3", shipping, null),
                event(task, "Requeued", 43_204, 87_400, 2, "L-8810 worker-3", null, null),
                event(task, "LeaseGranted", 43_240, 85_900, 2, "L-8852 worker-1", null, null),
                event(task, "Heartbeat", 43_290, 80_900, 2, "L-8852 worker-1", null, null),
                event(task, "Heartbeat", 43_350, 75_900, 2, "L-8852 worker-1", null, null),
                event(
                        task,
                        "LeaseExpired",
                        43_700,
                        45_900,
                        2,
                        "L-8852 worker-1",
                        "Lease L-8852 expired without a result: worker-1 did not extend it for 30 s.",
                        null),
                event(task, "Requeued", 43_750, 40_900, 3, "L-8852 worker-1", null, null),
                event(task, "LeaseGranted", 43_760, 40_500, 3, "L-8899 worker-2", null, null),
                event(task, "Completed", 43_901, 31_000, 3, "L-8899 worker-2", null, null));
        cluster.put(
                new TaskLife(task, events, 0),
                effect("search", 43_100, "index", "succeeded", "{\"id\":\"A-90133\"}", 95_700),
                effect("billing", 43_901, "charge", "succeeded", "{\"receipt\":\"R-55120\"}", 30_600),
                effect("mailer", 43_901, "confirm", "failed", "550 5.1.1 The mailbox does not exist", 30_200));
    }

    private EventView event(
            TaskView task,
            String kind,
            long sequence,
            long millisAgo,
            int attempt,
            @Nullable String lease,
            @Nullable String error,
            @Nullable String payload) {
        return new EventView(
                task.queueName(),
                task.taskId(),
                kind,
                7,
                sequence,
                3,
                210_000 + sequence,
                now.minusMillis(millisAgo),
                attempt,
                lease,
                kind.equals("LeaseGranted") || kind.equals("Heartbeat") ? now.minusMillis(millisAgo - 30_000) : null,
                kind.equals("Failed") ? now.minusMillis(millisAgo - 5_000) : null,
                error,
                payload);
    }

    private TaskEffect effect(String sink, long sequence, String name, String outcome, String result, long millisAgo) {
        return new TaskEffect(
                sink,
                7,
                sequence,
                name,
                sink + "/0/orders/7/" + sequence + "/" + name,
                0,
                now.minusMillis(millisAgo),
                outcome,
                result);
    }

    private void parked() {
        parked("payments/16/40112", "parked", CARD_ERROR, 2, 2, 640);
        parked("payments/16/40155", "parked", CARD_ERROR, 1, 0, 410);
        parked(
                "payments/16/40190",
                "ambiguous",
                "The outcome of effect charge is unknown: no answer within 10 s after the request was sent. "
                        + "Ask the target for its key, then redrive or discard the event.",
                1,
                1,
                95);
    }

    private void parked(String task, String state, String error, int round, int following, long secondsAgo) {
        cluster.put(new ParkedView(
                "billing",
                "payments",
                task,
                state,
                "Completed",
                16,
                40_000 + following,
                4,
                310_000 + secondsAgo,
                now.minusSeconds(secondsAgo),
                round,
                5,
                "charge",
                error,
                following,
                "{\"payment\":\"P-7712\",\"amount\":\"42.00\"}"));
    }

    /** An event of a queue as it comes. */
    static EventView arriving(String queue, String kind, long offset, Instant at, @Nullable String error) {
        return new EventView(
                queue,
                queue + "/7/" + (50_000 + offset),
                kind,
                7,
                60_000 + offset,
                3,
                400_000 + offset,
                at,
                1,
                kind.equals("Enqueued") ? null : "L-9" + offset + " worker-2",
                null,
                null,
                error,
                null);
    }
}
