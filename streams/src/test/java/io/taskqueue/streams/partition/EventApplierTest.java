package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryLaterException;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.SinkTestCluster;
import io.taskqueue.streams.execution.CircuitBreaker;
import io.taskqueue.streams.execution.KeyedExecutor;
import io.taskqueue.streams.execution.WorkerThreads;
import io.taskqueue.streams.parking.GiveUp;
import io.taskqueue.streams.replay.DeliveryContext;
import io.taskqueue.streams.settings.SinkSettings;
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

    /** So many that no event uses its tries up before the others have had one. */
    private static final RetryPolicy MANY_TRIES = tries(1_000_000, Duration.ofMillis(1));

    private final OutcomeQueue outcomes = new OutcomeQueue();
    private final InFlightEventFactory events = new InFlightEventFactory(outcomes, new PartitionLifecycle());
    private final ExecutorService own = Executors.newCachedThreadPool();
    private final WorkerThreads threads = new WorkerThreads("lanes", CONCURRENCY, null);
    private final Queue<Runnable> alarms = new ConcurrentLinkedQueue<>();
    private final Queue<Long> applied = new ConcurrentLinkedQueue<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicBoolean dead = new AtomicBoolean();
    private final AtomicInteger tries = new AtomicInteger();
    private final BreakerPolicy policy = new BreakerPolicy(3, 3, Duration.ofMinutes(1), Duration.ofMinutes(1));

    private CircuitBreaker breaker;

    @AfterEach
    void stop() {
        go.countDown();
        own.shutdownNow();
        threads.close();
    }

    private Lanes lanes(RetryPolicy retry, ReplicationSink<String> sink) {
        return lanes(retry, new Random(1), sink);
    }

    private Lanes lanes(RetryPolicy retry, RandomGenerator random, ReplicationSink<String> sink) {
        SinkSettings<String> given = SettingsForTests.of(
                "lanes", sink, builder -> builder.retry(retry).breaker(policy));
        SinkSettings.Instruments instruments = given.instruments();
        SinkSettings<String> settings = new SinkSettings<>(
                given.name(),
                given.application(),
                given.topics(),
                given.kafka(),
                given.stateDirectory(),
                given.limits(),
                given.policies(),
                new SinkSettings.Instruments(instruments.meters(), instruments.clock(), instruments.ticker(), random));
        breaker = new CircuitBreaker(
                "lanes", policy, instruments.clock(), instruments.ticker(), (wait, work) -> alarms.add(work));
        return new Lanes(settings);
    }

    /** The executor of a partition and the lifecycle that admits its jobs. */
    private final class Lanes {

        private final PartitionLifecycle lifecycle = new PartitionLifecycle();
        private final KeyedExecutor<InFlightEvent<String>> executor;

        Lanes(SinkSettings<String> settings) {
            lifecycle.start();
            lifecycle.beginPass(false);
            executor = new KeyedExecutor<>(
                    lifecycle,
                    threads,
                    breaker,
                    new EventApplier<>(settings, breaker, outcomes, lifecycle::revoked),
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

        Optional<Duration> pauseWhileStill() {
            if (!executor.still()) {
                return Optional.empty();
            }
            lifecycle.suspend();
            return executor.stillFor();
        }

        long awaitIdle(long nanos) throws InterruptedException {
            return lifecycle.awaitIdle(nanos);
        }

        void shut() {
            lifecycle.release();
            executor.leaveTarget();
        }
    }

    private static RetryPolicy tries(int attempts, Duration backoff) {
        return new RetryPolicy(attempts, backoff, backoff, 0);
    }

    private Lanes callingLanes() {
        return lanes(
                MANY_TRIES,
                (event, effects) -> effects.run("call", key -> {
                    tries.incrementAndGet();
                    if (dead.get()) {
                        throw new IOException("dead");
                    }
                    applied.add(event.position().sequence());
                }));
    }

    private void awaitApplied(int number) {
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> applied.size() == number);
    }

    @Test
    void aWorkerBeginsItsTasksNextEventWithoutTheStreamThread() {
        Lanes lanes = callingLanes();
        for (int event = 0; event < 200; event++) {
            lanes.admit(events.next(7));
        }
        awaitApplied(200);
        assertThat(List.copyOf(applied)).isSorted();
    }

    @Test
    void tasksThatAreStuckStopNoOtherTask() {
        Lanes lanes = lanes(tries(1, Duration.ZERO), (event, effects) -> {
            if (event.taskId().sequenceId() < CONCURRENCY) {
                go.await();
            }
            applied.add(event.position().sequence());
        });
        // one worker is left, and no other task shares a lane with a stuck one, however their ids hash
        for (int task = 1; task <= 1_000; task++) {
            lanes.admit(events.next(task));
            lanes.admit(events.next(task));
        }
        awaitApplied(2 * (1_000 - (CONCURRENCY - 1)));
        go.countDown();
        awaitApplied(2_000);
    }

    @Test
    void nothingBeginsWhilePausedAndAllGoesOnInOrderAfterIt() throws Exception {
        Lanes lanes = callingLanes();
        lanes.pause();
        for (int event = 0; event < 50; event++) {
            lanes.admit(events.next(event % 5 + 1));
        }
        assertThat(lanes.awaitIdle(0)).isZero();
        assertThat(applied).isEmpty();
        lanes.resume();
        awaitApplied(50);
        for (int first = 1; first <= 5; first++) {
            int ofTask = first;
            assertThat(applied.stream()
                            .filter(sequence -> (sequence - ofTask) % 5 == 0)
                            .toList())
                    .isSorted();
        }
    }

    /** Fails until the breaker opens; the events then wait at the target, none of them tried. */
    private List<InFlightEvent<String>> opened(Lanes lanes) {
        dead.set(true);
        List<InFlightEvent<String>> waiting = new ArrayList<>();
        IntStream.rangeClosed(1, 3).forEach(task -> waiting.add(events.next(task)));
        waiting.forEach(lanes::admit);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !breaker.closed());
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> lanes.pauseWhileStill()
                .filter(wait -> wait.toMillis() > 100)
                .isPresent());
        lanes.resume();
        return waiting;
    }

    @Test
    void whileTheTargetIsDeadNoThreadIsHeldAndOneEventAtATimeIsTried() {
        Lanes lanes = callingLanes();
        opened(lanes);
        int before = tries.get();
        lanes.admit(events.next(4));
        alarms.remove().run();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> tries.get() == before + 1 && !alarms.isEmpty());

        dead.set(false);
        alarms.remove().run();
        awaitApplied(4);
        assertThat(breaker.waiting()).isEmpty();
        assertThat(tries).hasValue(before + 1 + 4);
    }

    @Test
    void anEventWhoseResultsAreRecordedNeverWaitsForTheTarget() {
        List<Long> seen = new ArrayList<>();
        Lanes lanes = lanes(MANY_TRIES, (event, effects) -> {
            if (event.taskId().sequenceId() == 9) {
                seen.add(event.position().sequence());
                go.countDown();
            }
            effects.run("call", key -> {
                throw new IOException("dead");
            });
        });
        opened(lanes);
        InFlightEvent<String> replayed = events.next(9, DeliveryContext.recordedOnly(0));
        lanes.admit(replayed);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> go.getCount() == 0);
        assertThat(seen).containsExactly(replayed.offset());
        assertThat(breaker.waiting()).isPresent();
    }

    @Test
    void anEventThatRunsNoActionSaysNothingAboutTheTarget() {
        Lanes lanes = lanes(MANY_TRIES, (event, effects) -> {
            if (event.taskId().sequenceId() == 9) {
                applied.add(event.position().sequence());
                return;
            }
            effects.run("call", key -> {
                tries.incrementAndGet();
                throw new IOException("dead");
            });
        });
        opened(lanes);
        lanes.admit(events.next(9));
        int before = tries.get();
        for (int round = 1; round <= 4; round++) {
            int expected = before + round;
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !alarms.isEmpty());
            alarms.remove().run();
            // in one of the rounds it is the turn of the event without an action, and the next one is tried at once
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> tries.get() == expected && !alarms.isEmpty());
        }
        assertThat(applied).hasSize(1);
        assertThat(breaker.waiting()).isPresent();
    }

    @Test
    void aTryThatIsInterruptedByAHandOverLeavesItsTurnToAnotherPartition() throws Exception {
        CountDownLatch trying = new CountDownLatch(1);
        Lanes going = lanes(
                MANY_TRIES,
                (event, effects) -> effects.run("call", key -> {
                    if (dead.get()) {
                        throw new IOException("dead");
                    }
                    trying.countDown();
                    go.await();
                }));
        opened(going);
        InFlightEvent<String> elsewhere = events.next(21);
        AtomicInteger begun = new AtomicInteger();
        assertThat(breaker.admits(elsewhere, this, begun::incrementAndGet)).isFalse();

        dead.set(false);
        alarms.remove().run();
        assertThat(trying.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(begun).hasValue(0);
        going.shut();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> begun.get() == 1);
        assertThat(breaker.admits(elsewhere, this, begun::incrementAndGet)).isTrue();
    }

    @Test
    void lanesThatPauseLeaveTheTurnToAnotherPartitionToo() {
        Lanes pausing = callingLanes();
        opened(pausing);
        InFlightEvent<String> elsewhere = events.next(21);
        AtomicInteger begun = new AtomicInteger();
        assertThat(breaker.admits(elsewhere, this, begun::incrementAndGet)).isFalse();
        pausing.pause();
        int before = tries.get();
        alarms.remove().run();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> begun.get() == 1);
        assertThat(tries).hasValue(before);

        dead.set(false);
        breaker.succeeded(elsewhere);
        breaker.ended(elsewhere);
        pausing.resume();
        awaitApplied(3);
    }

    @Test
    void anEventWaitsAsLongAsItsTargetAsks() {
        Lanes lanes = lanes(tries(2, Duration.ofMillis(1)), (event, effects) -> {
            throw new IOException(new RetryLaterException("busy", Duration.ofMinutes(2)));
        });
        lanes.admit(events.next(1));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> lanes.pauseWhileStill()
                .filter(wait -> wait.compareTo(Duration.ofMinutes(1)) > 0)
                .isPresent());
        assertThat(lanes.pauseWhileStill().orElseThrow()).isLessThanOrEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void lanesAreStillForAsLongAsTheirFirstRetryWaits() {
        Lanes lanes = lanes(tries(2, Duration.ofMinutes(2)), (event, effects) -> {
            tries.incrementAndGet();
            throw new IOException("not now");
        });
        assertThat(lanes.pauseWhileStill()).isEmpty();
        lanes.resume();
        lanes.admit(events.next(1));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> lanes.pauseWhileStill()
                .isPresent());
        Optional<Duration> still = lanes.pauseWhileStill();
        assertThat(still.orElseThrow()).isBetween(Duration.ofMinutes(1), Duration.ofMinutes(2));

        // asleep: what comes now is held until the lanes are resumed
        lanes.admit(events.next(2));
        Awaitility.await()
                .during(Duration.ofMillis(200))
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> tries.get() == 1);
        assertThat(lanes.pauseWhileStill()).isEmpty();
        lanes.resume();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> tries.get() == 2);
    }

    @Test
    void aTryThatNeverEndsLeavesItsTurnOnceItsPartitionIsLost() throws Exception {
        CountDownLatch trying = new CountDownLatch(1);
        Lanes going = lanes(
                MANY_TRIES,
                (event, effects) -> effects.run("call", key -> {
                    if (dead.get()) {
                        throw new IOException("dead");
                    }
                    trying.countDown();
                    awaitDeaf();
                }));
        opened(going);
        InFlightEvent<String> elsewhere = events.next(21);
        AtomicInteger begun = new AtomicInteger();
        assertThat(breaker.admits(elsewhere, this, begun::incrementAndGet)).isFalse();
        dead.set(false);
        alarms.remove().run();
        assertThat(trying.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(begun).hasValue(0);

        going.shut();

        assertThat(begun).hasValue(1);
        breaker.succeeded(elsewhere);
        assertThat(breaker.waiting()).isEmpty();
    }

    /** As a client waits that knows no interruption. */
    private void awaitDeaf() {
        boolean ended = false;
        while (!ended) {
            try {
                go.await();
                ended = true;
            } catch (InterruptedException e) {
                // not heard
            }
        }
    }

    /** Each try begins a slow effect on a thread of the sink's own, and the first throws while that runs. */
    private Lanes overlapping(AtomicInteger slow) {
        return lanes(MANY_TRIES, (event, effects) -> {
            boolean first = tries.incrementAndGet() == 1;
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
    void anEventIsTriedAgainOnlyOnceNoneOfItsEffectsRunsAnyMore() throws Exception {
        AtomicInteger slow = new AtomicInteger();
        Lanes lanes = overlapping(slow);
        lanes.admit(events.next(1));
        lanes.admit(events.next(1));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> slow.get() == 1);
        Awaitility.await()
                .during(Duration.ofMillis(200))
                .atMost(SinkTestCluster.PATIENCE)
                .until(() -> tries.get() == 1);
        assertThat(lanes.awaitIdle(1_000_000))
                .as("it runs, so a stop waits for it")
                .isNotPositive();

        go.countDown();

        awaitApplied(2);
        assertThat(slow).as("one run for each event").hasValue(2);
        assertThat(tries).hasValue(3);
    }

    @Test
    void aLostPartitionDoesNotWaitForWhatTheSinksOwnThreadsRun() throws Exception {
        AtomicInteger slow = new AtomicInteger();
        Lanes lanes = overlapping(slow);
        lanes.admit(events.next(1));
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> slow.get() == 1);
        lanes.shut();
        assertThat(lanes.awaitIdle(SinkTestCluster.PATIENCE.toNanos())).isPositive();
        assertThat(tries).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatATryBeforeRecordedIsNotReused(boolean interrupted) {
        Lanes lanes = lanes(MANY_TRIES, (event, effects) -> {
            effects.run("first", key -> {});
            if (tries.incrementAndGet() == 1) {
                throw interrupted ? new InterruptedException("its own doing") : new IOException("for now");
            }
            applied.add(event.position().sequence());
        });
        InFlightEvent<String> event = events.next(1);
        lanes.admit(event);
        awaitApplied(1);
        List<Outcome> handed = new ArrayList<>();
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> {
            handed.addAll(outcomes.takeAll());
            return handed.size() == 2;
        });
        assertThat(handed.get(1)).isEqualTo(new Outcome.Applied(event, 0, 0));
    }

    @Test
    void whatFailsBesideTheSinkGivesTheEventUp() {
        Lanes lanes = lanes(
                new RetryPolicy(5, Duration.ofMillis(1), Duration.ofMillis(1), 0.5),
                () -> {
                    throw new IllegalStateException("no dice");
                },
                (event, effects) -> {
                    throw new IOException("for now");
                });
        InFlightEvent<String> event = events.next(1);
        lanes.admit(event);
        Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> !outcomes.isEmpty());
        assertThat(outcomes.takeAll()).singleElement().isInstanceOfSatisfying(Outcome.GaveUp.class, gaveUp -> {
            assertThat(gaveUp.giveUp().reason()).isEqualTo(GiveUp.Reason.MISUSED);
            assertThat(gaveUp.giveUp().cause()).hasMessage("no dice");
        });
        assertThat(lanes.executor.take(event.task())).containsExactly(event);
    }
}
