package io.taskqueue.sink.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryCheckpointStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import io.taskqueue.sink.store.SinkCheckpoint;
import io.taskqueue.sink.store.SinkStoreException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocalSinkRunnerTest {

    private static final RetryPolicy THREE_ATTEMPTS =
            new RetryPolicy(3, Duration.ofMillis(100), Duration.ofSeconds(1), 0);

    private final MemoryCheckpointStore checkpoints = new MemoryCheckpointStore();
    private final MemoryEffectStore effects = new MemoryEffectStore();
    private final List<Position> applied = Collections.synchronizedList(new ArrayList<>());
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final List<Duration> waits = new ArrayList<>();

    private LocalSinkRunner.Builder<String> runner(ReplicationSink<String> sink) {
        return LocalSinkRunner.builder("billing", sink)
                .checkpoints(checkpoints)
                .effects(effects)
                .retry(THREE_ATTEMPTS)
                .pause(waits::add);
    }

    private void record(ReplicationEvent<String> event, Effects effects) throws Exception {
        effects.run("charge", key -> calls.add(key.toString()));
        applied.add(event.position());
    }

    private static Position at(long epoch, long sequence) {
        return new Position(epoch, sequence);
    }

    private Position checkpoint(String peer) {
        return checkpoints.load("billing", "orders").position(peer).orElseThrow();
    }

    @Test
    void eventsAreAppliedInOrderAndCounted() throws Exception {
        RunReceipt receipt = runner(this::record).buffer(1).build().run(Events.sequence("orders", 50));

        assertThat(applied)
                .isEqualTo(Events.sequence("orders", 50).stream()
                        .map(ReplicationEvent::position)
                        .toList());
        assertThat(receipt).isEqualTo(new RunReceipt(50, 0, 0, new RunReceipt.EffectTotals(50, 0, 0, 0)));
        assertThat(receipt.seen()).isEqualTo(50);
        assertThat(receipt)
                .hasToString("50 events: 50 applied, 0 duplicates, 0 fenced; effects: 50 run, 0 reused, 0 failed, 0 "
                        + "missing");
        assertThat(checkpoint(LocalSinkRunner.DEFAULT_PEER)).isEqualTo(at(7, 50));
    }

    @Test
    void sourceStartedIsNotPassedToTheSinkNorCounted() throws Exception {
        RunReceipt receipt =
                runner(this::record).build().run(List.of(Events.started("orders", 7), Events.enqueued("orders", 7, 1)));
        assertThat(applied).containsExactly(at(7, 1));
        assertThat(receipt.seen()).isEqualTo(1);
    }

    @Test
    void snapshotIsNotPassedToTheSinkNorCounted() throws Exception {
        List<ReplicationEvent<String>> events = List.of(
                Events.started("orders", 7),
                Events.enqueued("orders", 7, 1),
                Events.snapshot("orders", 7, 2),
                Events.enqueued("orders", 7, 3),
                Events.snapshot("orders", 7, 4));

        RunReceipt receipt = runner(this::record).build().run(events);

        assertThat(applied).containsExactly(at(7, 1), at(7, 3));
        assertThat(receipt).isEqualTo(new RunReceipt(2, 0, 0, new RunReceipt.EffectTotals(2, 0, 0, 0)));
        assertThat(checkpoint(LocalSinkRunner.DEFAULT_PEER)).isEqualTo(at(7, 3));
        assertThat(runner(this::record).build().run(events).seen()).isEqualTo(2);
    }

    @Test
    void eventsOfOtherQueuesAreSkippedWithoutACheckpoint() throws Exception {
        List<ReplicationEvent<String>> events = List.of(
                Events.enqueued("parcels", 4, 1, "a"),
                Events.enqueued("orders", 4, 2, "a"),
                Events.enqueued("mail-eu", 4, 3, "a"));

        RunReceipt receipt =
                runner(this::record).queues("orders", "mail-*").build().run(events);
        assertThat(applied).containsExactly(at(4, 2), at(4, 3));
        assertThat(receipt.seen()).isEqualTo(2);
        assertThat(checkpoints.load("billing", "parcels").position(LocalSinkRunner.DEFAULT_PEER))
                .isEmpty();

        runner(this::record).build().run(events);
        assertThat(applied).containsExactly(at(4, 2), at(4, 3), at(4, 1));
    }

    @Test
    void eventsOfOtherKindsAreSkippedWithoutACheckpoint() throws Exception {
        List<ReplicationEvent<String>> events =
                List.of(Events.started("orders", 7), Events.enqueued("orders", 7, 1, "a"));
        ReplicationSink<String> ofCompleted = new ReplicationSink<>() {
            @Override
            public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
                record(event, effects);
            }

            @Override
            public Interests interests() {
                return Interests.of(EventKind.COMPLETED);
            }
        };

        assertThat(runner(ofCompleted).build().run(events).seen()).isZero();
        assertThat(runner(this::record)
                        .kinds(Set.of(EventKind.FAILED))
                        .build()
                        .run(events)
                        .seen())
                .isZero();
        assertThat(applied).isEmpty();
        assertThat(checkpoints.load("billing", "orders").position(LocalSinkRunner.DEFAULT_PEER))
                .isEmpty();
        assertThat(runner(this::record)
                        .kinds(Set.of(EventKind.ENQUEUED))
                        .build()
                        .run(events)
                        .seen())
                .isEqualTo(1);
    }

    @Test
    void lowerEpochAfterTheFenceIsDropped() throws Exception {
        RunReceipt receipt = runner(this::record)
                .build()
                .run(List.of(
                        Events.enqueued("orders", 4, 1, "a"),
                        Events.enqueued("orders", 4, 2, "b"),
                        Events.started("orders", 5),
                        Events.enqueued("orders", 4, 3, "a"),
                        Events.enqueued("orders", 4, 4, "c"),
                        Events.enqueued("parcels", 4, 1, "a"),
                        Events.enqueued("orders", 5, 1, "a")));
        assertThat(applied).containsExactly(at(4, 1), at(4, 2), at(4, 1), at(5, 1));
        assertThat(receipt.fenced()).isEqualTo(2);
    }

    @Test
    void laterRunOverTheSameStoresRunsNothingAgain() throws Exception {
        List<ReplicationEvent<String>> events = Events.sequence("orders", 20);
        var broken = new AtomicReference<Throwable>(new IOException("target is down"));
        ReplicationSink<String> sink = (event, effects) -> {
            effects.run("charge", key -> calls.add(key.toString()));
            Throwable failure = broken.get();
            if (event.position().sequence() == 11 && failure != null) {
                throw (IOException) failure;
            }
            effects.run("mail", key -> calls.add(key.toString()));
        };
        assertThatThrownBy(() -> runner(sink).build().run(events)).isInstanceOf(SinkFailedException.class);
        assertThat(checkpoint(LocalSinkRunner.DEFAULT_PEER)).isEqualTo(at(7, 10));

        broken.set(null);
        RunReceipt receipt = runner(sink).build().run(events);

        assertThat(receipt).isEqualTo(new RunReceipt(10, 10, 0, new RunReceipt.EffectTotals(19, 1, 0, 0)));
        assertThat(calls).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void crashBetweenEffectAndCheckpointReusesTheRecord() throws Exception {
        runner(this::record).build().run(Events.sequence("orders", 5));
        List<String> before = List.copyOf(calls);

        RunReceipt receipt = runner(this::record)
                .checkpoints(new MemoryCheckpointStore())
                .build()
                .run(Events.sequence("orders", 6));

        assertThat(receipt.effects()).isEqualTo(new RunReceipt.EffectTotals(1, 5, 0, 0));
        assertThat(calls).startsWith(before.toArray(String[]::new)).endsWith("billing/0/orders/7/6/charge");
    }

    @Test
    void replayRunsNothingAndReportsMissingResults() throws Exception {
        runner(this::record).build().run(Events.sequence("orders", 5));

        RunReceipt receipt = runner(this::record)
                .checkpoints(new MemoryCheckpointStore())
                .mode(EffectMode.RECORDED_ONLY)
                .build()
                .run(Events.sequence("orders", 8));

        assertThat(receipt).isEqualTo(new RunReceipt(8, 0, 0, new RunReceipt.EffectTotals(0, 5, 0, 3)));
        assertThat(calls).hasSize(5);
    }

    @Test
    void crashBetweenActionAndRecordRunsTheActionAgainWithTheSameKey() throws Exception {
        var down = new AtomicInteger(1);
        EffectStore failsOnce = new EffectStore() {
            @Override
            public Optional<EffectResult> find(EffectKey key) {
                return effects.find(key);
            }

            @Override
            public EffectResult record(EffectKey key, EffectResult result) {
                if (down.getAndDecrement() == 1) {
                    throw new SinkStoreException("Could not record.", new IOException("gone"));
                }
                return effects.record(key, result);
            }

            @Override
            public boolean intend(EffectKey key) {
                return effects.intend(key);
            }

            @Override
            public void withdraw(EffectKey key) {
                effects.withdraw(key);
            }
        };
        RunReceipt receipt = runner(this::record).effects(failsOnce).build().run(Events.sequence("orders", 2));

        assertThat(calls)
                .containsExactly(
                        "billing/0/orders/7/1/charge", "billing/0/orders/7/1/charge", "billing/0/orders/7/2/charge");
        assertThat(receipt.effects()).isEqualTo(new RunReceipt.EffectTotals(2, 0, 0, 0));
    }

    @Test
    void transientFailureIsRetriedAfterGrowingWaits() throws Exception {
        var attempts = new AtomicInteger();
        RunReceipt receipt = runner((event, effects) -> {
                    effects.run("charge", key -> calls.add(key.toString()));
                    if (attempts.incrementAndGet() < 3) {
                        throw new IOException("connection reset");
                    }
                    effects.run("mail", key -> calls.add(key.toString()));
                })
                .build()
                .run(Events.sequence("orders", 1));

        assertThat(waits).containsExactly(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(calls).containsExactly("billing/0/orders/7/1/charge", "billing/0/orders/7/1/mail");
        assertThat(receipt)
                .as("a result of an earlier attempt counts as run")
                .isEqualTo(new RunReceipt(1, 0, 0, new RunReceipt.EffectTotals(2, 0, 0, 0)));
    }

    @Test
    void jitterComesFromTheGivenGenerator() {
        RandomGenerator half = new RandomGenerator() {
            @Override
            public long nextLong() {
                return 1L << 63;
            }
        };
        assertThatThrownBy(() -> runner((event, effects) -> {
                            throw new IOException("connection reset");
                        })
                        .retry(new RetryPolicy(3, Duration.ofMillis(100), Duration.ofSeconds(1), 1))
                        .random(() -> half)
                        .build()
                        .run(Events.sequence("orders", 1)))
                .isInstanceOf(SinkFailedException.class);
        assertThat(waits).containsExactly(Duration.ofMillis(50), Duration.ofMillis(100));
    }

    @Test
    void exhaustedAttemptsStopTheRunnerBeforeTheEvent() {
        assertThatThrownBy(() -> runner((event, effects) -> {
                            if (event.position().sequence() == 2) {
                                throw new IOException("connection reset");
                            }
                        })
                        .build()
                        .run(Events.sequence("orders", 3)))
                .isInstanceOf(SinkFailedException.class)
                .hasMessage(
                        "Sink billing stopped at event 7/2 of queue orders (Enqueued #2 of task orders/7/2, attempt "
                                + "1): "
                                + "all 3 attempts failed, the last one with IOException: connection reset. The "
                                + "checkpoint stays before "
                                + "this event, and recorded effects keep their results. Fix the cause and start the "
                                + "sink again, or allow more attempts.")
                .hasCauseInstanceOf(IOException.class)
                .extracting(thrown -> ((SinkFailedException) thrown).reason())
                .isEqualTo(SinkFailedException.Reason.ATTEMPTS_EXHAUSTED);
        assertThat(checkpoint(LocalSinkRunner.DEFAULT_PEER)).isEqualTo(at(7, 1));
    }

    @Test
    void misuseStopsTheRunnerWithoutARetry() {
        assertThatThrownBy(() -> runner((event, effects) -> {
                            effects.run("mail", key -> calls.add(key.toString()));
                            effects.run("mail", key -> calls.add(key.toString()));
                        })
                        .build()
                        .run(Events.sequence("orders", 1)))
                .isInstanceOf(SinkFailedException.class)
                .hasMessage(
                        "Sink billing stopped at event 7/1 of queue orders (Enqueued #1 of task orders/7/1, attempt "
                                + "1), "
                                + "which a retry cannot fix: Effect 'mail' was requested twice in event 7/1 of queue "
                                + "orders "
                                + "(Enqueued #1 of task orders/7/1, attempt 1). A name identifies one action of its "
                                + "event: use different names, such as 'mail-1' and 'mail-2'. The checkpoint stays "
                                + "before this event, and recorded effects "
                                + "keep their results. Fix the sink's code and start it again.");
        assertThat(waits).isEmpty();
        assertThat(calls).hasSize(1);
        assertThat(checkpoints.load("billing", "orders")).isEqualTo(SinkCheckpoint.START);
    }

    @Test
    void permanentFailureCountsAsAppliedAndIsNotRetried() throws Exception {
        ReplicationSink<String> sink = (event, effects) -> effects.run("mail", key -> {
            calls.add(key.toString());
            throw new PermanentEffectException("no such mailbox");
        });
        assertThat(runner(sink).build().run(Events.sequence("orders", 2)))
                .isEqualTo(new RunReceipt(2, 0, 0, new RunReceipt.EffectTotals(0, 0, 2, 0)));
        assertThat(runner(sink).checkpoints(new MemoryCheckpointStore()).build().run(Events.sequence("orders", 2)))
                .isEqualTo(new RunReceipt(2, 0, 0, new RunReceipt.EffectTotals(0, 2, 0, 0)));
        assertThat(calls).hasSize(2);
    }

    @Test
    void slowPeerIsNeverSkippedBecauseAFastOneIsAhead() throws Exception {
        var fast = IntStream.rangeClosed(1, 10)
                .filter(i -> i % 2 == 0)
                .mapToObj(i -> Events.enqueued("orders", 7, i, "fast"))
                .toList();
        var slow = IntStream.rangeClosed(1, 10)
                .filter(i -> i % 2 == 1)
                .mapToObj(i -> Events.enqueued("orders", 7, i, "slow"))
                .toList();
        runner(this::record).build().run(fast);
        assertThat(checkpoints.load("billing", "orders").position()).contains(at(7, 10));

        RunReceipt receipt = runner(this::record).build().run(slow);

        assertThat(receipt.applied()).isEqualTo(5);
        assertThat(checkpoint("slow")).isEqualTo(at(7, 9));
        assertThat(checkpoints.load("billing", "orders").position()).contains(at(7, 10));
    }

    @Test
    void whateverThePeerKeyFunctionThrowsEndsTheRunBeforeTheEvent() {
        for (Throwable thrown : List.of(
                new IllegalArgumentException("no owner"),
                new StackOverflowError(),
                new NoClassDefFoundError("com/example/Owners"),
                new OutOfMemoryError("Java heap space"))) {
            assertThatThrownBy(() -> runner(this::record)
                            .peerKey(event -> LocalSinkRunnerTest.<String, RuntimeException>sneak(thrown))
                            .build()
                            .run(Events.sequence("orders", 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasCause(thrown)
                    .hasMessage("The peerKey function of sink billing failed on " + Events.enqueued("orders", 7, 1)
                            + " with " + thrown.getClass().getSimpleName() + ": "
                            + (thrown.getMessage() == null ? thrown.getClass().getName() : thrown.getMessage())
                            + ". Its name decides whether the event was applied, so the run ends before the event. Fix the "
                            + "function and run the sink again.");
        }
        assertThat(applied).isEmpty();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <R, X extends Throwable> R sneak(Throwable thrown) throws X {
        throw (X) thrown;
    }

    @Test
    void moreThanAThousandPeersOfOneQueueEndTheRunBeforeTheEvent() throws Exception {
        LocalSinkRunner<String> runner = runner(this::record)
                .peerKey(event -> "peer-" + event.position().sequence())
                .build();
        assertThatThrownBy(() -> runner.run(Events.sequence("orders", 1_001)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The peerKey function of sink billing returned 'peer-1001' for "
                        + Events.enqueued("orders", 7, 1_001) + ", but queue orders has positions of 1000 other peers "
                        + "already, the limit. Return the names of few peers, such as those of services.");
        assertThat(applied).hasSize(1_000);
    }

    @Test
    void peerKeyDecidesWhosePositionAdvances() throws Exception {
        runner(this::record).peerKey(ReplicationEvent::sourcePeerId).build().run(Events.sequence("orders", 3));
        assertThat(checkpoint("peer-a")).isEqualTo(at(7, 3));

        assertThatThrownBy(() ->
                        runner(this::record).peerKey(event -> null).build().run(Events.sequence("orders", 1)))
                .hasMessage(
                        "The peerKey function of sink billing returned null for event 7/1 of queue orders (Enqueued "
                                + "#1 of "
                                + "task orders/7/1, attempt 1). Return a name for every event, such as "
                                + "LocalSinkRunner.DEFAULT_PEER.");
        assertThatThrownBy(() -> runner(this::record)
                        .peerKey(event -> "p".repeat(1_025))
                        .build()
                        .run(Events.sequence("orders", 1)))
                .hasMessage(
                        "The peerKey function of sink billing returned an invalid name for event 7/1 of queue orders "
                                + "(Enqueued #1 of task orders/7/1, attempt 1). The peer name has 1025 characters "
                                + "and is longer than 1024 bytes of UTF-8. Use a shorter name.");
        assertThat(applied).hasSize(3);
    }

    /** Events that always have a next one, which may block or throw. */
    private static Iterable<ReplicationEvent<String>> endless(Supplier<ReplicationEvent<String>> next) {
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public ReplicationEvent<String> next() {
                return next.get();
            }
        };
    }

    @Test
    void failureOfReadingIsThrownAfterAllReadEventsWereApplied() {
        var failure = new IllegalStateException("subscription was lost");
        Iterator<ReplicationEvent<String>> three = Events.sequence("orders", 3).iterator();
        Iterable<ReplicationEvent<String>> events = endless(() -> {
            if (!three.hasNext()) {
                throw failure;
            }
            return three.next();
        });
        assertThatThrownBy(() -> runner(this::record).build().run(events)).isSameAs(failure);
        assertThat(applied).hasSize(3);
        assertThat(readers()).isEmpty();
    }

    @Test
    void readerThatBlocksEndsWithTheRun() {
        var blocked = new CountDownLatch(1);
        Iterator<ReplicationEvent<String>> one = Events.sequence("orders", 1).iterator();
        Iterable<ReplicationEvent<String>> events = endless(() -> {
            if (one.hasNext()) {
                return one.next();
            }
            blocked.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("closed");
        });
        assertThatThrownBy(() -> runner((event, effects) -> {
                            blocked.await();
                            throw new IOException("connection reset");
                        })
                        .build()
                        .run(events))
                .isInstanceOf(SinkFailedException.class);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(readers()).isEmpty());
    }

    @Test
    void readingStaysWithinTheBuffer() throws Exception {
        var read = new AtomicInteger();
        var resume = new CountDownLatch(1);
        Iterator<ReplicationEvent<String>> all = Events.sequence("orders", 100).iterator();
        Iterable<ReplicationEvent<String>> events = () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public ReplicationEvent<String> next() {
                read.incrementAndGet();
                return all.next();
            }
        };
        var ahead = new AtomicInteger();
        runner((event, effects) -> {
                    if (event.position().sequence() == 1) {
                        await().atMost(Duration.ofSeconds(20)).until(() -> read.get() >= 6);
                        await().during(Duration.ofMillis(100)).until(() -> true);
                        ahead.set(read.get());
                        resume.countDown();
                    }
                })
                .buffer(4)
                .build()
                .run(events);
        assertThat(ahead)
                .as("being applied, in the buffer, and read by the reader")
                .hasValue(6);
        assertThat(read).hasValue(100);
    }

    @Test
    void interruptionIsPropagatedWithTheCheckpointBeforeTheEvent() throws Exception {
        var inApply = new CountDownLatch(1);
        var thrown = new AtomicReference<Throwable>();
        var thread = new Thread(() -> {
            try {
                runner((event, effects) -> effects.run("charge", key -> {
                            inApply.countDown();
                            new CountDownLatch(1).await();
                        }))
                        .build()
                        .run(Events.sequence("orders", 3));
            } catch (Throwable failure) {
                thrown.set(failure);
            }
        });
        thread.start();
        inApply.await();
        thread.interrupt();
        thread.join(20_000);

        assertThat(thrown.get())
                .isInstanceOf(InterruptedException.class)
                .hasMessage(
                        "Sink billing was interrupted at event 7/1 of queue orders (Enqueued #1 of task orders/7/1, "
                                + "attempt 1). The checkpoint stays before it.");
        assertThat(effects.size()).isZero();
        assertThat(checkpoints.load("billing", "orders")).isEqualTo(SinkCheckpoint.START);
        assertThat(readers()).isEmpty();
    }

    @Test
    void interruptionEndsAWaitBetweenAttempts() throws Exception {
        var thrown = new AtomicReference<Throwable>();
        var failed = new CountDownLatch(1);
        var thread = new Thread(() -> {
            try {
                runner((event, effects) -> {
                            failed.countDown();
                            throw new IOException("connection reset");
                        })
                        .retry(new RetryPolicy(2, Duration.ofHours(1), Duration.ofHours(1), 0))
                        .pause(RetryPause.REAL)
                        .build()
                        .run(Events.sequence("orders", 1));
            } catch (Throwable failure) {
                thrown.set(failure);
            }
        });
        thread.start();
        failed.await();
        thread.interrupt();
        thread.join(20_000);
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void withoutABufferTheApplyingThreadReadsTheEvents() throws Exception {
        Set<Thread> reading = new HashSet<>();
        Iterable<ReplicationEvent<String>> events = () -> Events.sequence("orders", 3).stream()
                .peek(event -> reading.add(Thread.currentThread()))
                .iterator();

        RunReceipt receipt = runner(this::record).buffer(0).build().run(events);

        assertThat(receipt.applied()).isEqualTo(3);
        assertThat(reading).containsExactly(Thread.currentThread());
    }

    @Test
    void concurrentRunnersNeverMoveACheckpointBack() throws Exception {
        var seen = Collections.synchronizedList(new ArrayList<Position>());
        CheckpointStore watched = new CheckpointStore() {
            @Override
            public SinkCheckpoint load(String sink, String queue) {
                return checkpoints.load(sink, queue);
            }

            @Override
            public synchronized boolean compareAndSet(
                    String sink, String queue, SinkCheckpoint expected, SinkCheckpoint next) {
                boolean set = checkpoints.compareAndSet(sink, queue, expected, next);
                if (set) {
                    seen.add(next.position().orElseThrow());
                }
                return set;
            }
        };
        var failure = new AtomicReference<Throwable>();
        var threads = IntStream.range(0, 2)
                .mapToObj(i -> new Thread(() -> {
                    try {
                        runner(this::record).checkpoints(watched).build().run(Events.sequence("orders", 200));
                    } catch (Throwable thrown) {
                        failure.set(thrown);
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join(60_000);
        }
        assertThat(failure.get()).isNull();
        assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith(at(7, 200));
        assertThat(effects.size()).isEqualTo(200);
    }

    @Test
    void metersAgreeWithTheReceipt() throws Exception {
        var registry = new SimpleMeterRegistry();
        var runner = runner(this::record)
                .metrics(registry)
                .clock(Clock.fixed(Events.NOON.plusSeconds(3), ZoneOffset.UTC))
                .build();
        runner.run(Events.sequence("orders", 4));
        runner.run(List.of(
                Events.enqueued("orders", 7, 4),
                Events.started("orders", 8),
                Events.enqueued("orders", 7, 5),
                Events.enqueued("orders", 8, 1)));

        assertThat(registry.get("taskqueue.replication.applied")
                        .tags("sink", "billing", "queue", "orders")
                        .counter()
                        .count())
                .isEqualTo(5);
        assertThat(registry.get("taskqueue.replication.duplicates").counter().count())
                .isEqualTo(1);
        assertThat(registry.get("taskqueue.replication.fenced").counter().count())
                .isEqualTo(1);
        assertThat(registry.get("taskqueue.replication.effects")
                        .tags("result", "run")
                        .counter()
                        .count())
                .isEqualTo(5);
        assertThat(registry.get("taskqueue.replication.sequence_lag").gauge().value())
                .isZero();
        assertThat(registry.get("taskqueue.replication.wall_clock_lag").gauge().value())
                .as("all events are applied, so there is no lag at any time")
                .isZero();
    }

    @Test
    void timeLagIsThatOfTheNewestAppliedEventWhileAnotherIsOutstanding() throws Exception {
        var registry = new SimpleMeterRegistry();
        List<Double> seen = new ArrayList<>();
        ReplicationSink<String> sink = (event, effects) -> {
            if (event.position().sequence() == 2) {
                seen.add(registry.get("taskqueue.replication.wall_clock_lag")
                        .gauge()
                        .value());
            }
        };
        runner(sink)
                .metrics(registry)
                .clock(Clock.fixed(Events.NOON.plusSeconds(3), ZoneOffset.UTC))
                .build()
                .run(Events.sequence("orders", 2));

        assertThat(seen).containsExactly(3.0);
    }

    @Test
    void settingsAreValidatedByBuild() {
        assertThatThrownBy(() -> LocalSinkRunner.builder("", this::record).build())
                .hasMessage("The sink name is empty. Use a name such as \"billing\".");
        assertThatThrownBy(() -> runner(this::record).buffer(-1).build())
                .hasMessage(
                        "The buffer of sink billing is a number of events of at least 0, but -1 was set. Use 1,024, "
                                + "the default, if unsure.");
    }

    private static List<String> readers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.equals("taskqueue-sink-billing-reader"))
                .toList();
    }
}
