package io.taskqueue.streams;

import static io.taskqueue.streams.SinkDriver.key;
import static io.taskqueue.streams.SinkDriver.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.sink.UnknownOutcomeException;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.parking.ParkedCommand;
import io.taskqueue.streams.parking.ParkedCommand.Action;
import io.taskqueue.streams.parking.ParkedEntry;
import io.taskqueue.streams.parking.ParkedKey;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.status.QueueStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParkedTasksWaitForAnOperatorTest {

    @TempDir
    Path directory;

    /** Sequences of events whose second effect fails. */
    private final Set<Long> broken = ConcurrentHashMap.newKeySet();

    /** The external calls, in order. */
    private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();

    private SinkDriver sink;

    @AfterEach
    void stop() {
        if (sink != null) {
            sink.close();
        }
    }

    @Test
    void theEventIsKeptWithItsErrorAndLaterEventsOfItsTaskWaitWhileOtherTasksContinue() {
        start();
        broken.add(1L);
        events(1, 2, 1);
        sink.settle();
        events(1, 2);
        sink.settle();

        assertThat(sink.parked(1))
                .containsExactly(
                        entry(
                                1,
                                new ParkedState.Failed(
                                        2,
                                        new TaskError("IOException", "the target refuses 1", Map.of()),
                                        Map.of("first", EffectState.DONE))),
                        entry(3, new ParkedState.Behind()),
                        entry(4, new ParkedState.Behind()));
        assertThat(calls)
                .containsExactlyInAnyOrder(
                        key(1, "first"), key(2, "first"), key(2, "second"), key(5, "first"), key(5, "second"));
        QueueStatus status = sink.queue();
        assertThat(status.positions().done()).isEqualTo(new Position(1, 5));
        assertThat(status.positions().lag()).isZero();
        assertThat(status.parked().tasks()).isEqualTo(1);
        assertThat(status.parked().events()).isEqualTo(3);
        assertThat(sink.registry
                        .get(SinkMeters.PARKED)
                        .tag("queue", "orders")
                        .gauge()
                        .value())
                .isEqualTo(3);
        assertThat(sink.status().effects().parked()).isEqualTo(3);
        assertThat(status.positions().peers()).isEqualTo(Map.of("default", new Position(1, 5)));
    }

    @Test
    void aRedriveKeepsOrderAndKeysAndRunsNoFinishedEffectAgain() {
        start();
        broken.add(1L);
        events(1, 1, 1);
        sink.settle();
        calls.clear();
        broken.clear();

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(calls)
                .containsExactly(
                        key(1, "second"), key(2, "first"), key(2, "second"), key(3, "first"), key(3, "second"));
        assertThat(sink.parked()).isEmpty();
        assertThat(sink.queue().parked().events()).isZero();
        assertThat(sink.queue().parked().tasks()).isZero();
        events(1);
        sink.settle();
        assertThat(calls).endsWith(key(4, "first"), key(4, "second"));
    }

    @Test
    void aRedrivenEventThatFailsAgainIsParkedInItsPlaceUntilTheNextRedrive() {
        start(2);
        broken.add(1L);
        events(1, 1, 1, 1, 1, 1);
        sink.settle();
        ParkedCommand first = sink.seen(Action.REDRIVE, 1);

        sink.command(first);
        sink.settle();

        assertThat(sink.parkedOffsets(1)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(sink.parked(1)).extracting(ParkedEntry::released).containsOnly(false);
        assertThat(sink.seen(Action.REDRIVE, 1).round()).isEqualTo(2);
        assertThat(sink.queue().parked().events()).isEqualTo(6);
        broken.clear();
        calls.clear();

        sink.command(first); // the same command again, as after an offset reset
        sink.settle();
        assertThat(calls).isEmpty();

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.until(() -> assertThat(sink.parked()).isEmpty());
        sink.settle();
        assertThat(calls)
                .startsWith(key(1, "second"), key(2, "first"))
                .hasSize(11)
                .doesNotHaveDuplicates();
    }

    @Test
    void newEventsAreParkedUntilAllEarlierEventsOfTheTaskAreApplied() {
        start(2);
        broken.add(1L);
        events(1, 1, 1, 1);
        sink.settle();
        broken.clear();
        broken.add(2L);

        sink.command(sink.seen(Action.REDRIVE, 1));
        events(1);
        sink.settle();

        assertThat(sink.parkedOffsets(1)).containsExactly(2L, 3L, 4L, 5L);
        assertThat(sink.parked(1).get(0).state()).isInstanceOf(ParkedState.Failed.class);
    }

    @Test
    void aDiscardIsKeptWithItsAuthorAndReasonAndReleasesTheEventsBehindIt() {
        start();
        broken.add(1L);
        events(1, 1, 2);
        sink.settle();
        calls.clear();

        sink.command(sink.seen(Action.DISCARD, 1));
        sink.settle();

        assertThat(calls).containsExactly(key(2, "first"), key(2, "second"));
        assertThat(sink.parked()).hasSize(1).first().satisfies(kept -> {
            assertThat(kept.position()).isEqualTo(new Position(1, 1));
            assertThat(kept.state())
                    .isEqualTo(new ParkedState.Discarded(
                            "ann",
                            "it was done by hand",
                            SinkDriver.THEN,
                            Optional.of(new ParkedState.Failed(
                                    2,
                                    new TaskError("IOException", "the target refuses 1", Map.of()),
                                    Map.of("first", EffectState.DONE)))));
        });
        assertThat(sink.queue().parked().events()).isZero();
        events(1);
        sink.settle();
        assertThat(calls).endsWith(key(4, "first"), key(4, "second"));
    }

    @Test
    void aDiscardOfAllEventsOfATaskRunsNoneOfThem() {
        start();
        broken.add(1L);
        events(1, 1, 1);
        sink.settle();
        calls.clear();
        ParkedCommand seen = sink.seen(Action.DISCARD, 1);

        sink.command(new ParkedCommand(
                seen.action(), seen.task(), seen.offset(), seen.round(), seen.by(), seen.reason(), true));
        sink.settle();

        assertThat(calls).isEmpty();
        assertThat(sink.parked()).hasSize(3).allMatch(ParkedEntry::discarded);
        events(1);
        sink.settle();
        assertThat(calls).containsExactly(key(4, "first"), key(4, "second"));
    }

    @Test
    void staleAndInvalidCommandsAreSkipped() {
        start();
        broken.add(1L);
        events(1, 1);
        sink.settle();
        calls.clear();
        ParkedCommand seen = sink.seen(Action.REDRIVE, 1);

        sink.command(new ParkedCommand(Action.REDRIVE, task(1), seen.offset(), 7, "", "", false));
        sink.command(new ParkedCommand(Action.REDRIVE, task(1), 2, 1, "", "", false));
        sink.command(new ParkedCommand(Action.REDRIVE, task(2), 1, 1, "", "", false));
        sink.command("{\"command\":\"redrive\"}");
        sink.command("{\"command\":\"discard\",\"task\":{\"queue\":\"orders\",\"epoch\":1,\"sequence\":1},\"offset\":1,"
                + "\"round\":1,\"by\":\"ann\"}");
        sink.command("{\"command\":\"discard\",\"task\":{\"queue\":\"orders\",\"epoch\":1,\"sequence\":1},\"offset\":1,"
                + "\"round\":1,\"by\":\"ann\",\"reason\":\"two\\nlines\"}");
        sink.command("{\"command\":\"dance\"}");
        sink.command("[1,");
        sink.settle();

        assertThat(calls).isEmpty();
        assertThat(sink.parkedOffsets(1)).containsExactly(1L, 2L);
    }

    @Test
    void manyTasksAreRedrivenWithinMaxInFlight() {
        start(4);
        for (int task = 1; task <= 40; task++) {
            broken.add((long) task);
            events(task);
        }
        sink.settle();
        for (int task = 1; task <= 40; task++) {
            events(task);
        }
        sink.settle();
        assertThat(sink.queue().parked().events()).isEqualTo(80);
        broken.clear();
        calls.clear();

        for (int task = 1; task <= 40; task++) {
            sink.command(sink.seen(Action.REDRIVE, task));
            assertThat(sink.registry.get(SinkMeters.INFLIGHT).gauge().value()).isLessThanOrEqualTo(4);
        }
        sink.until(() -> assertThat(sink.parked()).isEmpty());
        sink.settle();

        List<String> called = List.copyOf(calls);
        assertThat(called).hasSize(40 + 80).doesNotHaveDuplicates();
        for (int task = 1; task <= 40; task++) {
            assertThat(called.indexOf(key(task, "second"))).isLessThan(called.indexOf(key(task + 40, "first")));
        }
    }

    @Test
    void anAmbiguousEffectIsParkedWhateverIsConfiguredAndRunsAfterARedrive() {
        sink = new SinkDriver(
                directory,
                (event, effects) -> effects.run("charge", OnAmbiguity.park(), key -> {
                    calls.add(key.toString());
                    if (broken.contains(event.position().sequence())) {
                        throw new UnknownOutcomeException("no answer");
                    }
                }),
                builder -> builder.onExhausted(OnExhausted.STOP));
        broken.add(1L);
        events(1);
        sink.settle();
        assertThat(calls).containsExactly(key(1, "charge"));
        assertThat(sink.parked(1).get(0).state()).isInstanceOfSatisfying(ParkedState.Failed.class, failed -> {
            assertThat(failed.error().code()).isEqualTo("AmbiguousEffectException");
            assertThat(failed.effects()).isEqualTo(Map.of("charge", EffectState.UNDECIDED));
        });
        broken.clear();

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(calls).containsExactly(key(1, "charge"), key(1, "charge"));
        assertThat(sink.parked()).isEmpty();
    }

    @Test
    void aRedriveAppliesToAllEffectsWithUnknownOutcome() {
        broken.add(1L);
        sink = new SinkDriver(directory, (event, effects) -> {
            Optional<UnknownOutcomeException> unknown = Optional.empty();
            for (String name : List.of("charge", "mail")) {
                try {
                    effects.run(name, OnAmbiguity.park(), key -> {
                        calls.add(key.toString());
                        if (broken.contains(event.position().sequence())) {
                            throw new UnknownOutcomeException("no answer");
                        }
                    });
                } catch (UnknownOutcomeException e) {
                    unknown = Optional.of(e);
                }
            }
            if (unknown.isPresent()) {
                throw unknown.get();
            }
        });
        events(1);
        sink.settle();
        assertThat(sink.parked(1).get(0).state())
                .isInstanceOfSatisfying(ParkedState.Failed.class, failed -> assertThat(failed.effects())
                        .isEqualTo(Map.of("charge", EffectState.UNDECIDED, "mail", EffectState.UNDECIDED)));
        broken.clear();

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(sink.parked()).isEmpty();
        assertThat(calls).containsExactly(key(1, "charge"), key(1, "mail"), key(1, "charge"), key(1, "mail"));
    }

    @Test
    void anUnknownOutcomeOfTheLastAttemptNeedsAnOperatorToo() {
        AtomicInteger attempts = new AtomicInteger();
        sink = new SinkDriver(directory, (event, effects) -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IOException("not yet");
            }
            effects.run("charge", OnAmbiguity.park(), key -> {
                calls.add(key.toString());
                if (attempts.get() == 2) {
                    throw new UnknownOutcomeException("no answer");
                }
            });
        });
        events(1);
        sink.settle();
        assertThat(sink.parked(1).get(0).state()).isInstanceOfSatisfying(ParkedState.Failed.class, failed -> {
            assertThat(failed.error().code()).isEqualTo("AmbiguousEffectException");
            assertThat(failed.effects()).isEqualTo(Map.of("charge", EffectState.UNDECIDED));
        });

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(sink.parked()).isEmpty();
        assertThat(calls).containsExactly(key(1, "charge"), key(1, "charge"));
    }

    @Test
    void anExceptionWhoseMessageCannotBeReadParksItsEventLikeAnyOther() {
        class Unprintable extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }
        }
        sink = new SinkDriver(directory, (event, effects) -> {
            throw new Unprintable();
        });
        events(1);
        sink.settle();
        assertThat(sink.parked(1).get(0).state()).isInstanceOfSatisfying(ParkedState.Failed.class, failed -> assertThat(
                        failed.error().message())
                .isEqualTo("An exception of class " + Unprintable.class.getName() + ", whose message cannot be read"));
    }

    @Test
    void aRedriveStillProbesAnEffectWithoutADecision() {
        Set<String> done = ConcurrentHashMap.newKeySet();
        sink = new SinkDriver(directory, (event, effects) -> {
            effects.run(
                    "charge",
                    OnAmbiguity.probe(key -> {
                        if (broken.contains(event.position().sequence())) {
                            throw new IOException("cannot be probed");
                        }
                        return done.contains(key.toString())
                                ? EffectProbe.Answer.done(null)
                                : EffectProbe.Answer.notDone();
                    }),
                    key -> {
                        calls.add(key.toString());
                        done.add(key.toString());
                        throw new UnknownOutcomeException("no answer");
                    });
        });
        broken.add(1L);
        events(1);
        sink.settle();
        assertThat(sink.parkedOffsets(1)).containsExactly(1L);
        broken.clear();

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(sink.parked()).isEmpty();
        assertThat(calls).containsExactly(key(1, "charge"));
    }

    @Test
    void aPermanentFailureIsParkedIfSoConfigured() {
        sink = new SinkDriver(
                directory,
                (event, effects) -> effects.run("charge", key -> {
                    calls.add(key.toString());
                    if (broken.contains(event.position().sequence())) {
                        throw new PermanentEffectException("the card is refused");
                    }
                }),
                builder -> builder.onPermanent(OnPermanent.PARK));
        broken.add(1L);
        events(1);
        sink.settle();
        assertThat(sink.parkedOffsets(1)).containsExactly(1L);
        assertThat(sink.recorded()).isEmpty();
        broken.clear();

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();

        assertThat(calls).containsExactly(key(1, "charge"), key(1, "charge"));
        assertThat(sink.recorded()).containsExactly(key(1, "charge"));
    }

    @Test
    void resultsAreKeptAsLongAsAParkedEventNeedsThem() {
        start();
        broken.add(2L);
        events(1, 2, 2, 1);
        sink.settle();

        sink.describe(new Uuid(7, 8), 5);
        events(1);
        sink.until(() -> assertThat(sink.recorded())
                .containsExactlyInAnyOrder(key(2, "first"), key(5, "first"), key(5, "second")));
        broken.clear();
        calls.clear();
        sink.command(sink.seen(Action.REDRIVE, 2));
        sink.settle();

        assertThat(calls).containsExactly(key(2, "second"), key(3, "first"), key(3, "second"));
        sink.describe(new Uuid(7, 8), 6);
        events(1);
        sink.until(() -> assertThat(sink.recorded()).containsExactlyInAnyOrder(key(6, "first"), key(6, "second")));
    }

    @Test
    void aDiscardedEventIsDeletedAfterTheLogHasDroppedIt() {
        start();
        broken.add(1L);
        events(1, 2);
        sink.settle();
        sink.command(sink.seen(Action.DISCARD, 1));
        sink.settle();
        assertThat(sink.parked()).hasSize(1);

        sink.describe(new Uuid(7, 8), 2);
        events(2);

        sink.until(() -> assertThat(sink.parked()).isEmpty());
    }

    @Test
    void aParkedEventThatCannotBeDecodedStaysParked() {
        AtomicBoolean unreadable = new AtomicBoolean();
        sink = new SinkDriver(
                directory,
                this::act,
                new PayloadCodec<>() {
                    @Override
                    public byte[] encode(String payload) {
                        return PayloadCodec.utf8().encode(payload);
                    }

                    @Override
                    public String decode(byte[] json) {
                        if (unreadable.get()) {
                            throw new IllegalArgumentException("another codec");
                        }
                        return PayloadCodec.utf8().decode(json);
                    }
                },
                builder -> builder);
        broken.add(1L);
        events(1, 1);
        sink.settle();
        broken.clear();
        unreadable.set(true);

        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();
        assertThat(sink.parkedOffsets(1)).containsExactly(1L, 2L);

        unreadable.set(false);
        sink.command(sink.seen(Action.REDRIVE, 1));
        sink.settle();
        assertThat(sink.parked()).isEmpty();
    }

    @Test
    void theSinkStopsWhenTooManyEventsAreParked() {
        sink = new SinkDriver(directory, this::act, builder -> builder.maxParked(2));
        broken.add(1L);
        events(1, 1);
        sink.settle();
        assertThat(sink.parkedOffsets(1)).containsExactly(1L, 2L);

        assertThatThrownBy(() -> {
                    events(1);
                    for (int tick = 0; tick < 10; tick++) {
                        sink.tick();
                    }
                })
                .hasRootCauseInstanceOf(SinkStoppedException.class)
                .hasRootCauseMessage(
                        "Sink driven stopped: 3 events are parked on partition 0, and the limit is 2. All of them "
                                + "are kept. Find the cause with `taskqueue parked list --bootstrap-server "
                                + SinkDriver.SERVER
                                + " --name driven`, fix it, start the sink with a "
                                + "higher --max-parked (in code, maxParked), and redrive or discard them.");
    }

    private void start() {
        start(512);
    }

    private void start(int maxInFlight) {
        sink = new SinkDriver(directory, this::act, builder -> builder.concurrency(Math.min(8, maxInFlight))
                .maxInFlight(maxInFlight)
                .clock(Clock.fixed(SinkDriver.THEN, ZoneOffset.UTC)));
    }

    private void events(int... tasks) {
        for (int task : tasks) {
            sink.event(task);
        }
    }

    private void act(ReplicationEvent<String> event, Effects effects) throws Exception {
        effects.run("first", key -> calls.add(key.toString()));
        effects.run("second", key -> {
            if (broken.contains(event.position().sequence())) {
                throw new IOException("the target refuses " + event.position().sequence());
            }
            calls.add(key.toString());
        });
    }

    private ParkedEntry entry(long sequence, ParkedState state) {
        ParkedEntry found = sink.parked(1).stream()
                .filter(entry -> entry.key().offset() == sequence)
                .findFirst()
                .orElseThrow();
        return new ParkedEntry(
                new ParkedKey(task(1), new EventLocation(new Uuid(7, 8), sequence)),
                new DeliveryContext(EffectMode.RUN, false, 0, 1),
                SinkDriver.THEN,
                false,
                "orders",
                new Position(1, sequence),
                state,
                found.value());
    }
}
