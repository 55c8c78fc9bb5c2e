package io.taskqueue.console.topology;

import io.taskqueue.console.fold.EventViews;
import io.taskqueue.console.fold.FoldBounds;
import io.taskqueue.console.fold.PartitionFold;
import io.taskqueue.console.fold.QueueActivities;
import io.taskqueue.console.fold.QueueDirectory;
import io.taskqueue.console.model.EventView;
import io.taskqueue.console.model.Page;
import io.taskqueue.console.model.QueueContents;
import io.taskqueue.console.model.QueueIndex;
import io.taskqueue.console.model.QueueSample;
import io.taskqueue.console.model.QueueView;
import io.taskqueue.console.model.TaskLife;
import io.taskqueue.console.model.TaskQuery;
import io.taskqueue.console.model.TaskView;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.queue.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Queues, tasks and their events, folded from the event topic by Kafka Streams; all wiring of the view is here.
 *
 * <p>It writes to no topic but the changelog of its own store. Its start waits for nothing: {@link #progress} states what it waits for, and whatever
 * fails later, it starts again by itself. One process serves all partitions; a second one of the same name would take a part of them, which is
 * reported. Thread-safe.
 */
public final class ViewService implements QueueIndex {

    private final QueueDirectory directory = new QueueDirectory();
    private final AssignedFolds assigned = new AssignedFolds();
    private final Followers followers = new Followers();
    private final QueueActivities activities;
    private final ViewRun run;
    private final ViewMonitor monitor;
    private final EventReader reader;
    private final TaskLives lives;

    private ViewService(ViewSettings settings) {
        this.activities = new QueueActivities(settings.limits().samples());
        this.run = new ViewRun(settings, assigned, followers, activities, directory::clear);
        this.reader = new EventReader(settings);
        this.monitor = new ViewMonitor(
                settings,
                run,
                assigned,
                directory,
                (partition, from, end) ->
                        reader.holdsRecords(partition, from, end, reader.within(ViewMonitor.TIMEOUT)));
        this.lives = new TaskLives(assigned, reader, settings.limits().lifeTimeout());
    }

    /**
     * Collects the settings of a view.
     *
     * @param stateDirectory where its state is kept between starts; of this process alone
     */
    public static Builder builder(Map<String, ?> kafka, Path stateDirectory) {
        return new Builder(kafka, stateDirectory);
    }

    @Override
    public ViewProgress progress() {
        return monitor.progress();
    }

    @Override
    public List<QueueView> queues() {
        return directory.queues();
    }

    @Override
    public Optional<QueueView> queue(String name) {
        return directory.queue(name);
    }

    @Override
    public List<QueueSample> history(String queue) {
        return activities.history(queue);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A text is searched for in a part of the tasks only: the page may have fewer items than its limit, and its total is the number that was
     * found in this part. It is complete where there is no next one.
     *
     * @throws IllegalArgumentException if the phase or the position to continue at is invalid
     */
    @Override
    public Page<TaskView> tasks(TaskQuery query) {
        Optional<PartitionFold> fold =
                directory.queue(query.queueName()).map(QueueView::partition).flatMap(assigned::of);
        return fold.isPresent() ? fold.get().tasks(query) : new Page<>(List.of(), 0, null);
    }

    @Override
    public Optional<QueueContents> contents(TaskQuery query) {
        Optional<PartitionFold> fold =
                directory.queue(query.queueName()).map(QueueView::partition).flatMap(assigned::of);
        return fold.flatMap(
                of -> of.contents(query, Objects.requireNonNullElse(progress().asOf(), Instant.MIN)));
    }

    @Override
    public Optional<TaskLife> life(String taskId, boolean showPayload) throws InterruptedException, TimeoutException {
        var id = EventViews.taskId(taskId);
        return id.isEmpty() ? Optional.empty() : lives.read(id.get(), showPayload);
    }

    /** {@inheritDoc} Without payloads. A consumer that throws anything gets no further events. */
    @Override
    public AutoCloseable follow(Consumer<EventView> consumer) {
        return followers.add(Objects.requireNonNull(consumer, "consumer"));
    }

    /** Waits until Kafka Streams has stopped, for some seconds at most. The state is kept for the next start. */
    @Override
    public void close() {
        monitor.close();
        run.close();
        reader.close();
    }

    /** Collects settings; {@link #start} validates them. Not thread-safe. */
    public static final class Builder {

        private final Map<String, ?> kafka;
        private final Path stateDirectory;
        private String name = "taskqueue-console";
        private String topic = TopicNames.EVENTS;
        private FoldBounds bounds = FoldBounds.DEFAULT;
        private int historySamples = 1_000_000;
        private long stateMemory = 128L * 1024 * 1024;
        private Duration lifeTimeout = Duration.ofSeconds(10);
        private Duration topicCheckInterval = Duration.ofSeconds(10);
        private Clock clock = Clock.systemUTC();

        private Builder(Map<String, ?> kafka, Path stateDirectory) {
            this.kafka = Objects.requireNonNull(kafka, "kafka");
            this.stateDirectory = Objects.requireNonNull(stateDirectory, "stateDirectory");
        }

        /** The application id: names the consumer group, and the changelog topic; {@code taskqueue-console} unless set. */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /** The event topic; {@value TopicNames#EVENTS} unless set. */
        public Builder topic(String topic) {
            this.topic = Objects.requireNonNull(topic, "topic");
            return this;
        }

        /** What the view keeps; {@link FoldBounds#DEFAULT} unless set. */
        public Builder bounds(FoldBounds bounds) {
            this.bounds = Objects.requireNonNull(bounds, "bounds");
            return this;
        }

        /**
         * How many samples of the histories of all queues are kept in memory together, 32 bytes each; 1,000,000 unless set. Each queue has at most
         * 360, which is an hour, and at least 30.
         */
        public Builder historySamples(int samples) {
            this.historySamples = samples;
            return this;
        }

        /** The native memory of RocksDB for the local state, in bytes; 128 MiB unless set, at least 8 MiB. */
        public Builder stateMemory(long bytes) {
            this.stateMemory = bytes;
            return this;
        }

        /** How long {@link QueueIndex#life} may take to read the events of a task; 10 s unless set. */
        public Builder lifeTimeout(Duration timeout) {
            this.lifeTimeout = Objects.requireNonNull(timeout, "timeout");
            return this;
        }

        /**
         * How often it is checked whether the event topic was recreated, or has more partitions; and how long this process may lack partitions
         * before that is reported. 10 s unless set.
         */
        public Builder topicCheckInterval(Duration interval) {
            this.topicCheckInterval = Objects.requireNonNull(interval, "interval");
            return this;
        }

        /** The clock of instants; the system's unless set. */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Starts the view, and returns at once.
         *
         * @throws IllegalArgumentException if a setting is invalid
         */
        public ViewService start() {
            ViewSettings settings = new ViewSettings(
                    name,
                    topic,
                    Map.copyOf(kafka),
                    stateDirectory,
                    new ViewSettings.Limits(bounds, historySamples, stateMemory, lifeTimeout, topicCheckInterval),
                    new ViewSettings.Instruments(clock, Ticker.system()));
            Map<String, Object> unused = ViewProperties.of(settings); // before a thread uses them
            ViewService service = new ViewService(settings);
            service.run.start();
            service.monitor.start();
            return service;
        }
    }
}
