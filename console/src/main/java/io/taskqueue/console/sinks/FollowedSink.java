package io.taskqueue.console.sinks;

import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.overview.CatchUpTime;
import io.taskqueue.console.overview.NewestPositions;
import io.taskqueue.console.overview.QueueHeads.Head;
import io.taskqueue.console.sinks.SinkGroups.Topics;
import io.taskqueue.console.sinks.SinkIndexSettings.Bounds;
import io.taskqueue.event.Position;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.admin.CommittedCheckpoint;
import io.taskqueue.streams.admin.CommittedState;
import io.taskqueue.streams.admin.FailedEffects;
import io.taskqueue.streams.admin.SinkCounts;
import io.taskqueue.streams.instances.SinkInstance;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.state.StoreNames;
import io.taskqueue.text.ShellText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** All that is known of one sink, from its topics and its consumer group. For the thread of the index, but its {@link #results}. */
final class FollowedSink {

    /** After so long, a state with too many parked events to count them is read again from its start: its changelog may be shorter by then. */
    private static final Duration READ_AGAIN_AFTER = Duration.ofHours(1);

    private final String name;
    private final Bounds bounds;
    private final CommittedState state;
    private final NewestResults results;
    private final RunningInstances instances = new RunningInstances();
    private final FollowedTopic stateTopic;
    private final FollowedTopic resultsTopic;
    private final FollowedTopic instancesTopic;
    private final DecisionLog decisions;
    private final FollowedTopic controlTopic;
    private final Map<String, AppliedMeter> applied = new HashMap<>();
    private final GroupProgress progress = new GroupProgress();
    private long doneBefore = -1;
    private long idleSince;
    private Duration idle = Duration.ZERO;
    private @Nullable FailedEffects failures;
    private long roundNanos;
    private @Nullable Long parkedUnknownSince;
    private long parkedVersion = -1;
    private @Nullable List<ParkedEvent> parked;

    FollowedSink(String name, Bounds bounds) {
        this.name = name;
        this.bounds = bounds;
        this.state = CommittedState.bounded(bounds.parkedBytes());
        this.results = new NewestResults(name, bounds.resultBytes());
        this.failures = new FailedEffects(name);
        this.stateTopic = new FollowedTopic(TopicNames.changelog(name, StoreNames.STATE), state::add, state::forget);
        this.resultsTopic = new FollowedTopic(
                TopicNames.changelog(name, StoreNames.RESULTS),
                record -> {
                    results.add(record);
                    FailedEffects counted = failures;
                    if (counted != null) {
                        counted.add(record);
                        failures = counted.held() > bounds.failures() ? null : counted;
                    }
                },
                partition -> {
                    results.restart(partition);
                    FailedEffects counted = failures;
                    if (counted != null) {
                        counted.forget(partition);
                    }
                });
        this.instancesTopic =
                new FollowedTopic(TopicNames.instances(name), this::addReport, partition -> instances.clear());
        this.decisions = new DecisionLog(name);
        this.controlTopic = new FollowedTopic(TopicNames.control(name), decisions::add, decisions::forget);
    }

    private void addReport(ConsumerRecord<byte[], byte[]> record) {
        instances.add(record, instancesTopic.known(), roundNanos);
    }

    String name() {
        return name;
    }

    List<FollowedTopic> topics() {
        return List.of(stateTopic, resultsTopic, instancesTopic, controlTopic);
    }

    /** Its newest recorded results, which other threads may use. */
    Reading<NewestResults> results() {
        return resultsTopic.reading(() -> results);
    }

    /** The topic with its state. */
    String stateTopic() {
        return stateTopic.topic();
    }

    /** What is unknown of it until an operator acts; empty if there is no such reason. */
    Optional<String> note() {
        List<String> denied = topics(FollowedTopic.State.DENIED);
        List<String> invalid = topics(FollowedTopic.State.INVALID);
        if (!denied.isEmpty()) {
            return Optional.of("What " + String.join(", ", denied) + " hold of sink " + name
                    + " is not shown: the console is not permitted to read these topics. Grant it Read on them.");
        }
        return invalid.isEmpty()
                ? Optional.empty()
                : Optional.of("What " + String.join(", ", invalid) + " hold of sink " + name
                        + " is not shown: this version of the console cannot read all of their records. Run a version that"
                        + " is as new as the sink.");
    }

    private List<String> topics(FollowedTopic.State state) {
        return topics().stream()
                .filter(topic -> topic.state() == state)
                .map(FollowedTopic::topic)
                .toList();
    }

    GroupProgress progress() {
        return progress;
    }

    /** What its state holds; empty if that is unknown. */
    Optional<SinkCounts> counts() {
        return stateTopic.known() ? Optional.of(state.counts()) : Optional.empty();
    }

    /** Its parked and discarded events. */
    Reading<List<ParkedEvent>> parked() {
        if (stateTopic.known() && state.parkedVersion() != parkedVersion) {
            parkedVersion = state.parkedVersion();
            parked = state.parked().orElse(null);
        }
        List<ParkedEvent> held = parked;
        return stateTopic.known() && held == null
                ? Reading.unknown(String.format(
                        Locale.ROOT,
                        "they are more than %,d bytes, which the console does not hold. It shows them again when they have come"
                                + " down to three quarters of that; until then, list them with: taskqueue parked list --name %s",
                        bounds.parkedBytes(),
                        ShellText.quote(name)))
                : stateTopic.reading(() -> Objects.requireNonNull(held));
    }

    /**
     * Reads parked events that became fewer than the bound, and were not held before.
     *
     * @param partitions the partitions of its state
     */
    void readParkedAgain(TopicTail tail, List<TopicPartition> partitions) {
        Map<Integer, Long> offsets = stateTopic.known() ? state.parkedToReadAgain() : Map.of();
        Map<TopicPartition, Long> from = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Long offset = offsets.get(partition.partition());
            if (offset != null) {
                from.put(partition, offset);
            }
        }
        if (!from.isEmpty()) {
            tail.readAgain(from, record -> stateTopic.pass(record, state::addParkedAgain));
        }
    }

    /**
     * Begins a round.
     *
     * @return whether its state must be read from its start in this round, because it is unknown how many events are parked
     */
    boolean beginRound(long nanos) {
        roundNanos = nanos;
        Long since = parkedUnknownSince;
        if (!state.parkedUnknown()) {
            parkedUnknownSince = null;
        } else if (since == null) {
            parkedUnknownSince = nanos;
        } else if (nanos - since >= READ_AGAIN_AFTER.toNanos()) {
            parkedUnknownSince = null;
            return true;
        }
        return false;
    }

    /**
     * The decisions of operators, the newest first.
     *
     * @param running whether an instance of the sink runs
     */
    Reading<List<DecisionView>> decisions(boolean running) {
        List<DecisionView> views = decisions.views(new DecisionLog.Parked() {

            @Override
            public @Nullable List<ParkedEvent> events() {
                return parked().orNull();
            }

            @Override
            public boolean inFlight(int partition, long offset) {
                return state.inFlight(partition, offset);
            }

            @Override
            public boolean running() {
                return running;
            }
        });
        return controlTopic.reading(() -> views);
    }

    List<ReplayReceipt> receipts() {
        return stateTopic.known() ? state.receipts() : List.of();
    }

    /** Effects whose newest result is a recorded failure; null if unknown. */
    @Nullable
    Long failed() {
        FailedEffects counted = failures;
        return resultsTopic.known() && counted != null ? counted.count() : null;
    }

    /** What its instances report; null if unknown. */
    @Nullable
    List<SinkInstance> instances() {
        return instancesTopic.known() ? instances.list() : null;
    }

    /** Whether the instance of a report runs. */
    boolean runs(SinkInstance report, Instant now) {
        return instances.running(report, now, roundNanos);
    }

    /** How far it has come with each queue. */
    List<SinkPosition> positions(QueuePositions queues, Instant now, long nanos) {
        if (!stateTopic.known()) {
            return List.of();
        }
        @Nullable Map<String, Long> parkedByQueue = parkedByQueue();
        Map<String, String> diverged = state.counts().diverged().stream()
                .collect(Collectors.toMap(
                        SinkCounts.DivergedQueue::queueName,
                        queue -> queue.divergence().text(),
                        (one, other) -> one));
        List<SinkPosition> positions = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (CommittedCheckpoint checkpoint : state.checkpoints()) {
            String queue = checkpoint.queueName();
            known.add(queue);
            AppliedMeter meter = applied.computeIfAbsent(queue, name -> new AppliedMeter());
            meter.measure(nanos, checkpoint.done());
            Lag lag = Lag.of(checkpoint, queues.head(queue), queues.positions(queue), progress, now);
            Head head = queues.head(queue);
            double produced = head == null ? 0 : head.eventsPerSecond();
            Position done = checkpoint.done();
            positions.add(new SinkPosition(
                    name,
                    queue,
                    done == null ? checkpoint.taken().epoch() : done.epoch(),
                    done == null ? -1 : done.sequence(),
                    checkpoint.inFlight().events(),
                    parkedByQueue == null ? null : parkedByQueue.getOrDefault(queue, 0L),
                    lag.events(),
                    lag.seconds(),
                    meter.perSecond(),
                    CatchUpTime.of(lag.events(), meter.known(), produced),
                    diverged.get(queue)));
        }
        applied.keySet().retainAll(known);
        for (Head head : queues.heads()) {
            if (!known.contains(head.queueName())) {
                notBegun(head, parkedByQueue, now).ifPresent(positions::add);
            }
        }
        measureIdle(positions, nanos);
        return positions;
    }

    private void measureIdle(List<SinkPosition> positions, long nanos) {
        long done = progress.consumed()
                + applied.values().stream().mapToLong(AppliedMeter::applied).sum();
        boolean waiting =
                positions.stream().anyMatch(position -> position.lagEvents() == null || position.lagEvents() > 0);
        if (done != doneBefore || !waiting) {
            idleSince = nanos;
        }
        doneBefore = done;
        idle = Duration.ofNanos(nanos - idleSince);
    }

    /** For how long it has applied nothing although events wait. */
    Duration idle() {
        return idle;
    }

    /** A queue of which it has read nothing, in a partition that it has not read to its end; otherwise the queue ended before it joined. */
    private Optional<SinkPosition> notBegun(Head head, @Nullable Map<String, Long> parkedByQueue, Instant now) {
        return progress.oldestUnread(head.partition())
                .map(oldest -> new SinkPosition(
                        name,
                        head.queueName(),
                        head.position().epoch(),
                        -1,
                        0,
                        parkedByQueue == null ? null : 0L,
                        head.position().sequence() + 1,
                        NewestPositions.secondsSince(oldest, now),
                        0,
                        progress.catchUpOfUnread(),
                        null));
    }

    private @Nullable Map<String, Long> parkedByQueue() {
        List<ParkedEvent> events = parked().orNull();
        return events == null
                ? null
                : events.stream()
                        .filter(event -> !event.discarded())
                        .collect(Collectors.groupingBy(event -> event.event().queueName(), Collectors.counting()));
    }

    /** What a sink has not applied of a queue; null is unknown. */
    private record Lag(@Nullable Long events, @Nullable Double seconds) {

        private static Lag of(
                CommittedCheckpoint checkpoint,
                @Nullable Head queue,
                @Nullable NewestPositions positions,
                GroupProgress progress,
                Instant now) {
            if (queue == null) {
                return new Lag(null, null);
            }
            Position newest = queue.position();
            if (newest.compareTo(checkpoint.taken()) < 0) {
                newest = checkpoint.taken(); // the view of the queue is behind the sink
            }
            Position done = checkpoint.done();
            long events = done == null || newest.epoch() != done.epoch()
                    ? newest.sequence() + 1
                    : newest.sequence() - done.sequence();
            if (events <= 0) {
                return new Lag(0L, 0.0);
            }
            Instant oldestInFlight = checkpoint.inFlight().oldestAt();
            Optional<Instant> oldest = oldestInFlight != null
                    ? Optional.of(oldestInFlight)
                    : positions == null ? Optional.empty() : positions.firstBehind(done);
            return new Lag(
                    events,
                    oldest.or(() -> progress.oldestUnread(checkpoint.partition()))
                            .map(moment -> NewestPositions.secondsSince(moment, now))
                            .orElse(null));
        }
    }

    /** The partitions that are followed of topics that exist and may be read. */
    Map<TopicPartition, TopicTail.Follower> followers(Topics found, Set<String> denied) {
        Map<TopicPartition, TopicTail.Follower> followers = new HashMap<>();
        for (FollowedTopic topic : topics()) {
            if (!denied.contains(topic.topic())) {
                found.partitions(topic.topic()).forEach(partition -> followers.put(partition, topic));
            }
        }
        return followers;
    }
}
