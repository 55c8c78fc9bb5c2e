package io.taskqueue.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectProbe;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.RecordedFailureException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryLaterException;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.testkit.EffectCall.Status;
import io.taskqueue.testkit.SinkResult.Outcome;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SinkTesterTest {

    private static final Order ORDER = new Order("A-17", 4_200);

    record Receipt(String number) {}

    private final RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
    private final List<EffectKey> charged = new ArrayList<>();
    private final List<EffectKey> mailed = new ArrayList<>();
    private OnAmbiguity<Receipt> onAmbiguity = OnAmbiguity.rerun();

    private void charge(ReplicationEvent<Order> event, Effects effects) throws Exception {
        if (event.kind() == EventKind.COMPLETED) {
            Receipt receipt = effects.capture("charge", Receipt.class, onAmbiguity, key -> {
                charged.add(key);
                return new Receipt("R-" + event.payload().id());
            });
            effects.run("mail", key -> {
                assertThat(receipt).isEqualTo(new Receipt("R-A-17"));
                mailed.add(key);
            });
        }
    }

    private final SinkTester<Order> tester = SinkTester.of("billing", this::charge);

    @Test
    void effectsOfAnEventAreStated() {
        SinkResult<Order> result = tester.apply(events.completed(ORDER));

        result.isApplied()
                .hasRun("charge", "mail")
                .hasReused()
                .hasResult("charge", new Receipt("R-A-17"))
                .hasKey("charge", "billing/0/orders/1/3/charge")
                .hasStatus("mail", Status.RUN)
                .hasCalled("charge", 1)
                .hasAttempts(1);
        assertThat(result.applications()).hasSize(3);
        assertThat(result.key("charge")).isEqualTo(charged.get(0));
    }

    @Test
    void eventsAreAppliedOnce() {
        RecordedTask<Order> task = events.enqueued(ORDER);
        tester.apply(task).isApplied();
        tester.apply(task.leased().completed()).hasRun("charge", "mail");

        tester.apply(events).hasOutcome(Outcome.DUPLICATE).hasRunNothing();
        assertThat(charged).hasSize(1);
    }

    @Test
    void aReplayRunsNothing() {
        tester.apply(events.completed(ORDER));

        tester.replay().isApplied().hasRunNothing().hasReused("charge", "mail").hasMissing();
    }

    @Test
    void aReplayStatesWhatIsMissing() {
        events.completed(ORDER);
        SinkTester<Order> failing = SinkTester.<Order>builder("billing", (event, effects) -> {
                    effects.run("charge", key -> {
                        throw new IOException("connection reset");
                    });
                })
                .build();
        failing.apply(events).isFailed();

        failing.replay().hasMissing("charge").hasRunNothing();
    }

    @Test
    void replayNeedsEvents() {
        assertThatThrownBy(tester::replay)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("There is nothing to replay: sink billing was passed no event. Call apply() first.");
    }

    @Test
    void anEventIsAttemptedAgainAndKeepsWhatIsRecorded() {
        List<String> failures = new ArrayList<>(List.of("1", "2"));
        SinkTester<Order> flaky = SinkTester.<Order>builder("billing", (event, effects) -> {
                    effects.run("charge", key -> {});
                    effects.run("mail", key -> {
                        if (!failures.isEmpty()) {
                            throw new IOException(failures.remove(0));
                        }
                    });
                })
                .retry(new RetryPolicy(3, Duration.ofSeconds(10), Duration.ofMinutes(1), 0))
                .build();

        flaky.apply(events.enqueued(ORDER))
                .isApplied()
                .hasAttempts(3)
                .hasRun("charge", "mail")
                .hasReused()
                .hasCalled("charge", 1)
                .hasCalled("mail", 3);
        assertThat(flaky.time().instant()).isEqualTo(ManualTime.START.plusSeconds(30));
    }

    @Test
    void waitsThatTheTargetAsksForMoveTheTime() {
        ManualTime time = new ManualTime();
        SinkTester<Order> limited = SinkTester.<Order>builder("billing", (event, effects) -> {
                    if (time.instant().equals(ManualTime.START)) {
                        throw new RetryLaterException("too many requests", Duration.ofMinutes(5));
                    }
                })
                .time(time)
                .build();

        limited.apply(events.enqueued(ORDER)).isApplied().hasAttempts(2);
        assertThat(time.instant()).isEqualTo(ManualTime.START.plus(Duration.ofMinutes(5)));
    }

    @Test
    void attemptsAreExhausted() {
        SinkTester<Order> down = SinkTester.<Order>builder("billing", (event, effects) -> {
                    throw new ConnectException("refused");
                })
                .retry(new RetryPolicy(4, Duration.ZERO, Duration.ZERO, 0))
                .build();
        RecordedTask<Order> task = events.enqueued(ORDER).leased();

        SinkResult<Order> result = down.apply(task);

        result.isFailed().hasAttempts(4).failedWith(ConnectException.class).hasRunNothing();
        assertThat(result.applications()).as("the run ends").hasSize(1);
    }

    @Test
    void aSinkThatNeedsAPayloadThatItsEventDoesNotHaveFails() {
        RecordedEvents<Order> reduced = RecordedEvents.<Order>builder("orders")
                .payload(PayloadInclusion.FIRST_EVENT)
                .build();
        RecordedTask<Order> task = reduced.completed(ORDER);
        SinkTester<Order> needing = SinkTester.of("billing", (event, effects) -> {
            if (event.kind() == EventKind.COMPLETED) {
                long cents = event.payload().cents();
                effects.capture("charge", Long.class, key -> cents);
            }
        });

        SinkResult<Order> result = needing.apply(task);

        result.isFailed().failedWith(IllegalStateException.class).hasRunNothing();
        assertThat(result.of(task.event()).toString())
                .contains(
                        "The payload of task orders/1/1 is not known here: its source includes it in the task's first event only");
    }

    @Test
    void permanentFailuresAreRecorded() {
        SinkTester<Order> refusing = SinkTester.of(
                "billing",
                (event, effects) -> effects.run("charge", key -> {
                    throw new PermanentEffectException("no such customer");
                }));
        RecordedTask<Order> task = events.enqueued(ORDER);

        SinkResult<Order> result = refusing.apply(task);

        result.isApplied()
                .hasStatus("charge", Status.FAILED_PERMANENTLY)
                .hasCalled("charge", 1)
                .hasRun();
        assertThat(result.effect("charge").failure()).isInstanceOf(RecordedFailureException.class);
        refusing.replay().hasReused("charge").hasRunNothing();
    }

    @Test
    void permanentFailuresAreParkedIfSoConfigured() {
        SinkTester<Order> refusing = SinkTester.<Order>builder(
                        "billing",
                        (event, effects) -> effects.run("charge", key -> {
                            throw new PermanentEffectException("no such customer");
                        }))
                .onPermanent(OnPermanent.PARK)
                .build();

        refusing.apply(events.enqueued(ORDER))
                .isParked()
                .hasStatus("charge", Status.FAILED_PERMANENTLY)
                .failedWith(PermanentEffectException.class);
    }

    @Test
    void misuseIsStated() {
        SinkTester<Order> twice = SinkTester.of("billing", (event, effects) -> {
            effects.run("mail", key -> {});
            effects.run("mail", key -> {});
        });

        twice.apply(events.enqueued(ORDER))
                .hasOutcome(Outcome.MISUSED)
                .failedWith(EffectMisuseException.class)
                .hasStatus("mail", Status.MISUSED);
    }

    @Test
    void interruptionIsStated() {
        SinkTester<Order> stopped = SinkTester.of("billing", (event, effects) -> {
            throw new InterruptedException();
        });

        stopped.apply(events.enqueued(ORDER)).hasOutcome(Outcome.INTERRUPTED);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void otherKindsAreNotOfInterest() {
        SinkTester<Order> deadOnly = SinkTester.of("billing", new ReplicationSink<>() {
            @Override
            public void apply(ReplicationEvent<Order> event, Effects effects) throws Exception {
                effects.run("tell", key -> {});
            }

            @Override
            public Interests interests() {
                return Interests.of(Set.of(EventKind.DEAD_LETTERED));
            }
        });

        deadOnly.apply(events.completed(ORDER))
                .hasOutcome(Outcome.NOT_OF_INTEREST)
                .hasRunNothing();
        deadOnly.apply(events.deadLettered(ORDER, "no stock")).isApplied().hasRun("tell");
    }

    @Test
    void eventsOfAFencedOwnerAreDropped() {
        RecordedTask<Order> task = events.enqueued(ORDER).leased();
        tester.apply(events);
        RecordedEvents<Order> next = events.takenOver();
        tester.apply(next);

        tester.apply(task.completed()).hasOutcome(Outcome.FENCED);
        tester.replay().of(task.event()).hasOutcome(Outcome.FENCED);
        assertThat(charged).isEmpty();
    }

    @Test
    void anEventThatComesTooLateIsRefused() {
        RecordedTask<Order> first = events.enqueued(ORDER);
        tester.apply(events.enqueued(ORDER));

        assertThatThrownBy(() -> tester.apply(first))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Sink billing was passed event 1/1 of queue orders (Enqueued #1 of task orders/1/1, attempt 1)"
                                + " after a later event of the queue was applied, but Kafka delivers the events of a queue in"
                                + " order. Pass events in the order in which they were recorded: the RecordedEvents themselves"
                                + " are.");
    }

    @Test
    void noEventIsRefused() {
        assertThatThrownBy(() -> tester.apply(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Sink billing was passed no event. Pass at least one.");
    }

    @Test
    void anEffectRunsAgainUnderItsKeyAfterACrash() {
        RecordedTask<Order> task = events.completed(ORDER);

        tester.apply(task, Crash.after("charge"))
                .hasOutcome(Outcome.CRASHED)
                .hasStatus("charge", Status.CRASHED)
                .hasCalled("charge", 1);
        tester.apply(task).isApplied().hasRun("charge", "mail");

        assertThat(charged).hasSize(2);
        assertThat(new HashSet<>(charged)).hasSize(1);
        assertThat(mailed).hasSize(1);
    }

    @Test
    void aCrashIsNotLoggedAsAFailedAttempt() {
        Logger runner = (Logger) LoggerFactory.getLogger("io.taskqueue.sink.local");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        runner.addAppender(lines);
        try {
            tester.apply(events.completed(ORDER), Crash.after("charge")).hasAttempts(1);

            assertThat(lines.list)
                    .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                    .isEmpty();
        } finally {
            runner.detachAppender(lines);
        }
    }

    @Test
    void aCrashBeforeTheCommitLosesAllResultsOfTheEvent() {
        RecordedTask<Order> task = events.completed(ORDER);

        tester.apply(task, Crash.beforeCommit()).hasRunNothing();
        tester.apply(task).isApplied();
        tester.apply(events.completed(ORDER).event(), Crash.beforeCommit()).hasRun("charge", "mail");

        assertThat(charged).hasSize(2);
    }

    @Test
    void aCrashAfterAnEffectLosesTheResultsBeforeIt() {
        RecordedTask<Order> task = events.completed(ORDER);

        tester.apply(task, Crash.after("mail"));
        tester.apply(task).isApplied().hasRun("charge", "mail");

        assertThat(charged).hasSize(2);
        assertThat(mailed).hasSize(2);
    }

    @Test
    void anIntentCommitsTheResultsBeforeIt() {
        SinkTester<Order> two = SinkTester.of("billing", (event, effects) -> {
            effects.run("first", key -> {});
            effects.run("second", OnAmbiguity.park(), key -> {});
        });
        RecordedTask<Order> task = events.enqueued(ORDER);

        two.apply(task, Crash.after("second"));
        two.apply(task)
                .isParked()
                .hasReused("first")
                .hasStatus("second", Status.PARKED)
                .hasRunNothing();
    }

    @Test
    void aParkedEventIsRedriven() {
        onAmbiguity = OnAmbiguity.park();
        RecordedTask<Order> task = events.completed(ORDER);
        tester.apply(task, Crash.before("charge"));
        tester.apply(task).isParked().hasStatus("charge", Status.PARKED);

        tester.redrive(task.event()).isApplied().hasRun("charge", "mail");

        assertThat(charged).hasSize(1);
        assertThatThrownBy(() -> tester.redrive(task.event()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Sink billing cannot redrive event 1/3 of queue orders (Completed #3 of task orders/1/1, attempt"
                                + " 1), which is not parked. Redrive an event for which apply() has returned a result that"
                                + " isParked().");
    }

    @Test
    void aCrashBeforeTheActionLeavesAProbedEffectToTheProbe() {
        RecordedTask<Order> task = events.completed(ORDER);
        onAmbiguity = OnAmbiguity.probe(key ->
                charged.contains(key) ? EffectProbe.Answer.done(new Receipt("R-A-17")) : EffectProbe.Answer.notDone());

        tester.apply(task, Crash.before("charge")).hasCalled("charge", 0);
        tester.apply(task).isApplied().hasRun("charge", "mail");
        assertThat(charged).hasSize(1);

        RecordedTask<Order> other = events.completed(ORDER);
        tester.apply(other, Crash.after("charge")).hasCalled("charge", 1);
        tester.apply(other).isApplied().hasStatus("charge", Status.RESOLVED).hasCalled("charge", 0);
        assertThat(charged).hasSize(2);
    }

    @Test
    void anEffectThatCountsAsDoneDoesNotRunAgain() {
        onAmbiguity = OnAmbiguity.assumeDone(new Receipt("R-A-17"));
        RecordedTask<Order> task = events.completed(ORDER);

        tester.apply(task, Crash.after("charge"));

        tester.apply(task).isApplied().hasStatus("charge", Status.RESOLVED).hasRun("mail");
        assertThat(charged).hasSize(1);
    }

    @Test
    void aSinkThatCatchesEverythingStillCrashes() {
        SinkTester<Order> catching = SinkTester.of("billing", (event, effects) -> {
            try {
                effects.run("charge", OnAmbiguity.park(), key -> {});
            } catch (Throwable e) {
                // what no sink should do
            }
        });
        RecordedTask<Order> task = events.enqueued(ORDER);

        catching.apply(task, Crash.after("charge")).hasOutcome(Outcome.CRASHED);
        catching.apply(task).isParked();
    }

    @Test
    void aCrashThatDoesNotComeIsAnError() {
        assertThatThrownBy(() -> tester.apply(events.enqueued(ORDER), Crash.after("charge")))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "Sink billing was to crash after the action of effect 'charge', but did not come to that place:"
                                + " event 1/1 of queue orders (Enqueued #1 of task orders/1/1, attempt 1) was APPLIED after 1"
                                + " attempt with effects []. Pass an event for which the sink runs that effect, and one that was"
                                + " not applied before.");
    }

    @Test
    void assertionsStateWhatWasFound() {
        SinkResult<Order> result =
                tester.apply(events.completed(ORDER)).of(events.list().get(3));
        String found = ": event 1/3 of queue orders (Completed #3 of task orders/1/1, attempt 1) was APPLIED after 1"
                + " attempt with effects [charge (RUN, attempt 1), mail (RUN, attempt 1)]. Correct the sink, or what the"
                + " test expects of it.";

        assertThatThrownBy(() -> result.hasRun("charge"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("Sink billing was to run exactly effects [charge], but ran [charge, mail]" + found);
        assertThatThrownBy(result::isParked)
                .isInstanceOf(AssertionError.class)
                .hasMessage("Sink billing was to end PARKED, but ended APPLIED" + found);
        assertThatThrownBy(result::hasRunNothing)
                .hasMessage("Sink billing was to call no action, but called those of effects [charge, mail]" + found);
        assertThatThrownBy(() -> result.hasReused("charge"))
                .hasMessage("Sink billing was to reuse the results of exactly effects [charge], but reused those of []"
                        + found);
        assertThatThrownBy(() -> result.hasMissing("charge"))
                .hasMessage("Sink billing was to miss exactly the results of effects [charge], but missed those of []"
                        + found);
        assertThatThrownBy(() -> result.hasResult("charge", new Receipt("R-1")))
                .hasMessage("Sink billing was to get Receipt[number=R-1] from effect 'charge', but got"
                        + " Receipt[number=R-A-17]" + found);
        assertThatThrownBy(() -> result.hasKey("mail", "other"))
                .hasMessage("Sink billing was to request effect 'mail' under the key other, but its key is"
                        + " billing/0/orders/1/3/mail" + found);
        assertThatThrownBy(() -> result.hasStatus("mail", Status.REUSED))
                .hasMessage("Sink billing was to have effect 'mail' end REUSED, but it ended RUN" + found);
        assertThatThrownBy(() -> result.hasCalled("mail", 2))
                .hasMessage("Sink billing was to call the action of effect 'mail' 2 times, but called it once" + found);
        assertThatThrownBy(() -> result.hasAttempts(3))
                .hasMessage("Sink billing was to be called 3 times for the last event, but was called once" + found);
        assertThatThrownBy(() -> result.effect("ship"))
                .hasMessage("Sink billing was to request effect 'ship', but did not" + found);
        assertThatThrownBy(() -> result.failedWith(IOException.class))
                .hasMessage("Sink billing was to fail with java.io.IOException, but did not fail" + found);
    }

    @Test
    void theNameOfTheSinkIsValidated() {
        assertThatThrownBy(() -> SinkTester.of("", this::charge)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noThreadIsStarted() {
        Set<Thread> appliedBy = new HashSet<>();
        SinkTester<Order> observed =
                SinkTester.of("thread-check", (event, effects) -> appliedBy.add(Thread.currentThread()));

        observed.apply(events.completed(ORDER));

        assertThat(appliedBy).containsExactly(Thread.currentThread());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().contains("thread-check"));
    }
}
