package io.taskqueue.torture.workload;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.fold.TaskPhase;
import io.taskqueue.queue.EnqueueOptions;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.LeaseLostException;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.QueueCounts;
import io.taskqueue.queue.QueueSnapshot;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.HandOverReport;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceHealth;
import io.taskqueue.source.SourceStartException;
import io.taskqueue.source.SourceState;
import io.taskqueue.source.recovery.Recovery;
import io.taskqueue.source.recovery.RecoveryReport;
import io.taskqueue.text.TextFile;
import io.taskqueue.torture.cluster.ParentInput;
import io.taskqueue.torture.cluster.TortureProcess;
import io.taskqueue.torture.history.DispatcherEntry;
import io.taskqueue.torture.history.DispatcherEntry.LeaseOutcome;
import io.taskqueue.torture.history.HistoryWriter;
import io.taskqueue.torture.history.Moment;
import io.taskqueue.torture.history.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a dispatcher of a run does: it enqueues tasks at a bounded rate, and its workers complete, fail, give up and forget them. Its
 * history has what it was told to be confirmed, and what its workers were told about their leases.
 */
final class TortureDispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(TortureDispatcher.class);

    private static final int WORKERS = 4;
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(50);

    /** Of the tasks that are enqueued with a delay, one in four. */
    private static final int LONGEST_DELAY_MILLIS = 500;

    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration MARK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final String process;
    private final TaskQueue<String> queue;
    private final ReplicationSource<String> source;
    private final HistoryWriter<DispatcherEntry> history;
    private final SteppedClock clock;
    private final Ticker ticker;
    /** Never counted down: the threads end with the queue, and wait on it in between. */
    private final CountDownLatch ended = new CountDownLatch(1);

    private volatile boolean quiet;

    private TortureDispatcher(
            String process,
            ReplicationSource<String> source,
            HistoryWriter<DispatcherEntry> history,
            SteppedClock clock,
            Ticker ticker) {
        this.process = process;
        this.queue = source.queue();
        this.source = source;
        this.history = history;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Starts a source, works until a command or a new owner ends it, and returns the exit code. */
    static int run(
            ChildArguments arguments,
            BlockingQueue<String> commands,
            SteppedClock clock,
            Ticker ticker,
            SplittableRandom random)
            throws InterruptedException, IOException {
        String process = arguments.text("process");
        HistoryWriter<DispatcherEntry> history =
                new RunDirectory(arguments.path("dir")).dispatcher(arguments.text("queue"), process);
        TaskQueue<String> queue = TaskQueue.<String>builder(arguments.text("queue"))
                .clock(clock)
                .capacity(200)
                .leaseDuration(LEASE)
                .requeueDelay(Duration.ofMillis(300))
                .sweepInterval(Duration.ofMillis(200))
                .maxAttempts(4)
                .closeGrace(GRACE)
                .build();
        List<String> payloads = payloads(arguments);
        Moment from = Moment.now(clock, ticker);
        ReplicationSource<String> source;
        try {
            source = source(arguments, queue, clock).start();
        } catch (SourceStartException e) {
            LOG.error("The source could not start", e);
            return DispatcherExit.NOT_STARTED;
        }
        var dispatcher = new TortureDispatcher(process, source, history, clock, ticker);
        history.write(new DispatcherEntry.Claimed(from, dispatcher.now(), source.epoch(), source.instanceId()));
        source.recovery().ifPresent(dispatcher::recovered);
        if (arguments.find("quiet").isPresent()) {
            dispatcher.quiet = true;
        }
        ParentInput.answer(TortureProcess.READY);
        dispatcher.startThreads(random, arguments.duration("pause"), payloads);
        return dispatcher.follow(commands);
    }

    private static List<String> payloads(ChildArguments arguments) throws IOException {
        Optional<String> file = arguments.find("tasks");
        return file.isEmpty()
                ? List.of()
                : TextFile.read(Path.of(file.get()))
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList();
    }

    private void recovered(RecoveryReport report) {
        history.write(new DispatcherEntry.Recovered(
                now(),
                source.epoch(),
                report.reading().from(),
                report.reading().to(),
                report.reading().events(),
                (int) (report.tasks().pending() + report.tasks().handedOver()),
                (int) report.tasks().delayed(),
                (int) report.tasks().leased()));
        report.removed().ifPresent(removed -> LOG.error("Retention removed tasks: {}", removed));
        report.undecodable().forEach(task -> LOG.error("Undecodable: {}", task));
    }

    private static ReplicationSource.Builder<String> source(
            ChildArguments arguments, TaskQueue<String> queue, SteppedClock clock) {
        var builder = ReplicationSource.builder(queue, PayloadCodec.jsonText())
                .kafka(arguments.kafka())
                .sourcePeer(arguments.text("process"))
                .partitions((int) arguments.number("partitions"))
                .clock(clock)
                .recover(Recovery.standard())
                .markInterval(MARK_INTERVAL)
                .closeTimeout(CLOSE_TIMEOUT);
        arguments
                .find("halt-point")
                .ifPresent(point -> builder.kafka(Map.of(
                        "producer.interceptor.classes",
                        HaltPointInterceptor.class.getName(),
                        "producer." + HaltPointInterceptor.POINT,
                        point,
                        "producer." + HaltPointInterceptor.PASS,
                        arguments.text("halt-pass"))));
        return builder;
    }

    private Moment now() {
        return Moment.now(clock, ticker);
    }

    private void startThreads(SplittableRandom random, Duration pause, List<String> payloads) {
        start("enqueue", () -> enqueueAll(random.split(), pause, payloads));
        for (int worker = 1; worker <= WORKERS; worker++) {
            RandomGenerator own = random.split();
            start("worker-" + worker, () -> work(own));
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (QueueClosedException e) {
                        LOG.info("{} ends: {}", name, e.getMessage());
                    } catch (Throwable e) {
                        LOG.error("{} failed", name, e);
                        Runtime.getRuntime().halt(DispatcherExit.FAILED);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private void enqueueAll(RandomGenerator random, Duration pause, List<String> payloads) throws InterruptedException {
        long line = 1 + lastLine();
        while (!quiet) {
            String key = String.valueOf(line);
            String payload = payloads.isEmpty()
                    ? "{\"by\":\"" + process + "\",\"line\":" + key + "}"
                    : payloads.get((int) (line % payloads.size()));
            Duration delay = Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(LONGEST_DELAY_MILLIS) : 0);
            Optional<TaskId> id =
                    queue.enqueue(payload, EnqueueOptions.withKey(key).delay(delay), CHECK_INTERVAL);
            if (id.isPresent()) {
                confirm(EventKind.ENQUEUED, id.get(), 1, key);
                line++;
            }
            pause(random, pause);
        }
    }

    /** The tasks are the lines of an input without an end: the number of a line is the key of its task, and the next owner continues behind it. */
    private long lastLine() {
        return source.recovery()
                .flatMap(RecoveryReport::lastKey)
                .map(Long::parseLong)
                .orElse(0L);
    }

    private void confirm(EventKind change, TaskId task, int attempt, @Nullable String key) {
        var unused = source.replicated().whenComplete((position, failure) -> {
            if (failure == null) {
                history.write(new DispatcherEntry.Confirmed(now(), change, task, attempt, key, position));
            }
        });
    }

    private void work(RandomGenerator random) throws InterruptedException {
        while (true) {
            Moment asked = now();
            Optional<Lease<String>> lease = queue.lease(Duration.ofMillis(200));
            if (lease.isPresent()) {
                Lease<String> held = lease.get();
                history.write(new DispatcherEntry.LeaseTaken(
                        asked, now(), source.epoch(), held.task().id(), held.token(), held.expiresAt()));
                end(held, random);
            }
        }
    }

    /** Of 100 attempts about 80 complete, 12 fail, 3 fail permanently, and 5 are forgotten, so that their leases expire. */
    private void end(Lease<String> lease, RandomGenerator random) throws InterruptedException {
        pause(random, Duration.ofMillis(random.nextInt(20) == 0 ? 600 : 30));
        int outcome = quiet ? 0 : random.nextInt(100);
        if (outcome >= 95) {
            return;
        }
        Moment asked = now();
        LeaseOutcome ended;
        try {
            if (random.nextInt(4) == 0) {
                lease.heartbeat();
            }
            if (outcome < 80) {
                lease.complete();
                ended = LeaseOutcome.COMPLETED;
            } else {
                lease.fail(new TaskError("torture", "attempt " + lease.attempt() + " fails", Map.of()), outcome < 92);
                ended = LeaseOutcome.FAILED;
            }
        } catch (LeaseLostException | QueueClosedException e) {
            history.write(new DispatcherEntry.LeaseEnded(
                    asked, now(), lease.task().id(), lease.token(), LeaseOutcome.REFUSED));
            return;
        }
        history.write(new DispatcherEntry.LeaseEnded(asked, now(), lease.task().id(), lease.token(), ended));
        confirm(
                ended == LeaseOutcome.COMPLETED ? EventKind.COMPLETED : EventKind.FAILED,
                lease.task().id(),
                lease.attempt(),
                null);
    }

    private void pause(RandomGenerator random, Duration most) throws InterruptedException {
        var unused = ended.await((long) (random.nextDouble() * most.toNanos()), TimeUnit.NANOSECONDS);
    }

    private int follow(BlockingQueue<String> commands) throws InterruptedException {
        while (true) {
            String command = commands.poll(CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            SourceHealth health = source.health();
            if (health.state() == SourceState.FENCED) {
                history.write(new DispatcherEntry.Fenced(
                        now(), source.epoch(), health.reason().orElse("")));
                return DispatcherExit.FENCED;
            }
            if (health.state() == SourceState.FAILED) {
                LOG.error("The source failed: {}", health.reason().orElse(""));
                return DispatcherExit.FAILED;
            }
            if (command == null) {
                continue;
            }
            switch (command.split(" ", -1)[0]) {
                case "quiet" -> quiet = true;
                case "live" -> ParentInput.answer("LIVE " + live());
                case "look" -> {
                    look();
                    ParentInput.answer("SEEN");
                }
                case "step" -> clock.step(Duration.parse(command.split(" ", -1)[1]));
                case "hand-over" -> {
                    quiet = true;
                    return handOver();
                }
                case "stop" -> {
                    source.close();
                    return DispatcherExit.DONE;
                }
                default -> LOG.error("Unknown command {}", command);
            }
        }
    }

    /** The live tasks, and the events that are not on Kafka yet. */
    private long live() {
        QueueCounts counts = queue.counts();
        return (long) counts.pending()
                + counts.delayed()
                + counts.leased()
                + source.health().bufferedEvents();
    }

    private void look() {
        QueueSnapshot<String> seen = queue.snapshot();
        history.write(new DispatcherEntry.QueueSeen(
                now(),
                source.epoch(),
                source.position(),
                seen.tasks().stream()
                        .filter(entry -> entry.state() != QueueSnapshot.State.DEAD)
                        .map(entry -> new DispatcherEntry.LiveTask(
                                entry.task().id(), entry.task().attempt(), phase(entry.state())))
                        .toList()));
    }

    private static TaskPhase phase(QueueSnapshot.State state) {
        return switch (state) {
            case PENDING -> TaskPhase.PENDING;
            case DELAYED -> TaskPhase.DELAYED;
            case LEASED -> TaskPhase.LEASED;
            case DEAD -> TaskPhase.DEAD;
        };
    }

    private int handOver() {
        HandOverReport left = source.handOver(GRACE);
        history.write(new DispatcherEntry.HandedOver(now(), source.epoch(), left.tasks()));
        if (!left.closed().complete()) {
            LOG.error("Not everything was replicated when the queue was handed over: {}", left.closed());
        }
        return DispatcherExit.DONE;
    }
}
