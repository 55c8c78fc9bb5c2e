package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.logging.LogFields;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryLaterException;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.SinkTestCluster;
import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.KeyedExecutor;
import io.taskqueue.streams.execution.RateLimiter;
import io.taskqueue.streams.execution.ThreadGuard;
import io.taskqueue.streams.execution.WorkerThreads;
import io.taskqueue.streams.parking.GiveUp;
import io.taskqueue.streams.rate.RateLimit;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.status.LatencyHistogram;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition's executor without a stream thread: outcomes stay in their queue. */
class EventApplierTest {

    private static final int CONCURRENCY = 8;

    /** So many that no event uses up its attempts before the others have had one. */
    private static final RetryPolicy MANY_ATTEMPTS = attempts(1_000_000, Duration.ofMillis(1));

    private final OutcomeQueue outcomes = new OutcomeQueue();
    private final InFlightEventFactory events = new InFlightEventFactory(outcomes, new PartitionLifecycle());
    private final ExecutorService own = Executors.newCachedThreadPool();
    private final WorkerThreads threads = new WorkerThreads("applier", CONCURRENCY, null, new ThreadGuard("applier"));
    private final Queue<Runnable> alarms = new ConcurrentLinkedQueue<>();
    private final Queue<Long> applied = new ConcurrentLinkedQueue<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean unavailable = new AtomicBoolean();
    private final AtomicInteger attempts = new AtomicInteger();
    private final BreakerPolicy policy = new BreakerPolicy(3, 3, Duration.ofMinutes(1), Duration.ofMinutes(1));

    private CircuitBreaker breaker;

    @AfterEach
    void stop() {
        go.countDown();
        own.shutdownNow();
        threads.close();
    }

    private PartitionUnderTest partition(RetryPolicy retry, ReplicationSink<String> sink) {
        return partition(retry, new Random(1), sink);
    }

    private PartitionUnderTest partition(RetryPolicy retry, RandomGenerator random, ReplicationSink<String> sink) {
        SinkSettings<String> given = SettingsForTests.of(
                "applier", sink, builder -> builder.retry(retry).breaker(policy));
        SinkSettings.Instruments instruments = given.instruments();
        SinkSettings<String> settings = new SinkSettings<>(
                given.name(),
                given.application(),
                given.topics(),
                given.kafka(),
                given.stateDirectory(),
                given.limits(),
                given.policies(),
                new SinkSettings.Instruments(
                        instruments.meters(), 1_000, false, instruments.clock(), instruments.ticker(), random));
        breaker = new CircuitBreaker(
                "applier", policy, instruments.clock(), instruments.ticker(), (wait, work) -> alarms.add(work));
        return new PartitionUnderTest(settings);
    }

    /** The executor of a partition and the lifecycle that admits its jobs. */
    private final class PartitionUnderTest {

        private final PartitionLifecycle lifecycle = new PartitionLifecycle();
        private final KeyedExecutor<InFlightEvent<String>> executor;

        PartitionUnderTest(SinkSettings<String> settings) {
            lifecycle.start();
            lifecycle.beginPass(false);
            executor = new KeyedExecutor<>(
                    lifecycle,
                    threads,
                    breaker,
                    new RateLimiter(
                            RateLimit.NONE, settings.instruments().ticker(), (wait, work) -> alarms.add(work), () -> 1),
                    new EventApplier<>(
                            settings,
                            breaker,
                            outcomes,
                            lifecycle::revoked,
                            new LatencyHistogram(),
                            LogFields.ofSink("billing")),
                    settings.instruments().ticker());
        }

        void admit(InFlightEvent<String> event) {
            executor.execute(event);
        }

        void pause() {
            lifecycle.handOver();
        }

        void resume() {
            if (lifecycle.beginPass(false)) {
                executor.resumeHeld();
            }
        }

        Optional<Duration> suspendIfIdle() {
            if (!executor.still()) {
                return Optional.empty();
            }
            lifecycle.suspend();
            return executor.stillFor();
        }

        long awaitIdle(long nanos) throws InterruptedException {
            return lifecycle.awaitIdle(nanos);
        }

        void lose() {
            lifecycle.release();
            executor.leaveTarget();
        }
    }

    private static RetryPolicy attempts(int attempts, Duration backoff) {
        return new RetryPolicy(attempts, backoff, backoff, 0);
    }

    private PartitionUnderTest callingPartition() {
        return partition(
                MANY_ATTEMPTS,
                (event, effects) -> effects.run("call", key -> {
                    attempts.incrementAndGet();
                    if (unavailable.get()) {
                        throw new IOException("unavailable");
                    }
                    applied.add(event.position().sequence());
                }));
    }

    private void awaitApplied(int number) {
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> applied.size() == number);
    }

    @Test
    void aWorkerBeginsItsTasksNextEventWithoutTheStreamThread() {
        PartitionUnderTest partition = callingPartition();
        for (int event = 0; event < 200; event++) {
            partition.admit(events.next(7));
        }
        awaitApplied(200);
        assertThat(List.copyOf(applied)).isSorted();
    }

    @Test
    void stuckTasksDelayNoOtherTask() {
        PartitionUnderTest partition = partition(attempts(1, Duration.ZERO), (event, effects) -> {
            if (event.taskId().sequenceId() < CONCURRENCY) {
                go.await();
            }
            applied.add(event.position().sequence());
        });
        // one worker is left, and no other task shares a queue with a stuck one, whatever the hash of its id
        for (int task = 1; task <= 1_000; task++) {
            partition.admit(events.next(task));
            partition.admit(events.next(task));
        }
        awaitApplied(2 * (1_000 - (CONCURRENCY - 1)));
        go.countDown();
        awaitApplied(2_000);
    }

    @Test
    void whatTheTargetAsksOfOneTaskDelaysNoOther() {
        PartitionUnderTest partition = partition(
                MANY_ATTEMPTS,
                (event, effects) -> effects.run("call", key -> {
                    if (event.taskId().sequenceId() <= 5) {
                        throw new RetryLaterException("busy", Duration.ofSeconds(Long.MAX_VALUE));
                    }
                    applied.add(event.position().sequence());
                }));
        // as many tasks as open the breaker of this test
        for (int task = 1; task <= 5; task++) {
            partition.admit(events.next(task));
            partition.admit(events.next(task));
        }
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !alarms.isEmpty());
        for (int task = 6; task <= 50; task++) {
            partition.admit(events.next(task));
        }
        // the policy's wait has passed, up to once for each of these tasks that had not begun
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> {
            Optional.ofNullable(alarms.poll()).ifPresent(Runnable::run);
            return applied.size() == 45;
        });
        assertThat(breaker.closed()).isTrue();
    }

    @Test
    void nothingBeginsWhilePausedAndEverythingResumesInOrder() throws Exception {
        PartitionUnderTest partition = callingPartition();
        partition.pause();
        for (int event = 0; event < 50; event++) {
            partition.admit(events.next(event % 5 + 1));
        }
        assertThat(partition.awaitIdle(0)).isZero();
        assertThat(applied).isEmpty();
        partition.resume();
        awaitApplied(50);
        for (int first = 1; first <= 5; first++) {
            int ofTask = first;
            assertThat(applied.stream()
                            .filter(sequence -> (sequence - ofTask) % 5 == 0)
                            .toList())
                    .isSorted();
        }
    }

    /** Fails until the breaker opens; the events then wait for the target, and none is attempted. */
    private List<InFlightEvent<String>> opened(PartitionUnderTest partition) {
        unavailable.set(true);
        List<InFlightEvent<String>> waiting = new ArrayList<>();
        IntStream.rangeClosed(1, 3).forEach(task -> waiting.add(events.next(task)));
        waiting.forEach(partition::admit);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !breaker.closed());
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> partition
                .suspendIfIdle()
                .filter(wait -> wait.toMillis() > 100)
                .isPresent());
        partition.resume();
        return waiting;
    }

    @Test
    void whileTheTargetIsUnavailableNoThreadWaitsAndOneEventAtATimeIsAttempted() {
        PartitionUnderTest partition = callingPartition();
        opened(partition);
        int before = attempts.get();
        partition.admit(events.next(4));
        alarms.remove().run();
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> attempts.get() == before + 1 && !alarms.isEmpty());

        unavailable.set(false);
        alarms.remove().run();
        awaitApplied(4);
        assertThat(breaker.waiting()).isEmpty();
        assertThat(attempts).hasValue(before + 1 + 4);
    }

    @Test
    void anEventWhoseResultsAreRecordedNeverWaitsForTheTarget() {
        List<Long> seen = new ArrayList<>();
        PartitionUnderTest partition = partition(MANY_ATTEMPTS, (event, effects) -> {
            if (event.taskId().sequenceId() == 9) {
                seen.add(event.position().sequence());
                go.countDown();
            }
            effects.run("call", key -> {
                throw new IOException("unavailable");
            });
        });
        opened(partition);
        InFlightEvent<String> replayed = events.next(9, DeliveryContext.recordedOnly(0));
        partition.admit(replayed);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> go.getCount() == 0);
        assertThat(seen).containsExactly(replayed.offset());
        assertThat(breaker.waiting()).isPresent();
    }

    @Test
    void anEventThatRunsNoActionDoesNotCloseTheBreaker() {
        PartitionUnderTest partition = partition(MANY_ATTEMPTS, (event, effects) -> {
            if (event.taskId().sequenceId() == 9) {
                applied.add(event.position().sequence());
                return;
            }
            effects.run("call", key -> {
                attempts.incrementAndGet();
                throw new IOException("unavailable");
            });
        });
        opened(partition);
        partition.admit(events.next(9));
        int before = attempts.get();
        for (int round = 1; round <= 4; round++) {
            int expected = before + round;
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !alarms.isEmpty());
            alarms.remove().run();
            // in one round it is the turn of the event without an action, and the next event is attempted immediately
            Awaitility.await()
                    .atMost(SinkTestCluster.PATIENCE)
                    .until(() -> attempts.get() == expected && !alarms.isEmpty());
        }
        assertThat(applied).hasSize(1);
        assertThat(breaker.waiting()).isPresent();
    }

    /** The part of an effect that takes long. */
    @FunctionalInterface
    private interface Blocking {
        void await() throws InterruptedException;
    }

    /** A partition whose attempt blocks while it has the turn, and an event of another partition waits for its own. */
    private PartitionUnderTest partitionInItsTurn(Blocking attempt, InFlightEvent<String> waiting, Runnable begin)
            throws InterruptedException {
        CountDownLatch attempting = new CountDownLatch(1);
        PartitionUnderTest partition = partition(
                MANY_ATTEMPTS,
                (event, effects) -> effects.run("call", key -> {
                    if (unavailable.get()) {
                        throw new IOException("unavailable");
                    }
                    attempting.countDown();
                    attempt.await();
                }));
        opened(partition);
        assertThat(breaker.admits(waiting, this, begin)).isFalse();
        unavailable.set(false);
        alarms.remove().run();
        assertThat(attempting.await(60, TimeUnit.SECONDS)).isTrue();
        return partition;
    }

    @Test
    void anAttemptInterruptedByAHandoverPassesItsTurnToAnotherPartition() throws Exception {
        InFlightEvent<String> elsewhere = events.next(21);
        AtomicInteger begun = new AtomicInteger();
        PartitionUnderTest running = partitionInItsTurn(go::await, elsewhere, begun::incrementAndGet);
        assertThat(begun).hasValue(0);

        running.lose();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> begun.get() == 1);
        assertThat(breaker.admits(elsewhere, this, begun::incrementAndGet)).isTrue();
    }

    @Test
    void aPausedPartitionPassesItsTurnToAnotherPartition() {
        PartitionUnderTest pausing = callingPartition();
        opened(pausing);
        InFlightEvent<String> elsewhere = events.next(21);
        AtomicInteger begun = new AtomicInteger();
        assertThat(breaker.admits(elsewhere, this, begun::incrementAndGet)).isFalse();
        pausing.pause();
        int before = attempts.get();
        alarms.remove().run();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> begun.get() == 1);
        assertThat(attempts).hasValue(before);

        unavailable.set(false);
        breaker.succeeded(elsewhere);
        breaker.ended(elsewhere);
        pausing.resume();
        awaitApplied(3);
    }

    @Test
    void anEventWaitsForTheRetryDelayOfItsTarget() {
        PartitionUnderTest partition = partition(attempts(2, Duration.ofMillis(1)), (event, effects) -> {
            throw new IOException(new RetryLaterException("busy", Duration.ofMinutes(2)));
        });
        partition.admit(events.next(1));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> partition
                .suspendIfIdle()
                .filter(wait -> wait.compareTo(Duration.ofMinutes(1)) > 0)
                .isPresent());
        assertThat(partition.suspendIfIdle().orElseThrow()).isLessThanOrEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void aPartitionIsIdleUntilItsFirstRetry() {
        PartitionUnderTest partition = partition(attempts(2, Duration.ofMinutes(2)), (event, effects) -> {
            attempts.incrementAndGet();
            throw new IOException("not now");
        });
        assertThat(partition.suspendIfIdle()).isEmpty();
        partition.resume();
        partition.admit(events.next(1));
        Awaitility.await()
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> partition.suspendIfIdle().isPresent());
        Optional<Duration> still = partition.suspendIfIdle();
        assertThat(still.orElseThrow()).isBetween(Duration.ofMinutes(1), Duration.ofMinutes(2));

        // suspended: new events are held until the partition resumes
        partition.admit(events.next(2));
        Awaitility.await()
                .during(Duration.ofMillis(200))
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> attempts.get() == 1);
        assertThat(partition.suspendIfIdle()).isEmpty();
        partition.resume();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> attempts.get() == 2);
    }

    @Test
    void anAttemptThatNeverEndsPassesItsTurnOnWhenItsPartitionIsLost() throws Exception {
        InFlightEvent<String> elsewhere = events.next(21);
        AtomicInteger begun = new AtomicInteger();
        PartitionUnderTest running = partitionInItsTurn(this::awaitUninterruptibly, elsewhere, begun::incrementAndGet);
        assertThat(begun).hasValue(0);

        running.lose();

        assertThat(begun).hasValue(1);
        breaker.succeeded(elsewhere);
        assertThat(breaker.waiting()).isEmpty();
    }

    /** Waits like a client that ignores interrupts. */
    private void awaitUninterruptibly() {
        boolean ended = false;
        while (!ended) {
            try {
                go.await();
                ended = true;
            } catch (InterruptedException e) {
                // ignored
            }
        }
    }

    /** Each attempt begins a slow effect on a thread that the sink started, and the first attempt throws while it runs. */
    private PartitionUnderTest overlapping(AtomicInteger slow) {
        return partition(MANY_ATTEMPTS, (event, effects) -> {
            boolean first = attempts.incrementAndGet() == 1;
            CountDownLatch begun = new CountDownLatch(1);
            Future<?> ended = own.submit(() -> {
                effects.run("slow", key -> {
                    slow.incrementAndGet();
                    begun.countDown();
                    go.await();
                });
                return null;
            });
            if (first) {
                begun.await();
                throw new IOException("another effect failed");
            }
            ended.get();
            applied.add(event.position().sequence());
        });
    }

    @Test
    void anEventIsRetriedOnlyAfterAllItsEffectsHaveEnded() throws Exception {
        AtomicInteger slow = new AtomicInteger();
        PartitionUnderTest partition = overlapping(slow);
        partition.admit(events.next(1));
        partition.admit(events.next(1));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> slow.get() == 1);
        Awaitility.await()
                .during(Duration.ofMillis(200))
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> attempts.get() == 1);
        assertThat(partition.awaitIdle(1_000_000))
                .as("a stop waits while it runs")
                .isNotPositive();

        go.countDown();

        awaitApplied(2);
        assertThat(slow).as("one run for each event").hasValue(2);
        assertThat(attempts).hasValue(3);
    }

    @Test
    void aLostPartitionDoesNotWaitForThreadsThatTheSinkStarted() throws Exception {
        AtomicInteger slow = new AtomicInteger();
        PartitionUnderTest partition = overlapping(slow);
        partition.admit(events.next(1));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> slow.get() == 1);
        partition.lose();
        assertThat(partition.awaitIdle(SinkTestCluster.PATIENCE.toNanos())).isPositive();
        assertThat(attempts).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void resultsOfAnEarlierAttemptDoNotCountAsReused(boolean interrupted) {
        PartitionUnderTest partition = partition(MANY_ATTEMPTS, (event, effects) -> {
            effects.run("first", key -> {});
            if (attempts.incrementAndGet() == 1) {
                throw interrupted ? new InterruptedException("by the sink itself") : new IOException("temporary");
            }
            applied.add(event.position().sequence());
        });
        InFlightEvent<String> event = events.next(1);
        partition.admit(event);
        awaitApplied(1);
        List<Outcome> recorded = new ArrayList<>();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> {
            recorded.addAll(outcomes.takeAll());
            return recorded.size() == 2;
        });
        assertThat(recorded.get(1)).isEqualTo(new Outcome.Applied(event, 0, 0));
    }

    @Test
    void aFailureOutsideTheSinkGivesUpTheEvent() {
        PartitionUnderTest partition = partition(
                new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(1), 0.5),
                () -> {
                    throw new IllegalStateException("no random number");
                },
                (event, effects) -> {
                    throw new IOException("temporary");
                });
        InFlightEvent<String> event = events.next(1);
        partition.admit(event);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !outcomes.isEmpty());
        assertThat(outcomes.takeAll()).singleElement().isInstanceOfSatisfying(Outcome.GaveUp.class, gaveUp -> {
            assertThat(gaveUp.giveUp().reason()).isEqualTo(GiveUp.Reason.MISUSED);
            assertThat(gaveUp.giveUp().cause()).hasMessage("no random number");
        });
        assertThat(partition.executor.take(event.task())).containsExactly(event);
    }
}
