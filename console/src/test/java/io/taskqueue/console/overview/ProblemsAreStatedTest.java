package io.taskqueue.console.overview;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.Badge.Kind;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.overview.QueueProblems.Ownership;
import io.taskqueue.console.overview.QueueProblems.Progress;
import io.taskqueue.console.overview.QueueProblems.SinkOfQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The badges of queues and sinks: their kinds and whole texts. */
class ProblemsAreStatedTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Ownership OWNER = new Ownership(new QueueOwner("dispatcher-a", 7, NOW.minusSeconds(3600)));
    private static final SinkOfQueue GOOD =
            new SinkOfQueue("billing", "Stable", true, new Progress(0L, 0L, null), List.of(), List.of());

    private static QueueView queue(@Nullable Instant overdueSince, long staleEvents, long live) {
        return new QueueView(
                "orders",
                3,
                7,
                20,
                NOW,
                new QueueView.Depth(live, 0, 0, 0),
                new QueueView.Totals(1, 0, 0, 0, 0, 0, 0),
                new QueueView.Rates(0, 0, 0),
                null,
                overdueSince,
                staleEvents);
    }

    private static List<Badge> badges(QueueView queue, @Nullable Ownership owner, @Nullable List<SinkOfQueue> sinks) {
        return new QueueProblems(queue, true, owner, sinks, null).badges(NOW, LIMIT);
    }

    private static List<Badge> ofSink(SinkOfQueue sink) {
        return badges(queue(null, 0, 1), OWNER, List.of(GOOD, sink));
    }

    @Test
    void nothingIsWrongWithAQueueThatIsAppliedNorWithWhatIsUnknown() {
        assertThat(badges(queue(null, 0, 1), OWNER, List.of(GOOD))).isEmpty();
        assertThat(badges(queue(NOW.minusSeconds(14), 0, 1), OWNER, List.of(GOOD)))
                .isEmpty();
        assertThat(badges(queue(NOW.minusSeconds(60), 0, 1), null, null)).isEmpty();
        assertThat(new QueueProblems(queue(NOW.minusSeconds(60), 0, 1), false, OWNER, List.of(GOOD), null)
                        .badges(NOW, LIMIT))
                .as("events of the past are being read")
                .isEmpty();
        assertThat(badges(queue(null, 0, 0), new Ownership(null), List.of(GOOD)))
                .as("an empty queue needs no owner")
                .isEmpty();
    }

    @Test
    void whatIsWrongWithItsOwnerIsStated() {
        assertThat(badges(queue(NOW.minusSeconds(60), 0, 1), OWNER, List.of(GOOD)))
                .containsExactly(new Badge(
                        Kind.SOURCE_STALLED,
                        "Owner dispatcher-a (epoch 7) has not ended an expired lease or a delay that ended at "
                                + "2026-11-23T11:59:00Z. Check that its process runs and reaches Kafka; if it is gone, start "
                                + "another one, which recovers the tasks."));
        assertThat(badges(queue(null, 0, 2), new Ownership(null), List.of(GOOD)))
                .containsExactly(new Badge(
                        Kind.NO_OWNER,
                        "The registry has no owner of this queue, and 2 tasks wait in it. Start its dispatcher, which recovers "
                                + "them."));
        assertThat(badges(queue(null, 1, 1), OWNER, List.of(GOOD)))
                .containsExactly(new Badge(
                        Kind.FENCED,
                        "1 event of this queue was written by an owner that had lost it; no sink applies them. Find out which "
                                + "process still wrote to the queue after another one had claimed it."));
    }

    @Test
    void aQueueThatNoRunningSinkHasIsStated() {
        SinkOfQueue stopped =
                new SinkOfQueue("billing", "Empty", false, new Progress(5L, 0L, null), List.of(), List.of());

        assertThat(badges(queue(null, 0, 1), OWNER, List.of(stopped)))
                .containsExactly(
                        new Badge(
                                Kind.NO_SINK,
                                "No running sink has partition 3, in which this queue is: billing is Empty. Start a sink."),
                        new Badge(
                                Kind.SINK_STOPPED,
                                "Sink billing has not applied 5 events of this queue, and no running instance has its "
                                        + "partition: the consumer group is Empty. Start the sink."));
        assertThat(badges(queue(null, 0, 1), OWNER, List.of()))
                .containsExactly(new Badge(
                        Kind.NO_SINK,
                        "No running sink has partition 3, in which this queue is: no consumer group has committed offsets of "
                                + "the topic. Start a sink."));
    }

    @Test
    void whatIsWrongAtASinkIsStatedForTheQueuesThatItApplies() {
        assertThat(ofSink(new SinkOfQueue(
                        "mail",
                        "Stable",
                        true,
                        new Progress(0L, 2L, "4 events between 1/3 and 1/8 (retention deleted them)"),
                        List.of("the log was shortened. Compare the target."),
                        List.of("POST http://target/: 503 since 11:58"))))
                .containsExactly(
                        new Badge(
                                Kind.DIVERGED,
                                "Sink mail: events are missing: 4 events between 1/3 and 1/8 (retention deleted them). Compare "
                                        + "its target with the source, then start the sink with --clear-diverged."),
                        new Badge(Kind.LOG_CHANGED, "Sink mail: the log was shortened. Compare the target."),
                        new Badge(
                                Kind.BREAKER_OPEN,
                                "Sink mail waits for its target: POST http://target/: 503 since 11:58"),
                        new Badge(
                                Kind.PARKED,
                                "Sink mail: 2 events of this queue are parked. Redrive them when the cause is fixed, or "
                                        + "discard them."));
        assertThat(ofSink(new SinkOfQueue("others", "Stable", true, null, List.of("x"), List.of("y"))))
                .as("a sink that does not apply the queue")
                .isEmpty();
        assertThat(ofSink(new SinkOfQueue(
                        "unread", "Stable", true, new Progress(null, null, null), List.of(), List.of())))
                .as("unknown")
                .isEmpty();
    }

    @Test
    void deadTasksAreStatedWithTheCommandThatRetriesThem() {
        assertThat(new QueueProblems(queueWith(new QueueView.Depth(1, 0, 0, 3)), true, OWNER, List.of(GOOD), null)
                        .badges(NOW, LIMIT))
                .containsExactly(new Badge(
                        Kind.DEAD_TASKS,
                        "3 tasks of this queue are dead: no worker gets them any more. Find out why, then retry with: "
                                + "taskqueue dead retry --queue 'it'\\''s orders' --all"));
    }

    @Test
    void aQueueThatOnlyGrowsIsStatedWithBothRatesUnlessThePastIsBeingRead() {
        QueueView queue = queueWith(new QueueView.Depth(460, 0, 0, 0));
        GrowthMeter.Growth growth = new GrowthMeter.Growth(3, 100, 460);

        assertThat(new QueueProblems(queue, true, OWNER, List.of(GOOD), growth).badges(NOW, LIMIT))
                .containsExactly(new Badge(
                        Kind.GROWING,
                        "The queue has only grown for 3 minutes, from 100 to 460 tasks: 2.5 tasks a second are enqueued, and 0.5 "
                                + "completed. Start more workers, or find out why attempts fail."));
        assertThat(new QueueProblems(queue, false, OWNER, List.of(GOOD), growth).badges(NOW, LIMIT))
                .isEmpty();
    }

    private static QueueView queueWith(QueueView.Depth depth) {
        return new QueueView(
                "it's orders",
                3,
                7,
                20,
                NOW,
                depth,
                new QueueView.Totals(1, 0, 0, 0, 0, 0, 0),
                new QueueView.Rates(4, 2.5, 0.5),
                null,
                null,
                0);
    }

    @Test
    void aSinkThatRunsAndAppliesNothingIsStatedUnlessItsTargetIsTheReason() {
        SinkProblems.Held held = new SinkProblems.Held(0L, 0L, "billing.dead", List.of(), List.of());
        Duration idle = Duration.ofSeconds(90);

        assertThat(new SinkProblems("billing", "Stable", true, 12L, List.of(), List.of(), held, idle).badges())
                .containsExactly(new Badge(
                        Kind.NOT_CONSUMING,
                        "Sink billing runs, but has applied nothing for 90 s although 12 events wait. Look at its log, and at what "
                                + "its target does."));
        assertThat(new SinkProblems("billing", "Stable", true, 12L, List.of(), List.of("T"), held, idle).badges())
                .extracting(Badge::kind)
                .containsExactly(Kind.BREAKER_OPEN);
        assertThat(new SinkProblems("billing", "Stable", true, 0L, List.of(), List.of(), held, idle).badges())
                .isEmpty();
        assertThat(new SinkProblems("billing", "Stable", true, 12L, List.of(), List.of(), held, Duration.ofSeconds(59))
                        .badges())
                .isEmpty();
    }

    @Test
    void whatIsWrongWithASinkIsStated() {
        SinkProblems.Held held = new SinkProblems.Held(
                1L, 3L, "billing.dead", List.of("orders: 1 event after 1/3"), List.of("the topic was recreated."));

        assertThat(new SinkProblems("billing", "Empty", false, 12L, List.of(), List.of(), held, Duration.ZERO).badges())
                .containsExactly(
                        new Badge(
                                Kind.SINK_STOPPED,
                                "Sink billing has no running instance: its consumer group is Empty, and 12 records were not "
                                        + "read. Start the sink."),
                        new Badge(
                                Kind.DIVERGED,
                                "Sink billing: events are missing: orders: 1 event after 1/3. Compare its target with the "
                                        + "source, then start the sink with --clear-diverged."),
                        new Badge(Kind.LOG_CHANGED, "Sink billing: the topic was recreated."),
                        new Badge(
                                Kind.PARKED,
                                "Sink billing: 1 event is parked. Redrive them when the cause is fixed, or discard them."),
                        new Badge(
                                Kind.UNDECODABLE,
                                "Sink billing could not decode 3 records, and has moved them to topic billing.dead, with the "
                                        + "reason in their headers. Find out who wrote them."));
        assertThat(new SinkProblems(
                                "billing",
                                "Unknown",
                                true,
                                null,
                                List.of(),
                                List.of(),
                                new SinkProblems.Held(null, null, "billing.dead", List.of(), List.of()),
                                Duration.ofHours(1))
                        .badges())
                .as("unknown")
                .isEmpty();
    }

    @Test
    void ofManyProblemsOfAKindTheFirstAreListedAndTheOthersCounted() {
        List<String> diverged = IntStream.range(0, 8)
                .mapToObj(queue -> "q" + queue + ": 1 event")
                .toList();

        assertThat(new SinkProblems(
                                "billing",
                                "Stable",
                                true,
                                0L,
                                List.of(),
                                List.of(),
                                new SinkProblems.Held(0L, 0L, "billing.dead", diverged, List.of()),
                                Duration.ZERO)
                        .badges())
                .hasSize(6)
                .last()
                .isEqualTo(new Badge(Kind.DIVERGED, "And 3 more, which `taskqueue status --output json` lists."));
    }
}
