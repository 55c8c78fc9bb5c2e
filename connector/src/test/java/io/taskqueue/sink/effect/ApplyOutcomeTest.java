package io.taskqueue.sink.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.EffectNotRecordedException;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApplyOutcomeTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 3, 7);

    private final MemoryEffectStore store = new MemoryEffectStore();

    private ApplyOutcome outcome(EffectMode mode, ReplicationSink<String> sink) {
        return ApplyOutcome.of(sink, EVENT, new RecordedEffects("billing", 0, EVENT, store, mode, EffectRules.DEFAULT));
    }

    @AfterEach
    void clearInterruption() {
        Thread.interrupted();
    }

    @Test
    void sinkThatReturnsHasAppliedTheEvent() {
        assertThat(outcome(EffectMode.RUN, (event, effects) -> effects.run("mail", key -> {})))
                .isEqualTo(new ApplyOutcome.Applied(new RecordedEffects.Counts(1, 0, 0, 0, 0)));
    }

    @Test
    void permanentFailureThatEscapesCountsAsApplied() {
        assertThat(outcome(
                        EffectMode.RUN,
                        (event, effects) -> effects.run("mail", key -> {
                            throw new PermanentEffectException("no such mailbox");
                        })))
                .isEqualTo(new ApplyOutcome.Applied(new RecordedEffects.Counts(0, 0, 1, 0, 0)));
        assertThat(outcome(EffectMode.RUN, (event, effects) -> {
                    try {
                        effects.run("mail", key -> {});
                    } catch (RecordedFailureException failure) {
                        throw new ExecutionException(failure);
                    }
                }))
                .as("wrapped")
                .isEqualTo(new ApplyOutcome.Applied(new RecordedEffects.Counts(0, 1, 0, 0, 0)));
    }

    @Test
    void missingRecordIsReportedHoweverTheSinkHandlesIt() {
        var missing = new ApplyOutcome.Applied(new RecordedEffects.Counts(0, 0, 0, 1, 0));
        assertThat(outcome(EffectMode.RECORDED_ONLY, (event, effects) -> effects.run("mail", key -> {})))
                .as("escaped")
                .isEqualTo(missing);
        assertThat(outcome(EffectMode.RECORDED_ONLY, (event, effects) -> {
                    try {
                        effects.run("mail", key -> {});
                    } catch (EffectNotRecordedException caught) {
                        // a sink that hides it
                    }
                }))
                .as("caught")
                .isEqualTo(missing);
        assertThat(outcome(EffectMode.RECORDED_ONLY, (event, effects) -> {
                    try {
                        effects.run("mail", key -> {});
                    } catch (EffectNotRecordedException hidden) {
                        throw new IOException("no mail");
                    }
                }))
                .as("replaced by a transient failure")
                .isEqualTo(missing);
    }

    @Test
    void anyOtherFailureIsTransient() {
        var io = new IOException("connection reset");
        var error = new AssertionError("impossible");
        assertThat(outcome(EffectMode.RUN, (event, effects) -> {
                    throw io;
                }))
                .isEqualTo(new ApplyOutcome.Transient(io));
        assertThat(outcome(EffectMode.RUN, (event, effects) -> {
                    throw error;
                }))
                .isEqualTo(new ApplyOutcome.Transient(error));
    }

    @Test
    void misuseStopsEvenIfTheSinkCatchesIt() {
        assertThat(outcome(EffectMode.RUN, (event, effects) -> {
                    effects.run("mail", key -> {});
                    try {
                        effects.run("mail", key -> {});
                    } catch (IllegalStateException caught) {
                        // a sink that hides it
                    }
                }))
                .isInstanceOf(ApplyOutcome.Stopped.class);
    }

    @Test
    void effectStillRunningWhenTheSinkReturnsIsAMisuse() throws Exception {
        var started = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var late = new CountDownLatch(1);
        ApplyOutcome outcome = outcome(EffectMode.RUN, (event, effects) -> {
            new Thread(() -> {
                        try {
                            effects.run("mail", key -> {
                                started.countDown();
                                end.await();
                            });
                        } catch (Exception refused) {
                            late.countDown();
                        }
                    })
                    .start();
            started.await();
        });
        assertThat(outcome).isInstanceOfSatisfying(ApplyOutcome.Stopped.class, stopped -> assertThat(stopped.cause())
                .hasMessage("The sink returned from event 3/7 of queue orders (Enqueued #7 of task "
                        + "orders/3/7, "
                        + "attempt 1) while its effect 'mail' was still running, so its "
                        + "result cannot be recorded. Wait in apply() for the threads that "
                        + "it starts."));
        end.countDown();
        late.await();
        assertThat(store.size()).isZero();
    }

    @Test
    void interruptionStatesNothingAboutTheEvent() {
        assertThat(outcome(EffectMode.RUN, (event, effects) -> {
                    throw new InterruptedException();
                }))
                .isEqualTo(new ApplyOutcome.Interrupted());
        assertThat(outcome(EffectMode.RUN, (event, effects) -> {
                    Thread.currentThread().interrupt();
                    throw new IOException("closed by interrupt");
                }))
                .isEqualTo(new ApplyOutcome.Interrupted());
    }

    @Test
    void interruptionIsPropagatedEvenIfARecordIsMissing() {
        assertThat(outcome(EffectMode.RECORDED_ONLY, (event, effects) -> {
                    try {
                        effects.run("mail", key -> {});
                    } catch (EffectNotRecordedException caught) {
                        throw new InterruptedException();
                    }
                }))
                .isEqualTo(new ApplyOutcome.Interrupted());
    }

    /** Runs an effect on another thread until the latch opens, and throws. */
    private ReplicationSink<String> throwing(CountDownLatch end, CountDownLatch ended, Exception thrown) {
        return throwing(new CountDownLatch(1), end, ended, thrown);
    }

    private ReplicationSink<String> throwing(
            CountDownLatch started, CountDownLatch end, CountDownLatch ended, Exception thrown) {
        return (event, effects) -> {
            new Thread(() -> {
                        try {
                            effects.run("mail", key -> {
                                started.countDown();
                                end.await();
                            });
                            effects.run("late", key -> {});
                        } catch (Exception refused) {
                            ended.countDown();
                        }
                    })
                    .start();
            started.await();
            throw thrown;
        };
    }

    @Test
    void effectStillRunningWhenTheSinkThrowsIsWaitedForAndNoneStartsAfterIt() throws Exception {
        var end = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var failure = new IOException("another effect failed");
        var effects = new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, EffectRules.DEFAULT);
        var outcome =
                CompletableFuture.supplyAsync(() -> ApplyOutcome.of(throwing(end, ended, failure), EVENT, effects));
        assertThatThrownBy(() -> outcome.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        end.countDown();

        assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(new ApplyOutcome.Transient(failure));
        ended.await();
        assertThat(effects.counts()).isEqualTo(new RecordedEffects.Counts(1, 0, 0, 0, 0));
    }

    @Test
    void effectRequestedAfterTheSinkThrewIsRefusedAndDoesNotChangeTheOutcome() throws Exception {
        var end = new CountDownLatch(1);
        var failure = new IOException("another effect failed");
        var effects = new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, EffectRules.DEFAULT);
        var outcome = CompletableFuture.supplyAsync(
                () -> ApplyOutcome.of(throwing(end, new CountDownLatch(1), failure), EVENT, effects));
        Awaitility.await().until(() -> !effects.scope().isOpen());

        assertThatThrownBy(() -> effects.run("later", key -> {})).isInstanceOf(EffectMisuseException.class);
        end.countDown();

        assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(new ApplyOutcome.Transient(failure));
    }

    @Test
    void interruptionEndsTheWaitForRunningEffects() throws Exception {
        var end = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        assertThat(outcome(EffectMode.RUN, throwing(end, ended, new InterruptedException())))
                .isEqualTo(new ApplyOutcome.Interrupted());
        end.countDown();
        ended.await();
        assertThat(store.size()).isZero();
    }

    @Test
    void interruptionByTheSinkEndsTheWaitOnlyIfTheAttemptIsAbandoned() throws Exception {
        var started = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var abandoned = new AtomicBoolean();
        var effects = new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, EffectRules.DEFAULT);
        var outcome = new CompletableFuture<ApplyOutcome>();
        Thread applying = new Thread(() -> outcome.complete(ApplyOutcome.of(
                throwing(started, end, ended, new InterruptedException()), EVENT, effects, abandoned::get)));
        applying.start();
        started.await();
        applying.interrupt();
        assertThatThrownBy(() -> outcome.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        abandoned.set(true);
        applying.interrupt();

        assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(new ApplyOutcome.Interrupted());
        end.countDown();
    }

    @Test
    void exceptionWhoseCauseCannotBeReadIsTransient() {
        var nasty = new RuntimeException() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Throwable getCause() {
                throw new IllegalStateException("no cause");
            }
        };
        assertThat(outcome(EffectMode.RUN, (event, effects) -> {
                    throw nasty;
                }))
                .isEqualTo(new ApplyOutcome.Transient(nasty));
    }
}
