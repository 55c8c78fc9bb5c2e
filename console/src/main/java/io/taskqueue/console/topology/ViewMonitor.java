package io.taskqueue.console.topology;

import io.taskqueue.console.fold.EventTopicState;
import io.taskqueue.console.fold.PartitionFold;
import io.taskqueue.console.fold.QueueDirectory;
import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.kafka.BrokerDiagnosis;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.OpenTransactions;
import io.taskqueue.kafka.TopicProbe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observes the view. Each second, one thread brings the directory of queues up to date, and another asks Kafka how far the topic goes, whether it is
 * still the same, and, where this process lacks partitions, who has them. Thread-safe.
 */
final class ViewMonitor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ViewMonitor.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(10);
    static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final ViewSettings settings;
    private final ViewRun run;
    private final AssignedFolds assigned;
    private final QueueDirectory directory;
    private final TrailingMarkers markers;
    private final TopicProbe probe;
    private final BrokerDiagnosis diagnosis;
    private final ReadProgress catchUp = new ReadProgress();
    private final ScheduledExecutorService threads;
    private final KafkaRequests requests = new KafkaRequests(TIMEOUT.multipliedBy(2));

    private long sampledNanos;
    private long comparedNanos;
    private @Nullable Long lackingSince;
    private volatile ReadProgress.Found found = new ReadProgress.Found(State.STARTING, null, 0, 0);
    private volatile @Nullable String disconnected;
    private volatile @Nullable String lacking;

    ViewMonitor(
            ViewSettings settings,
            ViewRun run,
            AssignedFolds assigned,
            QueueDirectory directory,
            TrailingMarkers.Records records) {
        this.settings = settings;
        this.run = run;
        this.assigned = assigned;
        this.directory = directory;
        this.markers = new TrailingMarkers(records, settings.instruments().ticker());
        this.probe = new TopicProbe(settings.kafka(), settings.topic(), TIMEOUT);
        this.diagnosis = new BrokerDiagnosis(settings.kafka());
        this.sampledNanos = settings.instruments().ticker().nanos();
        this.comparedNanos = sampledNanos;
        this.threads = Executors.newScheduledThreadPool(2, work -> {
            Thread thread = new Thread(work, settings.name() + "-view-monitor");
            thread.setDaemon(true);
            return thread;
        });
    }

    void start() {
        every(this::refresh);
        every(this::check);
    }

    /** Whatever a round throws, the next one follows: an exception would end the schedule without a message. */
    private void every(Runnable round) {
        Future<?> unused = threads.scheduleWithFixedDelay(
                () -> {
                    try {
                        round.run();
                    } catch (RuntimeException | Error e) {
                        LOG.warn("A round of the console's monitor failed; the next one follows", e);
                    }
                },
                0,
                INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** How current the view is, as of the last round. */
    ViewProgress progress() {
        ReadProgress.Found last = found;
        String unreachable = disconnected;
        Optional<String> stopped = run.problem();
        if (unreachable != null) {
            return progress(State.DISCONNECTED, last, last.done(), unreachable);
        }
        if (stopped.isPresent()) {
            return progress(State.STARTING, last, 0, stopped.get());
        }
        if (run.restore().active()) {
            return progress(State.RESTORING, last, run.restore().done(), null);
        }
        return progress(last.state(), last, last.done(), lacking);
    }

    private ViewProgress progress(State state, ReadProgress.Found last, double done, @Nullable String problem) {
        return new ViewProgress(state, last.asOf(), last.behind(), done, problem, notes());
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        long undecodable = sum(PartitionFold::undecodable);
        if (undecodable > 0) {
            notes.add(undecodable + " records of topic " + settings.topic()
                    + " are not valid events; they are skipped, and missing here. Find who writes to the topic.");
        }
        long unlisted = sum(PartitionFold::unlisted);
        if (unlisted > 0) {
            notes.add(unlisted
                    + " events are of queues or live tasks beyond what the console keeps; these are missing in its"
                    + " lists. Raise its bounds.");
        }
        return notes;
    }

    private long sum(ToLongFunction<PartitionFold> number) {
        return assigned.all().stream().mapToLong(number).sum();
    }

    /** One round of the directory. */
    void refresh() {
        long now = settings.instruments().ticker().nanos();
        boolean sample = now - sampledNanos >= SAMPLE_INTERVAL.toNanos() && found.state() == State.CURRENT;
        if (sample) {
            sampledNanos = now;
        }
        Instant knownUpTo = Objects.requireNonNullElse(found.asOf(), Instant.MIN);
        assigned.all().forEach(fold -> fold.refresh(directory, knownUpTo, sample));
        directory.publish();
    }

    /** One round of questions to Kafka. */
    void check() {
        try {
            checkTopic();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void checkTopic() throws InterruptedException {
        Optional<EventTopicState> topic = run.topic();
        if (topic.isEmpty()) {
            return; // what it waits for is asked by the run
        }
        try {
            long now = settings.instruments().ticker().nanos();
            if (now - comparedNanos >= settings.limits().checkInterval().toNanos()) {
                compareTopic(topic.get());
            }
            observe(topic.get());
            lacking = lackingPartitions(topic.get());
            connected();
        } catch (UnknownTopicOrPartitionException e) {
            comparedNanos -= settings.limits().checkInterval().toNanos(); // it may be deleted: the next round compares
            connected(); // a cluster that lost its topics is not one that does not answer
        } catch (KafkaException e) {
            failed(e);
        }
    }

    /** The partitions of a topic that was deleted have no leader that could answer; the run reports that it waits for the topic. */
    private void failed(KafkaException reason) throws InterruptedException {
        boolean deleted;
        try {
            deleted = run.describeTopic().isEmpty();
        } catch (KafkaException unknown) {
            deleted = false;
        }
        if (deleted) {
            connected();
        } else {
            disconnected(reason);
        }
    }

    private void observe(EventTopicState topic) throws InterruptedException {
        Instant at = settings.instruments().clock().instant();
        List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                .mapToObj(partition -> new TopicPartition(settings.topic(), partition))
                .toList();
        Map<Integer, Long> ends = new HashMap<>();
        new OpenTransactions(probe.admin(), (int) TIMEOUT.toMillis())
                .ends(partitions, IsolationLevel.READ_COMMITTED)
                .forEach((partition, end) -> ends.put(partition.partition(), end));
        Map<Integer, ReadProgress.Read> read = new HashMap<>();
        for (PartitionFold fold : assigned.all()) {
            long next = markers.readUpTo(fold.partition(), fold.next(), ends.getOrDefault(fold.partition(), 0L));
            read.put(fold.partition(), new ReadProgress.Read(next, fold.newest().orElse(null)));
        }
        found = catchUp.observe(at, topic.starts(), ends, read);
    }

    private void compareTopic(EventTopicState before) throws InterruptedException {
        if (!run.isActive()) {
            return;
        }
        Optional<EventTopicState> topic = run.describeTopic();
        comparedNanos = settings.instruments().ticker().nanos();
        if (topic.isEmpty()) {
            run.topicGone("topic " + settings.topic() + " was deleted");
        } else if (!topic.get().id().equals(before.id())) {
            run.topicGone("topic " + settings.topic() + " was recreated");
        } else if (topic.get().partitions() != before.partitions()) {
            run.topicChanged("topic " + settings.topic() + " has " + topic.get().partitions()
                    + " partitions instead of " + before.partitions());
        }
    }

    /** Why this process does not have all partitions, once that has lasted for an interval; null otherwise. */
    private @Nullable String lackingPartitions(EventTopicState topic) throws InterruptedException {
        Set<Integer> partitions =
                IntStream.range(0, topic.partitions()).boxed().collect(Collectors.toCollection(TreeSet::new));
        partitions.removeAll(assigned.partitions());
        long now = settings.instruments().ticker().nanos();
        if (partitions.isEmpty() || !run.isRunning()) {
            lackingSince = null;
            return null;
        }
        Long since = lackingSince;
        if (since == null) {
            lackingSince = now;
            return null;
        }
        // after a kill, they belong to the killed process for as long as its session lasts
        return now - since < settings.limits().checkInterval().toNanos()
                ? lacking
                : lackingText(partitions, topic.partitions(), foreignHosts());
    }

    private String lackingText(Set<Integer> partitions, int of, Set<String> hosts) {
        String list = partitions.stream().map(String::valueOf).collect(Collectors.joining(", "));
        String lacks = "This process does not have all partitions of topic " + settings.topic() + ": " + list + " of "
                + of + " are missing, and with them their queues.";
        return hosts.isEmpty()
                ? lacks + " Consumer group " + settings.name() + " has no other member: it waits for their assignment."
                : lacks + " Another process uses the name " + settings.name() + ", on " + String.join(", ", hosts)
                        + ". Stop it, or give this one another name (--name).";
    }

    private Set<String> foreignHosts() throws InterruptedException {
        Set<String> own = run.ownClients();
        Map<String, ConsumerGroupDescription> groups = requests.await(
                probe.admin()
                        .describeConsumerGroups(
                                List.of(settings.name()),
                                new DescribeConsumerGroupsOptions().timeoutMs((int) TIMEOUT.toMillis()))
                        .all(),
                "describe consumer group " + settings.name());
        return groups.values().stream()
                .flatMap(group -> group.members().stream())
                .filter(member -> !own.contains(member.clientId()))
                .map(MemberDescription::host)
                .map(host -> host.startsWith("/") ? host.substring(1) : host)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void disconnected(KafkaException reason) {
        String text = "Kafka cannot be used: " + diagnosis.reason(reason)
                + ". What is shown is as of the time before; it continues by itself.";
        if (disconnected == null) {
            LOG.warn("The console cannot use Kafka: {}", diagnosis.reason(reason));
        }
        disconnected = text;
    }

    private void connected() {
        if (disconnected != null) {
            disconnected = null;
            LOG.warn("The console can use Kafka again.");
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        probe.close();
    }
}
