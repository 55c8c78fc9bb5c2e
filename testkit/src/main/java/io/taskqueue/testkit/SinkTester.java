package io.taskqueue.testkit;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.SinkFailedException;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.local.RunReceipt;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.MemoryCheckpointStore;
import io.taskqueue.testkit.SinkResult.Application;
import io.taskqueue.testkit.SinkResult.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a sink over events, without Kafka, threads or waiting, and states what it did: which effects ran, under which keys, with which
 * results; how often events were attempted; what a replay finds; and what happens after a crash.
 *
 * <pre>{@code
 * SinkTester<Order> tester = SinkTester.of("billing", new BillingSink(billing, mailer));
 * RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
 *
 * tester.apply(events.completed(order)).isApplied().hasRun("charge", "mail");
 * tester.replay().hasRunNothing();
 * }</pre>
 *
 * <p>The sink is run by {@link LocalSinkRunner}, so effects, failures and retries follow the rules of the product. The results of effects
 * are committed as in the service: with the event, and before an action that needs an intent. Waits between attempts take no real time:
 * they move the {@linkplain Builder#time time} of the tester. Unlike in the service, an event that is parked ends the run, and events of
 * a task are applied one after the other in any case; rate limits and the circuit breaker are not part of it.
 *
 * <p>Events are applied in the order of their queue, as Kafka delivers them: those that were applied before are dropped. Not thread-safe.
 *
 * @param <T> the payload's type
 */
public final class SinkTester<T> {

    private final String name;
    private final ReplicationSink<T> sink;
    private final RetryPolicy retry;
    private final OnPermanent onPermanent;
    private final ManualTime time;
    private final ProcessStores stores = new ProcessStores();
    private final Map<PlaceInQueue, ReplicationEvent<T>> seen = new LinkedHashMap<>();
    private final Progress<T> progress = new Progress<>();

    private record PlaceInQueue(String queue, Position position) {}

    /** How far the events were applied: those of the test, or those of one replay. */
    private static final class Progress<T> {

        private final CheckpointStore checkpoints = new MemoryCheckpointStore();
        private final Set<PlaceInQueue> applied = new HashSet<>();
        private final Set<PlaceInQueue> parked = new HashSet<>();

        /** SourceStarted of the highest epoch of each queue. */
        private final Map<String, ReplicationEvent<T>> fences = new HashMap<>();
    }

    private SinkTester(Builder<T> from) {
        this.name = from.name;
        this.sink = from.sink;
        this.retry = from.retry;
        this.onPermanent = from.onPermanent;
        this.time = from.time;
    }

    /**
     * A tester with the defaults of {@link #builder}.
     *
     * @param name the sink's name, the first part of its effect keys
     * @throws IllegalArgumentException if it cannot be the name of a sink
     */
    public static <T> SinkTester<T> of(String name, ReplicationSink<T> sink) {
        return SinkTester.<T>builder(name, sink).build();
    }

    /** Starts to build a tester; every setting has a default. */
    public static <T> Builder<T> builder(String name, ReplicationSink<T> sink) {
        return new Builder<>(name, sink);
    }

    /**
     * Applies an event, with as many attempts as the retry policy allows.
     *
     * @throws IllegalArgumentException if the event was not applied before, and a later one of its queue was
     */
    public SinkResult<T> apply(ReplicationEvent<T> event) {
        return apply(List.of(event));
    }

    /** Applies events as {@link #apply(ReplicationEvent)} does, one after the other, until one cannot be applied. */
    public SinkResult<T> apply(Iterable<ReplicationEvent<T>> events) {
        return run(events, null);
    }

    /** Applies an event in a process that dies, as {@link #apply(Iterable, Crash)} does. */
    public SinkResult<T> apply(ReplicationEvent<T> event, Crash crash) {
        return apply(List.of(event), crash);
    }

    /**
     * Applies events in a process that dies at the first place that the crash describes; the next call continues in another process, with
     * what was committed.
     *
     * @throws AssertionError if the sink did not come to that place
     */
    public SinkResult<T> apply(Iterable<ReplicationEvent<T>> events, Crash crash) {
        SinkResult<T> result = run(events, Objects.requireNonNull(crash, "crash"));
        if (result.outcome() != Outcome.CRASHED) {
            throw new AssertionError(
                    "Sink " + name + " was to crash " + crash + ", but did not come to that place: " + result
                            + ". Pass an event for which the sink runs that effect, and one that was not applied before.");
        }
        return result;
    }

    /**
     * Applies an event that was parked again, as an operator orders who has found out that nothing was done for the effect in doubt: that
     * effect runs.
     *
     * @throws IllegalStateException if the event was not parked, or was applied since
     */
    public SinkResult<T> redrive(ReplicationEvent<T> event) {
        PlaceInQueue place = new PlaceInQueue(event.queueName(), event.position());
        if (!progress.parked.contains(place)) {
            throw new IllegalStateException(
                    "Sink " + name + " cannot redrive " + event
                            + ", which is not parked. Redrive an event for which apply() has returned a result that isParked().");
        }
        stores.removeIntents(event.queueName(), event.position());
        return apply(event);
    }

    /**
     * Applies all events that were passed to this tester once more, in the order of their queues, as a replay does by default: from recorded
     * results only.
     *
     * @throws IllegalStateException if no event was passed before
     */
    public SinkResult<T> replay() {
        if (seen.isEmpty()) {
            throw new IllegalStateException(
                    "There is nothing to replay: sink " + name + " was passed no event. Call apply() first.");
        }
        Progress<T> replayed = new Progress<>();
        List<Application<T>> applications = seen.values().stream()
                .map(event -> apply(event, EffectMode.RECORDED_ONLY, null, replayed))
                .toList();
        return new SinkResult<>(name, applications);
    }

    /** The time that waits between attempts move. */
    public ManualTime time() {
        return time;
    }

    private SinkResult<T> run(Iterable<ReplicationEvent<T>> events, @Nullable Crash crash) {
        List<Application<T>> applications = new ArrayList<>();
        for (ReplicationEvent<T> event : events) {
            Application<T> application = apply(event, EffectMode.RUN, crash, progress);
            seen.putIfAbsent(new PlaceInQueue(event.queueName(), event.position()), event);
            applications.add(application);
            if (application.outcome().endsRun()) {
                break;
            }
        }
        if (applications.isEmpty()) {
            throw new IllegalArgumentException("Sink " + name + " was passed no event. Pass at least one.");
        }
        return new SinkResult<>(name, applications);
    }

    private Application<T> apply(ReplicationEvent<T> event, EffectMode mode, @Nullable Crash crash, Progress<T> to) {
        TestedSink<T> run = new TestedSink<>(name, sink, retry, stores, crash);
        List<ReplicationEvent<T>> behindFence = raiseFence(event, to);
        Outcome outcome;
        Throwable failure = null;
        try {
            RunReceipt receipt = runner(run, mode, to).run(behindFence);
            outcome = outcome(event, receipt, to);
        } catch (SinkFailedException failed) {
            outcome = Outcome.of(failed.reason());
            failure = failed.getCause();
        } catch (SimulatedCrash died) {
            outcome = Outcome.CRASHED;
            failure = died;
        } catch (InterruptedException interrupted) {
            outcome = Outcome.INTERRUPTED;
            failure = stores.hasCrashed() ? interrupted.getCause() : interrupted;
        }
        if (stores.hasCrashed()) {
            outcome = Outcome.CRASHED; // whatever the sink and the runner made of it
            stores.restart();
        } else {
            stores.commit();
        }
        PlaceInQueue place = new PlaceInQueue(event.queueName(), event.position());
        if (outcome == Outcome.PARKED) {
            to.parked.add(place);
        } else {
            to.parked.remove(place);
        }
        return new Application<>(event, outcome, run.attempts(), run.calls(), failure);
    }

    private LocalSinkRunner<T> runner(TestedSink<T> run, EffectMode mode, Progress<T> to) {
        return LocalSinkRunner.builder(name, run)
                .effects(stores)
                .checkpoints(stores.committing(to.checkpoints, () -> run.dieAt(Crash.BeforeCommit.class::isInstance)))
                .mode(mode)
                .retry(retry)
                .onPermanent(onPermanent)
                .buffer(0)
                .clock(time)
                .pause(wait -> {
                    stores.requireAlive();
                    time.advance(wait);
                })
                .build();
    }

    /** The event behind the fence of its queue, which a run knows from the events before it. */
    private static <T> List<ReplicationEvent<T>> raiseFence(ReplicationEvent<T> event, Progress<T> to) {
        ReplicationEvent<T> known = to.fences.get(event.queueName());
        if (event.kind() == EventKind.SOURCE_STARTED
                && (known == null || known.position().compareTo(event.position()) < 0)) {
            to.fences.put(event.queueName(), event);
        }
        return known == null ? List.of(event) : List.of(known, event);
    }

    private Outcome outcome(ReplicationEvent<T> event, RunReceipt receipt, Progress<T> to) {
        PlaceInQueue place = new PlaceInQueue(event.queueName(), event.position());
        if (receipt.applied() > 0) {
            to.applied.add(place);
            return Outcome.APPLIED;
        }
        ReplicationEvent<T> fence = to.fences.get(event.queueName());
        boolean fenced =
                fence != null && event.position().epoch() < fence.position().epoch();
        if (to.applied.contains(place)) {
            return Outcome.DUPLICATE;
        }
        if (receipt.fenced() > 0 || (receipt.duplicates() > 0 && fenced)) {
            return Outcome.FENCED;
        }
        if (receipt.duplicates() > 0) {
            throw new IllegalArgumentException("Sink " + name + " was passed " + event
                    + " after a later event of the queue was applied, but Kafka delivers the events of a queue in order."
                    + " Pass events in the order in which they were recorded: the RecordedEvents themselves are.");
        }
        return Outcome.NOT_OF_INTEREST;
    }

    /** Collects the settings of a tester; {@link #build} validates them. Not thread-safe. */
    public static final class Builder<T> {

        private final String name;
        private final ReplicationSink<T> sink;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private OnPermanent onPermanent = OnPermanent.RECORD;
        private ManualTime time = new ManualTime();

        private Builder(String name, ReplicationSink<T> sink) {
            this.name = Objects.requireNonNull(name, "name");
            this.sink = Objects.requireNonNull(sink, "sink");
        }

        /** How often an event is attempted, and which failures are permanent; {@link RetryPolicy#DEFAULT}. */
        public Builder<T> retry(RetryPolicy retry) {
            this.retry = Objects.requireNonNull(retry, "retry");
            return this;
        }

        /** What happens to an effect that failed permanently; {@link OnPermanent#RECORD}. */
        public Builder<T> onPermanent(OnPermanent onPermanent) {
            this.onPermanent = Objects.requireNonNull(onPermanent, "onPermanent");
            return this;
        }

        /** The time that waits between attempts move, for a test that shares it; one of its own by default. */
        public Builder<T> time(ManualTime time) {
            this.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** @throws IllegalArgumentException if the name cannot be that of a sink, or the sink acts on no kind of event */
        public SinkTester<T> build() {
            var unused = LocalSinkRunner.builder(name, sink).build(); // validates
            return new SinkTester<>(this);
        }
    }
}
