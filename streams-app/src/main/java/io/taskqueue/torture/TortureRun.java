package io.taskqueue.torture;

import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.cluster.KafkaCluster;
import io.taskqueue.torture.cluster.QueueDispatchers;
import io.taskqueue.torture.fault.BrokerFaults;
import io.taskqueue.torture.fault.Fault;
import io.taskqueue.torture.fault.FaultInjector;
import io.taskqueue.torture.fault.FaultKind.Area;
import io.taskqueue.torture.fault.FaultLane;
import io.taskqueue.torture.fault.FaultSchedule;
import io.taskqueue.torture.fault.PoisonRecords;
import io.taskqueue.torture.fault.QueueFaults;
import io.taskqueue.torture.fault.SinkFaults;
import io.taskqueue.torture.fault.SinkOffsets;
import io.taskqueue.torture.fault.TargetFaults;
import io.taskqueue.torture.history.RunPhase;
import io.taskqueue.torture.history.RunSettings;
import io.taskqueue.torture.history.TopicCopy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** One run: load with faults, quiet, a complete replay, and the copy of what is left on Kafka. */
final class TortureRun {

    private static final Duration SINKS_READY = Duration.ofSeconds(90);
    private static final Duration DRAIN_CHECK = Duration.ofMillis(500);
    private static final Duration DRAIN_TIMEOUT = Duration.ofMinutes(3);

    private final TortureSettings settings;
    private final TortureCluster cluster;
    private final Ticker ticker;
    private final ShutdownSignal shutdown;
    private final Consumer<String> progress;
    private final SinkOffsets offsets;

    TortureRun(
            TortureSettings settings,
            TortureCluster cluster,
            Ticker ticker,
            ShutdownSignal shutdown,
            Consumer<String> progress) {
        this.settings = settings;
        this.cluster = cluster;
        this.ticker = ticker;
        this.shutdown = shutdown;
        this.progress = progress;
        this.offsets = new SinkOffsets(
                cluster.clients(),
                TortureSettings.SINK,
                TortureSettings.TOPIC,
                cluster.observed,
                cluster.recorder,
                shutdown);
    }

    /** The schedule of a run, which depends on nothing but its settings. */
    static FaultSchedule schedule(TortureSettings settings) {
        return FaultSchedule.of(
                settings.seed(),
                settings.load(),
                settings.faults(),
                new FaultSchedule.Subjects(
                        TortureSettings.QUEUES.size(), TortureSettings.SINK_INSTANCES, KafkaCluster.BROKERS));
    }

    /**
     * How a run ended.
     *
     * @param complete whether it was not stopped before its end
     * @param drainSeconds how long everything took to drain; empty if it did not
     * @param processes how many processes ended, by what they were and their exit code
     */
    record Outcome(boolean complete, Optional<Long> drainSeconds, Map<String, Long> processes) {}

    /** Runs to its end, or until the process is asked to end. */
    Outcome run(FaultSchedule schedule) throws Exception {
        cluster.recorder.runStarted(
                settings.seed(),
                new RunSettings(
                        TortureSettings.QUEUES,
                        List.of(TortureSettings.SINK),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(30),
                        Duration.ofMillis(100),
                        true));
        start();
        Optional<Long> drained;
        try (RunObserver observer = RunObserver.start(cluster, settings.directory())) {
            load(schedule, observer);
            drained = quiet();
            if (drained.isPresent()) {
                replay();
            }
        }
        if (!shutdown.isReceived()) {
            end();
        }
        return new Outcome(!shutdown.isReceived(), drained, cluster.recorder.ends());
    }

    private void start() throws Exception {
        cluster.createTopic();
        for (QueueDispatchers each : cluster.dispatchers) {
            each.start(Map.of());
        }
        for (int instance = 0; instance < TortureSettings.SINK_INSTANCES; instance++) {
            var unused = cluster.sinks.start(instance);
        }
        for (QueueDispatchers each : cluster.dispatchers) {
            var unusedOwner = each.owner();
        }
        for (int instance : cluster.sinks.instances()) {
            if (!cluster.sinks.process(instance).awaitReady(SINKS_READY)) {
                throw new IllegalStateException("Instance " + instance + " of the sink was not ready within "
                        + SINKS_READY.toSeconds() + " s. Its log is in the directory of the run, under sinks/logs.");
            }
        }
    }

    private void load(FaultSchedule schedule, RunObserver observer) throws Exception {
        cluster.recorder.phaseBegan(RunPhase.LOAD);
        progress.accept("injecting faults for " + settings.load().toSeconds() + " s ...");
        Map<FaultInjector, List<Fault>> lanes = new LinkedHashMap<>();
        for (int queue = 0; queue < cluster.dispatchers.size(); queue++) {
            lanes.put(
                    new QueueFaults(cluster.dispatchers.get(queue), cluster.recorder, shutdown),
                    schedule.lane(Area.QUEUE, queue));
        }
        lanes.put(
                new SinkFaults(
                        cluster.sinks,
                        offsets,
                        new PoisonRecords(cluster.clients(), TortureSettings.TOPIC, cluster.observed),
                        cluster.recorder,
                        shutdown,
                        TortureSettings.SINK_INSTANCES),
                schedule.lane(Area.SINK, 0));
        lanes.put(
                new BrokerFaults(cluster.kafka, cluster.clients(), cluster.recorder, shutdown),
                schedule.lane(Area.BROKER, 0));
        lanes.put(
                new TargetFaults(cluster.target, cluster.targetProxy, cluster.recorder, shutdown),
                schedule.lane(Area.TARGET, 0));
        long begin = ticker.nanos();
        List<Callable<Void>> work = new ArrayList<>();
        lanes.forEach((injector, faults) -> work.add(() -> {
            new FaultLane(injector, faults, ticker, shutdown, observer::full).run(begin, settings.load());
            return null;
        }));
        ExecutorService threads = Executors.newFixedThreadPool(work.size());
        try {
            for (Future<Void> lane : threads.invokeAll(work)) {
                lane.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
        }
    }

    /** No more faults, no more tasks: everything must drain. */
    private Optional<Long> quiet() throws Exception {
        cluster.recorder.phaseBegan(RunPhase.QUIET);
        progress.accept("quiet: waiting until everything has drained ...");
        cluster.target.quiet();
        cluster.dispatchers.forEach(QueueDispatchers::quiet);
        QuietState state = new QuietState(cluster, shutdown);
        long begin = ticker.nanos();
        while (!state.drained()) {
            if (ticker.nanos() - begin > DRAIN_TIMEOUT.toNanos()) {
                progress.accept("not drained within " + DRAIN_TIMEOUT.toSeconds() + " s: " + state.text());
                return Optional.empty();
            }
            if (shutdown.await(DRAIN_CHECK)) {
                return Optional.empty();
            }
        }
        cluster.recorder.phaseBegan(RunPhase.DRAINED);
        long seconds = Duration.ofNanos(ticker.nanos() - begin).toSeconds();
        state.lookAndStopDispatchers();
        return Optional.of(seconds);
    }

    /** Reads every event again, which must not reach the target. */
    private void replay() throws Exception {
        List<Integer> instances = cluster.sinks.stopAll();
        cluster.recorder.phaseBegan(RunPhase.REPLAY);
        progress.accept("replaying every event ...");
        offsets.replay(1);
        for (int instance : instances) {
            var unused = cluster.sinks.start(instance);
        }
        QuietState state = new QuietState(cluster, shutdown);
        long begin = ticker.nanos();
        while (!state.sinksSettled()) {
            if (ticker.nanos() - begin > DRAIN_TIMEOUT.toNanos() || shutdown.await(DRAIN_CHECK)) {
                progress.accept("the replay has not ended: " + state.text());
                return;
            }
        }
    }

    private void end() throws Exception {
        for (QueueDispatchers each : cluster.dispatchers) {
            each.killAll();
        }
        var unused = cluster.sinks.stopAll();
        cluster.sinks.close();
        cluster.recorder.phaseBegan(RunPhase.END);
        progress.accept("reading what is left on Kafka ...");
        FinalState.write(cluster);
        long records = TopicCopy.copy(cluster.clients(), TortureSettings.TOPIC, cluster.history);
        progress.accept("copied " + records + " records of the event topic");
    }
}
