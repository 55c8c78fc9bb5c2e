package io.taskqueue.streams.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.TaskError;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.streams.SinkLog;
import io.taskqueue.streams.checkpoint.Classification.Verdict;
import io.taskqueue.streams.replay.Replay.Range;
import io.taskqueue.streams.state.MemoryKeyValues;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** One partition whose events at the offsets 0 to 99 have been read. */
class ReplaysTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final EffectResult DONE = new EffectResult.Done("void", "null");
    private static final EffectResult FAILED = new EffectResult.Failed(new TaskError(null, "no", Map.of()));

    private final List<ReplayReceipt> receipts = new ArrayList<>();
    private MemoryKeyValues store = new MemoryKeyValues();
    private Replays replays = replays();

    private Replays replays() {
        return new Replays(
                new Replays.Owner("driven", "driven.control", 0), store, Clock.fixed(NOW, ZoneOffset.UTC), latest -> {
                    receipts.clear();
                    latest.ifPresent(receipts::add);
                });
    }

    @Test
    void eventsReadAgainWithoutAnOrderAreRecordedOnlyAndHaveAReceipt() {
        assertThat(arrives(Verdict.NEXT, 100)).isNull();

        Replay replay = arrives(Verdict.REPLAY, 40);
        assertThat(replay.order().ordered()).isFalse();
        assertThat(replay.delivery(null, 3, false)).isEqualTo(DeliveryContext.recordedOnly(3));
        for (long offset = 41; offset < 100; offset++) {
            assertThat(arrives(Verdict.REPLAY, offset)).isSameAs(replay);
        }
        for (long offset = 40; offset < 100; offset++) {
            replays.applied(offset, 2, 1, 0);
        }
        replays.write((from, to) -> false);

        assertThat(receipt().counts()).isEqualTo(new ReplayCounts(60, 120, 0, 0, 0, 60, 0));
        assertThat(receipt().endedAt()).contains(NOW);
        assertThat(receipt().firstOffset()).isEqualTo(40);
        assertThat(receipt().lastOffset()).isEqualTo(99);
    }

    @Test
    void anOrderCountsOnlyForTheMoveThatCarriesItsId() {
        ReplayOrder order = rerun(1);
        replays.take(order, TOPIC, 99);
        assertThat(arrives(Verdict.REPLAY, 0).order().ordered()).isFalse();

        restart();
        replays.moved(new MovedOffsets.Move(UUID.randomUUID(), 0));
        replays.take(rerun(2), TOPIC, 99);
        assertThat(arrives(Verdict.REPLAY, 0).order().ordered()).isFalse();

        restart();
        ReplayOrder third = rerun(3);
        replays.moved(new MovedOffsets.Move(third.id(), 0));
        replays.take(rerun(2), TOPIC, 99);
        replays.take(third, TOPIC, 99);
        assertThat(arrives(Verdict.REPLAY, 0).order()).isEqualTo(third);
    }

    @Test
    void theReplayOfAPartitionWithoutRecordsIsNotLogged() {
        try (SinkLog log = new SinkLog(Replays.class)) {
            ReplayOrder order = rerun(1);
            replays.moved(new MovedOffsets.Move(order.id(), 0));
            replays.take(order, TOPIC, -1);
            replays.write((from, to) -> false);

            assertThat(receipt().endedAt()).contains(NOW);
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void aRepeatedOrderHasNoEffect() {
        ReplayOrder order = rerun(1);
        replays.moved(new MovedOffsets.Move(order.id(), 0));
        replays.take(order, TOPIC, 99);
        arrives(Verdict.REPLAY, 0);
        replays.applied(0, 5, 0, 0);
        replays.write((from, to) -> false);

        restart();
        replays.moved(new MovedOffsets.Move(order.id(), 0)); // nothing was committed of the topic since
        replays.take(order, TOPIC, 99);

        assertThat(arrives(Verdict.REPLAY, 1).counts().reused()).isEqualTo(5);
    }

    @Test
    void aReplayWithoutItsOrderIsRecordedOnlyAlsoIfTheOrderArrivesLater() {
        ReplayOrder order = rerun(1);
        replays.moved(new MovedOffsets.Move(order.id(), 0));

        Replay replay = arrives(Verdict.REPLAY, 0);
        replays.take(order, TOPIC, 99);

        assertThat(replay.order().ordered()).isFalse();
        assertThat(arrives(Verdict.REPLAY, 1)).isSameAs(replay);
    }

    @Test
    void anOrderedReplayOfNothingIsCompleteImmediately() {
        ReplayOrder order = rerun(4);
        replays.moved(new MovedOffsets.Move(order.id(), 100));
        replays.take(order, TOPIC, 99);
        replays.write((from, to) -> false);

        assertThat(receipt().complete()).isTrue();
        assertThat(receipt().order()).isEqualTo(order);
        assertThat(arrives(Verdict.NEXT, 100)).isNull();
        assertThat(ReplayFormat.read(store.get(ReplayFormat.KEY)).newestNumber())
                .isEqualTo(4);
    }

    @Test
    void anEventCountsOnceWhetherItWasInFlightBeforeOrNot() {
        replays.applied(50, 1, 0, 0);
        arrives(Verdict.REPLAY, 40);
        replays.applied(50, 1, 0, 0); // was not read again yet
        arrives(Verdict.REPLAY, 50);
        replays.applied(50, 1, 0, 0);
        arrives(Verdict.NEXT, 100);
        replays.applied(100, 1, 0, 0);
        replays.applied(39, 1, 0, 0);
        replays.write((from, to) -> false);

        assertThat(progress().get(0).counts()).isEqualTo(new ReplayCounts(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void aRestartInTheMiddleOfAnEventCountsItsEffectsOnce() {
        ReplayOrder order = rerun(1);
        replays.moved(new MovedOffsets.Move(order.id(), 0));
        replays.take(order, TOPIC, 99);
        arrives(Verdict.REPLAY, 0);
        replays.recorded(0, DONE);
        replays.recorded(0, FAILED);
        replays.write((from, to) -> false);
        replays.recorded(0, DONE); // not committed

        restart();
        assertThat(replays.recordedBefore(0)).isEqualTo(2);
        assertThat(replays.recordedBefore(1)).isZero();
        replays.recorded(0, DONE);
        replays.applied(0, 0, 0, 0);
        arrives(Verdict.REPLAY, 99);
        replays.parked(99);
        replays.write((from, to) -> false);

        assertThat(receipt().counts()).isEqualTo(new ReplayCounts(2, 0, 2, 1, 1, 0, 0));
        assertThat(receipt().complete()).isTrue();
    }

    @Test
    void aSecondMoveBackStartsANewReplay() {
        ReplayOrder order = rerun(1);
        replays.moved(new MovedOffsets.Move(order.id(), 0));
        replays.take(order, TOPIC, 99);
        arrives(Verdict.REPLAY, 0);
        arrives(Verdict.REPLAY, 1);
        replays.applied(0, 0, 0, 0);
        replays.write((from, to) -> false);

        restart();
        Replay again = arrives(Verdict.REPLAY, 1);

        assertThat(again.order().ordered()).isFalse();
        assertThat(again.counts()).isEqualTo(ReplayCounts.NONE);
        assertThat(again.range().first()).isEqualTo(1);
    }

    @Test
    void eventsNeverReadBeforeBelongToTheReplayUpToItsEnd() {
        Replay replay = arrives(Verdict.JOINED, 10); // of a queue that had no event since the sink joined
        assertThat(replay.delivery(null, 0, false)).isEqualTo(DeliveryContext.recordedOnly(0));
        assertThat(arrives(Verdict.NEXT, 11)).isSameAs(replay);
        assertThat(arrives(Verdict.GAP, 99)).isSameAs(replay);
        assertThat(arrives(Verdict.NEXT, 100)).isNull();
        assertThat(arrives(Verdict.JOINED, 101)).isNull();
    }

    @Test
    void aShortenedLogAndAnotherTopicEndTheReplayBecauseTheirEventsAreNew() {
        arrives(Verdict.REPLAY, 10);
        replays.shortened(11);
        assertThat(arrives(Verdict.NEXT, 12)).isNull();

        arrives(Verdict.REPLAY, 10);
        replays.adopt(new Uuid(3, 4), 0);
        assertThat(arrives(Verdict.JOINED, 0, -1)).isNull();
    }

    @Test
    void aReplayDoesNotWaitForEventsThatTheLogHasDropped() {
        arrives(Verdict.REPLAY, 10);
        replays.applied(10, 1, 0, 0);
        replays.adopt(TOPIC, 100);
        replays.write((from, to) -> false);

        assertThat(receipt().complete()).isTrue();
    }

    private void restart() {
        replays = replays();
    }

    private Replay arrives(Verdict verdict, long offset) {
        return arrives(verdict, offset, 99);
    }

    private Replay arrives(Verdict verdict, long offset, long seenTo) {
        return replays.arrived(verdict, new Range(TOPIC, offset, seenTo));
    }

    private ReplayReceipt receipt() {
        return ReplayFormat.read(store.get(ReplayFormat.KEY)).replay().receipt(0);
    }

    private List<ReplayReceipt> progress() {
        return receipts;
    }

    private static ReplayOrder rerun(int number) {
        return new ReplayOrder(UUID.randomUUID(), number, ReplayMode.RERUN, Selection.ALL, "a test", NOW);
    }
}
