package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.streams.partition.PartitionLifecycle.State;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PartitionLifecycleTest {

    private static SinkStoppedException failure() {
        return new SinkStoppedException("It failed.", null);
    }

    private static final Map<String, Consumer<PartitionLifecycle>> CALLS = Map.of(
            "start", PartitionLifecycle::start,
            "beginPass", lifecycle -> lifecycle.beginPass(false),
            "beginPass, sink stopping", lifecycle -> lifecycle.beginPass(true),
            "suspend", PartitionLifecycle::suspend,
            "handOver", PartitionLifecycle::handOver,
            "stop", PartitionLifecycle::stop,
            "fail", lifecycle -> lifecycle.fail(failure()),
            "halt", lifecycle -> lifecycle.halt(failure()),
            "written", PartitionLifecycle::written,
            "release", PartitionLifecycle::release);

    /** A lifecycle in a state. */
    private static PartitionLifecycle in(State state) {
        PartitionLifecycle lifecycle = new PartitionLifecycle();
        if (state == State.CREATED) {
            return lifecycle;
        }
        lifecycle.start();
        switch (state) {
            case CREATED, RESTORED -> {}
            case WORKING -> lifecycle.beginPass(false);
            case WAITING -> {
                lifecycle.beginPass(false);
                lifecycle.suspend();
            }
            case HANDING_OVER -> lifecycle.handOver();
            case STOPPING -> lifecycle.stop();
            case FAILING -> lifecycle.fail(failure());
            case HALTING -> lifecycle.halt(failure());
            case FAILED -> {
                lifecycle.fail(failure());
                lifecycle.written();
            }
            case RELEASED -> lifecycle.release();
            case REVIVED -> lifecycle.start();
        }
        assertThat(lifecycle.state()).isEqualTo(state);
        return lifecycle;
    }

    /** Each row: a call, and the state after it for each state before it; "-" where nothing changes, "!" where it is refused. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "start                    | RESTORED | REVIVED      | REVIVED      | REVIVED      | REVIVED      | REVIVED  | REVIVED  | REVIVED  | REVIVED  | REVIVED  | -       ",
                "beginPass                | !        | WORKING      | -            | WORKING      | WORKING      | -        | -        | -        | -        | !        | -       ",
                "beginPass, sink stopping | !        | STOPPING     | STOPPING     | STOPPING     | STOPPING     | -        | -        | -        | -        | !        | -       ",
                "suspend                  | -        | -            | WAITING      | -            | -            | -        | -        | -        | -        | -        | -       ",
                "handOver                 | -        | HANDING_OVER | HANDING_OVER | HANDING_OVER | -            | -        | -        | -        | -        | -        | -       ",
                "stop                     | -        | STOPPING     | STOPPING     | STOPPING     | STOPPING     | -        | -        | -        | -        | -        | -       ",
                "fail                     | -        | FAILING      | FAILING      | FAILING      | FAILING      | FAILING  | -        | -        | -        | -        | -       ",
                "halt                     | -        | HALTING      | HALTING      | HALTING      | HALTING      | HALTING  | HALTING  | -        | -        | -        | -       ",
                "written                  | -        | -            | -            | -            | -            | -        | FAILED   | FAILED   | -        | -        | -       ",
                "release                  | RELEASED | RELEASED     | RELEASED     | RELEASED     | RELEASED     | RELEASED | RELEASED | RELEASED | RELEASED | -        | -       ",
            })
    void everyCallInEveryStateIsATransitionOrHasNoEffect(
            String call,
            String created,
            String restored,
            String working,
            String waiting,
            String handingOver,
            String stopping,
            String failing,
            String halting,
            String failed,
            String released,
            String revived) {
        Map<State, String> after = new EnumMap<>(State.class);
        after.put(State.CREATED, created);
        after.put(State.RESTORED, restored);
        after.put(State.WORKING, working);
        after.put(State.WAITING, waiting);
        after.put(State.HANDING_OVER, handingOver);
        after.put(State.STOPPING, stopping);
        after.put(State.FAILING, failing);
        after.put(State.HALTING, halting);
        after.put(State.FAILED, failed);
        after.put(State.RELEASED, released);
        after.put(State.REVIVED, revived);
        for (State before : State.values()) {
            PartitionLifecycle lifecycle = in(before);
            Consumer<PartitionLifecycle> tested = CALLS.get(call);
            String expected = after.get(before);
            if (expected.equals("!")) {
                assertThatThrownBy(() -> tested.accept(lifecycle))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("A partition that is " + before
                                + " cannot take beginPass. This is a defect; please report it.");
            } else {
                tested.accept(lifecycle);
                assertThat(lifecycle.state())
                        .as("%s while %s", call, before)
                        .isEqualTo(expected.equals("-") ? before : State.valueOf(expected));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void workersBeginWhileWorkingOnly(State state) {
        PartitionLifecycle lifecycle = in(state);
        assertThat(lifecycle.enter()).isEqualTo(state == State.WORKING);
        assertThat(lifecycle.admits()).isEqualTo(state == State.WORKING);
        assertThat(lifecycle.revoked()).isEqualTo(state == State.RELEASED || state == State.REVIVED);
    }

    @ParameterizedTest
    @EnumSource
    void aFailureIsReportedImmediatelyAndTheFirstOneIsKept(State state) {
        PartitionLifecycle lifecycle = in(state);
        boolean failedBefore = lifecycle.failure().isPresent();
        lifecycle.fail(new SinkStoppedException("Another failure.", null));
        switch (state) {
            case RESTORED, WORKING, WAITING, HANDING_OVER, STOPPING -> {
                assertThat(failedBefore).isFalse();
                assertThat(lifecycle.failure())
                        .get()
                        .extracting(Throwable::getMessage)
                        .isEqualTo("Another failure.");
            }
            case FAILING, HALTING, FAILED -> assertThat(lifecycle.failure())
                    .get()
                    .extracting(Throwable::getMessage)
                    .isEqualTo("It failed.");
            case CREATED, RELEASED, REVIVED -> assertThat(lifecycle.failure()).isEmpty();
        }
    }

    @Test
    void aPassReportsWhetherWorkersMayBeginThatCouldNotBefore() {
        PartitionLifecycle lifecycle = in(State.RESTORED);
        assertThat(lifecycle.beginPass(false)).isTrue();
        assertThat(lifecycle.beginPass(false)).isFalse();
        lifecycle.handOver();
        assertThat(lifecycle.beginPass(false)).isTrue();
        assertThat(lifecycle.beginPass(true)).isFalse();
    }

    @Test
    void aReleaseInterruptsWorkersAndAnIdlePartitionIsAwaited() throws Exception {
        PartitionLifecycle lifecycle = in(State.WORKING);
        CountDownLatch entered = new CountDownLatch(1);
        Thread worker = new Thread(() -> {
            lifecycle.enter();
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                lifecycle.leave();
            }
        });
        worker.start();
        assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(lifecycle.awaitIdle(1_000_000)).isNotPositive();
        lifecycle.handOver();
        assertThat(lifecycle.quiet()).as("a worker runs").isFalse();
        lifecycle.release();

        assertThat(lifecycle.awaitIdle(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(lifecycle.quiet()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "COMMITTED, PASS, MARKED, COMMITTED, COMMITTED",
        "PASS, PASS, PASS_MARKED, COMMITTED, PASS",
        "PASS_MARKED, PASS_MARKED, PASS_MARKED, MARKED, PASS",
        "MARKED, PASS_MARKED, MARKED, MARKED, COMMITTED"
    })
    void aTaskIsMarkedByEachPassAndClearedByTheHook(
            CommitPhase before, CommitPhase beginPass, CommitPhase mark, CommitPhase endPass, CommitPhase hook) {
        assertThat(before.beginPass()).isEqualTo(beginPass);
        assertThat(before.mark()).isEqualTo(mark);
        assertThat(before.endPass()).isEqualTo(endPass);
        assertThat(before.hook()).isEqualTo(hook);
    }
}
