package io.taskqueue.console.sinks;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.DecisionQuery;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.ParkedDecision;
import io.taskqueue.console.model.ParkedQuery;
import io.taskqueue.console.model.ParkedView;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.QueueOwner;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.ReplayEstimate;
import io.taskqueue.console.model.ReplayRequest;
import io.taskqueue.console.model.ReplayView;
import io.taskqueue.console.model.SinkIndex;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.model.Sinks;
import io.taskqueue.console.model.TaskAtSinks;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.console.overview.QueueHeads;
import io.taskqueue.console.overview.QueueProblems;
import io.taskqueue.console.overview.QueueProblems.Ownership;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedTask;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The sinks of an event topic, as their topics and consumer groups show them. It follows them on one thread, and its methods return what was found
 * last, at most a few seconds ago.
 *
 * <p>Thread-safe. It writes to Kafka only in {@link #decide}, to the control topic of the sink.
 */
public final class TopicSinkIndex implements SinkIndex {

    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final SinkIndexSettings settings;
    private final QueueHeads queues;
    private final Clock clock;
    private final AtomicReference<IndexSnapshot> snapshot = new AtomicReference<>(
            new IndexSnapshot(new ViewProgress(State.STARTING, null, 0, 0, null), null, null, Map.of()));
    private final RecordedEffectsReader effects;
    private final IndexThread scanning;
    private final Thread thread;

    private TopicSinkIndex(SinkIndexSettings settings, QueueHeads queues, Clock clock, Ticker ticker) {
        this.settings = settings;
        this.queues = queues;
        this.clock = clock;
        this.effects =
                new RecordedEffectsReader(settings, ticker, settings.times().request());
        this.scanning = new IndexThread(
                settings, queues, new ClusterScan(settings, clock), ticker, change -> snapshot.updateAndGet(change));
        this.thread = new Thread(scanning, "taskqueue-console-sinks");
        this.thread.setDaemon(true);
    }

    /**
     * Starts to configure an index.
     *
     * @param kafka Kafka's properties, as for {@code SinkService.Builder.kafka}
     * @param queues the queues whose newest positions the positions of sinks are compared with
     */
    public static Builder builder(Map<String, ?> kafka, QueueIndex queues) {
        return builder(kafka, QueueHeads.of(queues));
    }

    /** The same without an index of queues. */
    public static Builder builder(Map<String, ?> kafka, QueueHeads queues) {
        return new Builder(kafka, queues);
    }

    /** Collects settings; {@link #start()} validates them. Not thread-safe. */
    public static final class Builder {

        private final Map<String, ?> kafka;
        private final QueueHeads queues;
        private String topic = TopicNames.EVENTS;
        private String registryTopic = TopicNames.REGISTRY;
        private SinkIndexSettings.Times times = SinkIndexSettings.Times.DEFAULTS;
        private SinkIndexSettings.Bounds bounds = SinkIndexSettings.Bounds.DEFAULTS;
        private Clock clock = Clock.systemUTC();
        private Ticker ticker = Ticker.system();

        private Builder(Map<String, ?> kafka, QueueHeads queues) {
            this.kafka = kafka;
            this.queues = Objects.requireNonNull(queues, "queues");
        }

        /** The event topic. Default: {@link TopicNames#EVENTS}. */
        public Builder topic(String topic) {
            this.topic = Objects.requireNonNull(topic, "topic");
            return this;
        }

        /** The registry of sources. Default: {@link TopicNames#REGISTRY}. */
        public Builder registryTopic(String registryTopic) {
            this.registryTopic = Objects.requireNonNull(registryTopic, "registryTopic");
            return this;
        }

        /** How often offsets and changelogs are read. Default: 1 second. */
        public Builder interval(Duration interval) {
            times = new SinkIndexSettings.Times(interval, times.discovery(), times.request(), times.stalledAfter());
            return this;
        }

        /** How often sinks are looked for. Default: 10 seconds. */
        public Builder discovery(Duration discovery) {
            times = new SinkIndexSettings.Times(times.interval(), discovery, times.request(), times.stalledAfter());
            return this;
        }

        /** How long one request to the cluster may take, and reading older results of a task. Default: 15 seconds. */
        public Builder requestTimeout(Duration timeout) {
            times = new SinkIndexSettings.Times(times.interval(), times.discovery(), timeout, times.stalledAfter());
            return this;
        }

        /** How long the owner of a queue may be overdue before it counts as stalled. Default: 15 seconds. */
        public Builder stalledAfter(Duration time) {
            times = new SinkIndexSettings.Times(times.interval(), times.discovery(), times.request(), time);
            return this;
        }

        /** How many sinks are followed, in the order of their names. Default: 200. */
        public Builder maxSinks(int sinks) {
            bounds = new SinkIndexSettings.Bounds(sinks, bounds.parkedBytes(), bounds.resultBytes(), bounds.failures());
            return this;
        }

        /**
         * Of each sink, the size of parked events beyond which none is shown and their number is unknown, until they have come down to three
         * quarters of it. Default: 64 MiB.
         */
        public Builder maxParkedBytes(long bytes) {
            bounds = new SinkIndexSettings.Bounds(bounds.sinks(), bytes, bounds.resultBytes(), bounds.failures());
            return this;
        }

        /** Of each sink, the size of the newest results of effects that are held; older ones are read when asked for. Default: 32 MiB. */
        public Builder maxResultBytes(long bytes) {
            bounds = new SinkIndexSettings.Bounds(bounds.sinks(), bounds.parkedBytes(), bytes, bounds.failures());
            return this;
        }

        /** Of each sink, how many recorded failures are counted; beyond, their number is unknown. Default: 1,000,000. */
        public Builder maxFailures(int failures) {
            bounds = new SinkIndexSettings.Bounds(bounds.sinks(), bounds.parkedBytes(), bounds.resultBytes(), failures);
            return this;
        }

        /** The time. Default: the system's. */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** Measures rates and intervals. Default: the system's. */
        public Builder ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Starts the index, which does not wait for Kafka.
         *
         * @throws IllegalArgumentException if a setting is invalid
         */
        public TopicSinkIndex start() {
            new ClientProperties(kafka).bootstrapServers(Client.ADMIN);
            TopicSinkIndex index = new TopicSinkIndex(
                    new SinkIndexSettings(new HashMap<>(kafka), topic, registryTopic, times, bounds),
                    queues,
                    clock,
                    ticker);
            index.thread.start();
            return index;
        }
    }

    /** What was found at one moment. */
    private final class Moment implements Sinks {

        private final IndexSnapshot now = now();

        @Override
        public ViewProgress progress() {
            return now.progress();
        }

        @Override
        public List<SinkView> sinks() {
            return now.sinks().values().stream().map(SinkSnapshot::view).toList();
        }

        @Override
        public List<SinkPosition> positions(@Nullable String sink, @Nullable String queueName) {
            if (queueName != null) {
                return now.positionsOf(queueName).stream()
                        .filter(position -> sink == null || sink.equals(position.sink()))
                        .toList();
            }
            if (sink == null) {
                return now.positions();
            }
            SinkSnapshot found = now.sinks().get(sink);
            return found == null ? List.of() : found.positions();
        }

        @Override
        public Optional<QueueOwner> owner(String queueName) {
            return now.owner(queueName);
        }

        @Override
        public List<Badge> problems(QueueView queue) {
            return new QueueProblems(
                            queue,
                            queues.current(),
                            now.ownersKnown()
                                    ? new Ownership(now.owner(queue.name()).orElse(null))
                                    : null,
                            now.sinksKnown() ? now.sinksOf(queue.name(), queue.partition()) : null,
                            now.growth(queue.name()))
                    .badges(clock.instant(), settings.times().stalledAfter());
        }

        @Override
        public List<ReplayView> replays(String sink) {
            return sink(now, sink).replays();
        }
    }

    @Override
    public Sinks moment() {
        return new Moment();
    }

    @Override
    public ViewProgress progress() {
        return moment().progress();
    }

    @Override
    public List<SinkView> sinks() {
        return moment().sinks();
    }

    @Override
    public List<SinkPosition> positions(@Nullable String sink, @Nullable String queueName) {
        return moment().positions(sink, queueName);
    }

    @Override
    public Optional<QueueOwner> owner(String queueName) {
        return moment().owner(queueName);
    }

    @Override
    public List<Badge> problems(QueueView queue) {
        return moment().problems(queue);
    }

    @Override
    public List<ReplayView> replays(String sink) {
        return moment().replays(sink);
    }

    /** What is wrong with the sinks of a queue: a part of {@link #problems}, for callers that know no more of the queue than its name. */
    public List<Badge> problemsOfSinks(String queueName, int partition) {
        IndexSnapshot now = now();
        return now.sinksKnown() ? QueueProblems.ofSinks(partition, now.sinksOf(queueName, partition)) : List.of();
    }

    @Override
    public Page<ParkedView> parked(ParkedQuery query, boolean showPayloads) {
        return ParkedPages.page(ParkedPages.select(parkedOf(query.sink()), query), query, showPayloads);
    }

    @Override
    public List<DecisionView> decisions(DecisionQuery query) {
        List<DecisionView> decisions =
                sink(query.sink()).decisions().require("The decisions about parked events of sink " + query.sink());
        return decisions.stream()
                .filter(decision -> DecisionLog.matches(decision, query))
                .toList();
    }

    @Override
    public TaskAtSinks atSinks(TaskLife task, boolean show) throws InterruptedException, TimeoutException {
        SortedMap<String, SinkSnapshot> sinks = now().sinks();
        Map<String, NewestResults> results = new LinkedHashMap<>();
        List<ParkedView> parked = new ArrayList<>();
        List<DecisionView> decisions = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        String taskId = task.task().taskId();
        sinks.forEach((name, sink) -> {
            NewestResults recorded = sink.results().orNull();
            List<ParkedEvent> events = sink.parked().orNull();
            List<DecisionView> made = sink.decisions().orNull();
            if (recorded != null) {
                results.put(name, recorded);
            }
            if (events != null) {
                ParkedPages.ofTask(events, taskId).forEach(found -> parked.add(ParkedPages.view(name, found, show)));
            }
            if (made != null) {
                made.stream().filter(each -> each.taskId().equals(taskId)).forEach(decisions::add);
            }
            if (recorded == null || events == null || made == null) {
                unknown.add(name);
            }
        });
        decisions.sort(
                Comparator.comparing((DecisionView decision) -> decision.made().at())
                        .reversed());
        return new TaskAtSinks(effects.of(task, results, show), parked, decisions, unknown);
    }

    @Override
    public ReplayEstimate plan(ReplayRequest request) throws InterruptedException, TimeoutException {
        ReplayPlanner.validate(request);
        ClientProperties properties = new ClientProperties(settings.kafka());
        Duration timeout = settings.times().request();
        try (Admin admin = Admin.create(properties.of(Client.ADMIN))) {
            TopicOffsets events = TopicOffsets.find(admin, settings.topic(), timeout)
                    .orElseThrow(() -> new NoSuchElementException("The topic " + settings.topic()
                            + " does not exist on this cluster. Check its name and the address of the cluster."));
            SinkGroups groups = new SinkGroups(admin, settings.topic(), timeout);
            boolean committed = !groups.committed(List.of(request.sink()), events.partitions())
                    .isEmpty();
            return new ReplayPlanner(properties.bootstrapServers(Client.ADMIN), settings.topic())
                    .plan(
                            events,
                            committed ? groups.describe(List.of(request.sink())).get(request.sink()) : null,
                            request);
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            throw timeout("the replay could not be planned within " + timeout.toSeconds() + " s", e);
        } catch (KafkaException e) {
            throw new IllegalStateException(
                    "The replay could not be planned: "
                            + KafkaFailure.of(e, properties.of(Client.ADMIN)).text(),
                    e);
        }
    }

    @Override
    public ParkedDecision.Outcome decide(ParkedQuery query, ParkedDecision decision)
            throws InterruptedException, TimeoutException {
        List<ParkedTask> tasks = ParkedPages.select(parkedOf(query.sink()), query).stream()
                .filter(task -> !task.first().discarded())
                .toList();
        try {
            return new ParkedDecider(settings.kafka(), query.sink()).decide(tasks, decision);
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw timeout(String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }

    private static TimeoutException timeout(String message, Throwable cause) {
        TimeoutException timeout = new TimeoutException(message);
        timeout.initCause(cause);
        return timeout;
    }

    private List<ParkedEvent> parkedOf(String name) {
        return sink(name).parked().require("The parked events of sink " + name);
    }

    private SinkSnapshot sink(String name) {
        return sink(now(), name);
    }

    private SinkSnapshot sink(IndexSnapshot now, String name) {
        SinkSnapshot sink = now.sinks().get(name);
        if (sink == null) {
            throw new NoSuchElementException("There is no sink " + name
                    + ": no consumer group of that name has committed offsets of topic " + settings.topic()
                    + ". Check the name.");
        }
        return sink;
    }

    private IndexSnapshot now() {
        return snapshot.get();
    }

    @Override
    public void close() {
        scanning.stop();
        boolean interrupted = false;
        try {
            thread.join(CLOSE.toMillis() / 2);
            thread.interrupt();
            thread.join(CLOSE.toMillis() / 2);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
