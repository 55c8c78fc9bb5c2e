package io.taskqueue.console.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.ReplayEstimate;
import io.taskqueue.console.model.ReplayRequest;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.console.model.UnknownAnswerException;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index of sinks against a broker, with sinks that run. */
class TopicSinkIndexTest {

    @TempDir
    static Path directory;

    private static FollowedCluster cluster;

    @BeforeAll
    static void startBroker() throws Exception {
        cluster = new FollowedCluster(directory);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        cluster.stop();
    }

    private static TopicSinkIndex index(SettableQueues queues) {
        return TopicSinkIndex.builder(cluster.kafka(), queues)
                .interval(Duration.ofMillis(200))
                .discovery(Duration.ofMillis(500))
                .start();
    }

    private static SinkView sink(TopicSinkIndex index, String name) {
        assertThat(index.sinks()).extracting(SinkView::name).contains(name);
        return index.sinks().stream()
                .filter(sink -> sink.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSinkIsShownWithWhatItsTopicsHold() throws Exception {
        FollowedCluster.Dispatcher orders = cluster.dispatcher("orders");
        SinkService billing = cluster.sink("billing", "orders", cluster.billing());
        orders.enqueue("one", "refuse two", "fail three", "four");
        SettableQueues queues = new SettableQueues();
        try (TopicSinkIndex index = index(queues)) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> {
                SinkView sink = sink(index, "billing");
                assertThat(sink.parked()).isEqualTo(1);
                assertThat(sink.failed()).isEqualTo(1);
                assertThat(sink.ambiguous()).isZero();
                assertThat(sink.undecodable()).isZero();
                assertThat(sink.inFlight()).isZero();
                assertThat(sink.lagEvents()).isZero();
                assertThat(sink.etaSeconds()).isZero();
            });
            assertThat(index.progress().state()).isEqualTo(ViewProgress.State.CURRENT);
            assertThat(index.owner("orders")).hasValueSatisfying(owner -> {
                assertThat(owner.peer()).isEqualTo("dispatcher-of-orders");
                assertThat(owner.epoch()).isPositive();
            });
            SinkPosition position = index.positions("billing", "orders").get(0);
            assertThat(position.sequence()).isEqualTo(4);
            assertThat(position.lagEvents()).isNull();
            assertThat(position.parked()).isEqualTo(1);
            queues.set(SettableQueues.queue("orders", 0, position.epoch(), 6));
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            index.positions("billing", "orders"))
                    .singleElement()
                    .extracting(SinkPosition::lagEvents)
                    .isEqualTo(2L));
            assertThat(index.parked(new ParkedQuery("billing", "orders", null, null, null, 10, null), true)
                            .items())
                    .singleElement()
                    .satisfies(parked -> {
                        assertThat(parked.payload()).isEqualTo("\"fail three\"");
                        assertThat(parked.error()).contains("gateway is down");
                        assertThat(parked.state()).isEqualTo("parked");
                    });
        }
        billing.close();
    }

    @Test
    void aQueueOfWhichASinkHasReadNothingIsListedWithAllOfItsEvents() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("begun");
        SinkService sink = cluster.sink("behind-sink", "begun", cluster.billing());
        queue.enqueue("one");
        SettableQueues queues = new SettableQueues();
        try (TopicSinkIndex index = index(queues)) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).until(() -> !index.positions("behind-sink", "begun")
                    .isEmpty());
            sink.close();
            queue.enqueue("two");
            queues.set(SettableQueues.queue("unread-0", 0, 9, 11), SettableQueues.queue("unread-1", 1, 9, 11));
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            index.positions("behind-sink", null))
                    .filteredOn(position -> position.queueName().startsWith("unread-"))
                    .singleElement()
                    .satisfies(position -> {
                        assertThat(position.lagEvents()).isEqualTo(12);
                        assertThat(position.lagSeconds()).isNotNull();
                        assertThat(position.etaSeconds()).isNull();
                    }));
        }
    }

    @Test
    void effectsOfATaskAreFoundWithTheirKeysWhetherTheirResultsAreHeldOrNot() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("effects");
        SinkService sink = cluster.sink("effects-sink", "effects", cluster.billing());
        queue.enqueue("one", "refuse two", "three");
        SettableQueues queues = new SettableQueues();
        TopicSinkIndex.Builder small = TopicSinkIndex.builder(cluster.kafka(), queues)
                .interval(Duration.ofMillis(200))
                .maxResultBytes(1);
        try (TopicSinkIndex held = index(queues);
                TopicSinkIndex read = small.start()) {
            for (TopicSinkIndex index : List.of(held, read)) {
                Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                                index.positions("effects-sink", "effects"))
                        .singleElement()
                        .extracting(SinkPosition::sequence)
                        .isEqualTo(3L));
                SinkPosition position =
                        index.positions("effects-sink", "effects").get(0);
                TaskLife first = life("effects", position.epoch(), 1);
                assertThat(index.atSinks(first, true).effects()).singleElement().satisfies(effect -> {
                    assertThat(effect.sink()).isEqualTo("effects-sink");
                    assertThat(effect.effect()).isEqualTo("charge");
                    assertThat(effect.outcome()).isEqualTo("succeeded");
                    assertThat(effect.result()).isEqualTo("\"receipt of one\"");
                    assertThat(effect.key()).isEqualTo("effects-sink/0/effects/" + position.epoch() + "/1/charge");
                });
                assertThat(index.atSinks(first, false).effects())
                        .singleElement()
                        .satisfies(effect -> assertThat(effect.result()).isNull());
                assertThat(index.atSinks(life("effects", position.epoch(), 2), true)
                                .effects())
                        .singleElement()
                        .satisfies(effect -> {
                            assertThat(effect.outcome()).isEqualTo("failed");
                            assertThat(effect.result()).contains("card refused");
                        });
            }
        }
        sink.close();
    }

    /** A task with one event, which occurred a minute ago at most. */
    private static TaskLife life(String queue, long epoch, long sequence) {
        int partition = FollowedCluster.partition(queue);
        EventView event = new EventView(
                queue,
                queue + "/" + epoch + "/" + sequence,
                "Enqueued",
                epoch,
                sequence,
                partition,
                sequence,
                Instant.now().minusSeconds(60),
                1,
                null,
                null,
                null,
                null,
                null);
        TaskView task = new TaskView(
                queue,
                event.queueName(),
                "pending",
                1,
                event.occurredAt(),
                event.occurredAt(),
                null,
                null,
                null,
                null,
                "normal");
        return new TaskLife(task, List.of(event), 0);
    }

    @Test
    void decisionsAboutParkedTasksAreTriedFirstAndThenCarriedOut() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("parked");
        SinkService sink = cluster.sink("parked-sink", "parked", cluster.billing());
        queue.enqueue("fail one", "fail two", "three", "fail four");
        try (TopicSinkIndex index = index(new SettableQueues())) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            sink(index, "parked-sink").parked())
                    .isEqualTo(3));
            Page<ParkedView> first = index.parked(query("parked-sink", null, 2, null), false);
            assertThat(first.total()).isEqualTo(3);
            assertThat(first.items()).hasSize(2).allMatch(task -> task.payload() == null);
            Page<ParkedView> second = index.parked(query("parked-sink", null, 2, first.next()), false);
            assertThat(second.items()).hasSize(1);
            assertThat(second.next()).isNull();
            String task = second.items().get(0).taskId();
            assertThat(index.parked(query("parked-sink", task, 10, null), true).items())
                    .singleElement()
                    .satisfies(parked -> assertThat(parked.payload()).isEqualTo("\"fail four\""));

            ParkedQuery one = query("parked-sink", task, 10, null);
            ParkedDecision discard =
                    new ParkedDecision(ParkedDecision.Action.DISCARD, "alice", "no such card", true, true);
            assertThat(index.decide(one, discard)).isEqualTo(new ParkedDecision.Outcome(List.of(task), 1, false, ""));
            assertThat(sink(index, "parked-sink").parked()).isEqualTo(3);
            ParkedDecision unexplained = new ParkedDecision(ParkedDecision.Action.DISCARD, "alice", "", true, true);
            assertThatThrownBy(() -> index.decide(one, unexplained))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "A discard is recorded with who decided it and why, but 'reason' is empty. Pass a text for it.");
            ParkedDecision.Outcome discarded = index.decide(
                    one, new ParkedDecision(ParkedDecision.Action.DISCARD, "alice", "no such card", true, false));
            assertThat(discarded).isEqualTo(new ParkedDecision.Outcome(List.of(task), 1, true, discarded.decision()));
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            index.decisions(decision("parked-sink", discarded.decision())))
                    .singleElement()
                    .satisfies(made -> {
                        assertThat(made.taskId()).isEqualTo(task);
                        assertThat(made.outcome().state()).isEqualTo(DecisionView.Outcome.State.DISCARDED);
                        assertThat(made.made().by()).isEqualTo("alice");
                        assertThat(made.made().reason()).isEqualTo("no such card");
                    }));
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> {
                assertThat(sink(index, "parked-sink").parked()).isEqualTo(2);
                assertThat(index.parked(new ParkedQuery("parked-sink", null, null, null, "discarded", 10, null), false)
                                .items())
                        .singleElement()
                        .satisfies(parked -> assertThat(parked.error()).contains("by alice: no such card"));
            });
            ParkedQuery all = query("parked-sink", null, 1, null);
            ParkedDecision redrive = new ParkedDecision(ParkedDecision.Action.REDRIVE, "alice", "", false, false);
            ParkedDecision.Outcome inVain = index.decide(all, redrive);
            assertOutcomes(index, inVain.decision(), DecisionView.Outcome.State.PARKED_AGAIN);
            assertThat(index.decisions(decision("parked-sink", inVain.decision())))
                    .allSatisfy(made -> assertThat(made.outcome().text())
                            .startsWith("The event failed again, and was parked: ")
                            .contains("gateway is down"));
            cluster.repaired = true;
            ParkedDecision.Outcome repaired = index.decide(all, redrive);
            assertThat(repaired.tasks()).as("whatever the limit of the query").hasSize(2);
            assertOutcomes(index, repaired.decision(), DecisionView.Outcome.State.APPLIED);
            assertThat(sink(index, "parked-sink").parked()).isZero();
            assertThat(index.decisions(decision("parked-sink", repaired.decision())))
                    .allSatisfy(made -> assertThat(made.parked()).isNotNull().satisfies(parked -> {
                        assertThat(parked.kind()).isEqualTo("Enqueued");
                        assertThat(parked.error()).contains("gateway is down");
                    }));
            assertThat(index.decisions(new DecisionQuery("parked-sink", null, null, null, null, null)))
                    .as("the newest first")
                    .extracting(made -> made.made().decision())
                    .containsExactly(
                            repaired.decision(),
                            repaired.decision(),
                            inVain.decision(),
                            inVain.decision(),
                            discarded.decision());
        } finally {
            cluster.repaired = false;
        }
        sink.close();
    }

    private static DecisionQuery decision(String sink, String decision) {
        return new DecisionQuery(sink, null, null, null, null, decision);
    }

    private static void assertOutcomes(TopicSinkIndex index, String decision, DecisionView.Outcome.State outcome) {
        Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                        index.decisions(decision("parked-sink", decision)))
                .hasSize(2)
                .extracting(made -> made.outcome().state())
                .containsOnly(outcome));
    }

    private static ParkedQuery query(String sink, @Nullable String task, int limit, @Nullable String after) {
        return new ParkedQuery(sink, null, task, null, null, limit, after);
    }

    @Test
    void aReplayIsPlannedWithTheCommandThatCarriesItOut() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("replayed");
        SinkService sink = cluster.sink("replayed-sink", "replayed", cluster.billing());
        queue.enqueue("one", "two");
        try (TopicSinkIndex index = index(new SettableQueues())) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            index.positions("replayed-sink", "replayed"))
                    .hasSize(1));
            ReplayEstimate plan = index.plan(new ReplayRequest("replayed-sink", "earliest", "recorded-only", null));
            assertThat(plan.running()).isEqualTo(1);
            assertThat(plan.events()).isGreaterThanOrEqualTo(3);
            assertThat(plan.partitions()).hasSize(2);
            assertThat(plan.command())
                    .isEqualTo("taskqueue replay --bootstrap-server "
                            + cluster.kafka().get("bootstrap.servers")
                            + " --name replayed-sink --to-earliest --execute");
            assertThat(plan.notes().get(0))
                    .isEqualTo(
                            "Stop all instances of the sink first: its group has 1 members, and Kafka does not move the "
                                    + "offsets of a group with members.");
            assertThat(index.plan(new ReplayRequest(
                                    "replayed-sink", "2026-11-23T09:30:00Z", "rerun", "queue=it's here,kind=Completed"))
                            .command())
                    .endsWith(" --to-datetime 2026-11-23T09:30:00Z --mode rerun --select "
                            + "'queue=it'\\''s here,kind=Completed' --execute");
            assertThatThrownBy(() -> index.plan(new ReplayRequest("replayed-sink", "noon", "rerun", "all")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("from is noon, but must be earliest, an offset, or a time such as 2026-11-23T09:30:00Z."
                            + " Correct it.");
            assertThatThrownBy(() -> index.plan(new ReplayRequest("replayed-sink", "0", "rerun", null)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "A rerun runs the effects of every selected event again, but nothing is selected.");
            assertThatThrownBy(() -> index.plan(new ReplayRequest("nobody", "0", "recorded-only", null)))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessage(
                            "There is no sink nobody on this cluster, or the console is not permitted to describe its consumer"
                                    + " group. Check the name, or grant Describe on the group.");
            assertThatThrownBy(() -> index.replays("nobody")).isInstanceOf(NoSuchElementException.class);
        }
        sink.close();
    }

    @Test
    void anUnavailableTargetIsShownAtTheSinkItsInstanceAndItsQueuesUntilItIsAvailable() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("waiting");
        AtomicBoolean unavailable = new AtomicBoolean(true);
        SinkService sink = cluster.sink(
                "waiting-sink",
                "waiting",
                (event, effects) -> effects.run("call", key -> {
                    if (unavailable.get()) {
                        throw new IOException("connection refused");
                    }
                }),
                builder -> builder.retry(new RetryPolicy(4, Duration.ofMillis(300), Duration.ofMillis(300), 0))
                        .breaker(new BreakerPolicy(10, 5, Duration.ofMillis(200), Duration.ofMillis(400))));
        for (int task = 0; task < 20; task++) {
            queue.enqueue("task " + task);
        }
        QueueView shown = SettableQueues.queue("waiting", FollowedCluster.partition("waiting"), 9, 20);
        SettableQueues queues = new SettableQueues();
        queues.set(shown);
        try (TopicSinkIndex index = index(queues)) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> {
                assertThat(sink(index, "waiting-sink").instances())
                        .singleElement()
                        .satisfies(instance -> assertThat(instance.breakers())
                                .singleElement()
                                .asString()
                                .contains("connection refused"));
                assertThat(breakers(sink(index, "waiting-sink").problems()))
                        .singleElement()
                        .asString()
                        .startsWith("Sink waiting-sink waits for its target: ")
                        .contains("connection refused");
                assertThat(breakers(index.problems(shown))).hasSize(1);
            });
            assertThat(sink(index, "waiting-sink").problems())
                    .as("it runs, and the breaker is the reason why it applies nothing")
                    .extracting(Badge::kind)
                    .containsExactly(Badge.Kind.BREAKER_OPEN);

            unavailable.set(false);
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> {
                assertThat(sink(index, "waiting-sink").problems()).isEmpty();
                assertThat(breakers(index.problems(shown))).isEmpty();
            });
        }
        sink.close();
    }

    private static List<String> breakers(List<Badge> problems) {
        return problems.stream()
                .filter(problem -> problem.kind() == Badge.Kind.BREAKER_OPEN)
                .map(Badge::text)
                .toList();
    }

    @Test
    void theReceiptOfAReplayIsShownForEachPartition() throws Exception {
        FollowedCluster.Dispatcher queue = cluster.dispatcher("read-again");
        SinkService first = cluster.sink("again-sink", "read-again", cluster.billing());
        queue.enqueue("one", "refuse two", "three");
        try (TopicSinkIndex index = index(new SettableQueues())) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            index.positions("again-sink", "read-again"))
                    .extracting(SinkPosition::sequence)
                    .containsExactly(3L));
            assertThat(index.replays("again-sink")).isEmpty();
            first.close();
            cluster.rewind("again-sink");
            SinkService again = cluster.sink("again-sink", "read-again", cluster.billing());

            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> assertThat(
                            index.replays("again-sink"))
                    .filteredOn(replay -> replay.partition() == FollowedCluster.partition("read-again"))
                    .singleElement()
                    .satisfies(replay -> {
                        assertThat(replay.sink()).isEqualTo("again-sink");
                        assertThat(replay.mode()).isEqualTo("recorded-only");
                        assertThat(replay.selection()).isEmpty();
                        assertThat(replay.firstOffset()).isLessThan(replay.lastOffset());
                        assertThat(replay.endedAt()).isNotNull();
                        assertThat(replay.counts())
                                .containsEntry("reused", 3L)
                                .containsEntry("run", 0L)
                                .containsEntry("missing", 0L);
                    }));
            again.close();
        }
    }

    @Test
    void aConsoleIsNoSinkAndAGroupThatIsNoSinkHasUnknownCounts() throws Exception {
        cluster.dispatcher("consumed").enqueue("one");
        cluster.commitAs("some-console");
        cluster.commitAs("some-reader");
        cluster.createTopic(TopicNames.consoleView("some-console"));
        try (TopicSinkIndex index = index(new SettableQueues())) {
            Awaitility.await().atMost(FollowedCluster.PATIENCE).untilAsserted(() -> {
                SinkView reader = sink(index, "some-reader");
                assertThat(reader.parked()).isNull();
                assertThat(reader.failed()).isNull();
                assertThat(reader.inFlight()).isNull();
                assertThat(reader.undecodable()).isNull();
                assertThat(reader.effects()).isNull();
                assertThat(reader.lagEvents()).isPositive();
                assertThat(reader.lagSeconds()).isNotNull();
            });
            assertThat(index.sinks()).extracting(SinkView::name).doesNotContain("some-console");
            assertThatThrownBy(() -> index.parked(query("some-reader", null, 10, null), false))
                    .isInstanceOf(UnknownAnswerException.class)
                    .hasMessage(
                            "The parked events of sink some-reader are unknown: topic some-reader-state-changelog does not"
                                    + " exist. A sink creates it when it is started for the first time.");
            assertThat(index.progress().notes()).as("nothing has to be done").isEmpty();
        }
    }
}
