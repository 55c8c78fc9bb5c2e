package io.taskqueue.console.sinks;

import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.console.sinks.SinkGroups.Group;
import io.taskqueue.console.sinks.SinkGroups.Topics;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.kafka.TopicReader;
import io.taskqueue.source.registry.ClaimTable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a cluster again and again: which sinks there are, what their groups have committed, and what was written to their topics since the last
 * time. For the thread of the index, but {@link #wakeup}.
 */
final class ClusterScan implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterScan.class);

    /** Of how many sinks it is stated what may not be read. */
    private static final int NOTES = 10;

    private final SinkIndexSettings settings;
    private final Clock clock;
    private final Admin admin;
    private final SinkGroups groups;
    private final TopicTail tail;
    private final EventTopicReader events;
    private final ClaimTable claims;
    private final FollowedTopic registry;
    private final Map<String, FollowedSink> sinks = new TreeMap<>();
    private final Set<String> denied = new HashSet<>();
    private final Map<String, Uuid> topicIds = new HashMap<>();
    private Topics topics = Topics.NONE;
    private Optional<TopicOffsets> eventTopic = Optional.empty();
    private Map<String, Group> described = Map.of();
    private int hidden;

    ClusterScan(SinkIndexSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.admin = Admin.create(new ClientProperties(settings.kafka()).of(Client.ADMIN));
        this.groups = new SinkGroups(admin, settings.topic(), settings.times().request());
        this.tail = new TopicTail(() -> TopicReader.open(
                settings.kafka(),
                IsolationLevel.READ_COMMITTED,
                settings.times().request()));
        this.events = new EventTopicReader(settings.kafka(), settings.times().request());
        this.claims = new ClaimTable(settings.registryTopic());
        this.registry = new FollowedTopic(settings.registryTopic(), claims::add, partition -> claims.clear());
    }

    /** Looks for sinks and their topics. Topics that could not be read before are read from now on, if they can be. */
    void discover() throws InterruptedException {
        eventTopic = TopicOffsets.find(admin, settings.topic(), settings.times().request());
        if (eventTopic.isEmpty()) {
            sinks.clear();
            return;
        }
        List<String> names = groups.names(eventTopic.get().partitions());
        if (names.size() > settings.bounds().sinks() && hidden == 0) {
            LOG.warn(
                    "{} consumer groups have committed offsets of topic {}, but only the first {} are shown. Raise"
                            + " maxSinks.",
                    names.size(),
                    settings.topic(),
                    settings.bounds().sinks());
        }
        hidden = Math.max(0, names.size() - settings.bounds().sinks());
        List<String> followed = names.stream().limit(settings.bounds().sinks()).toList();
        sinks.keySet().retainAll(followed);
        events.retain(followed);
        followed.forEach(name -> sinks.computeIfAbsent(name, sink -> new FollowedSink(sink, settings.bounds())));
        List<String> wanted = new ArrayList<>(List.of(settings.registryTopic()));
        sinks.values().forEach(sink -> sink.topics().forEach(topic -> wanted.add(topic.topic())));
        topics = groups.topics(wanted);
        denied.clear();
        denied.addAll(topics.denied());
        restartRecreated(wanted);
    }

    /** A topic that was created again is read from its start, however far it goes by now. */
    private void restartRecreated(List<String> wanted) {
        topicIds.keySet().retainAll(wanted);
        topics.found().forEach((name, topic) -> {
            Uuid before = topicIds.put(name, topic.topicId());
            if (before != null && !before.equals(topic.topicId())) {
                tail.restart(topics.partitions(name));
            }
        });
    }

    /** Asks for the offsets of the event topic and of all sinks. */
    void measure(long nanos) throws InterruptedException {
        if (eventTopic.isEmpty()) {
            return;
        }
        events.measure(eventTopic.get(), nanos);
        described = groups.describe(sinks.keySet());
        Map<String, Map<TopicPartition, Long>> committed =
                groups.committed(sinks.keySet(), eventTopic.get().partitions());
        sinks.values().forEach(sink -> {
            Map<TopicPartition, Long> offsets = committed.getOrDefault(sink.name(), Map.of());
            sink.progress().measure(nanos, offsets, events.unconsumed(sink.name(), offsets));
        });
    }

    /**
     * Reads what was written to the topics of all sinks, and to the registry.
     *
     * @param progress is given how far it has come, as long as it is not at the end
     */
    void readTopics(Consumer<ViewProgress> progress, long nanos) {
        for (FollowedSink sink : sinks.values()) {
            if (sink.beginRound(nanos)) {
                tail.restart(topics.partitions(sink.stateTopic()));
            }
        }
        boolean read = false;
        long[] most = {0};
        while (!read) {
            try {
                tail.read(followers(), behind -> {
                    most[0] = Math.max(most[0], behind);
                    if (behind > 0) {
                        progress.accept(catchingUp(behind, most[0]));
                    }
                });
                read = true;
            } catch (TopicAuthorizationException e) {
                if (!denied.addAll(e.unauthorizedTopics())) {
                    throw e;
                }
            }
        }
        registry.found(state(registry));
        sinks.values().forEach(sink -> sink.topics().forEach(topic -> topic.found(state(topic))));
        sinks.values().forEach(sink -> sink.readParkedAgain(tail, topics.partitions(sink.stateTopic())));
    }

    private Map<TopicPartition, TopicTail.Follower> followers() {
        Map<TopicPartition, TopicTail.Follower> followers = new HashMap<>();
        if (state(registry) == FollowedTopic.State.READ) {
            followers.put(ClaimTable.partition(registry.topic()), registry);
        }
        sinks.values().forEach(sink -> followers.putAll(sink.followers(topics, denied)));
        return followers;
    }

    /** What a topic is once all that can be read was read to its end. */
    private FollowedTopic.State state(FollowedTopic topic) {
        if (denied.contains(topic.topic())) {
            return FollowedTopic.State.DENIED;
        }
        return topics.found().containsKey(topic.topic()) ? FollowedTopic.State.READ : FollowedTopic.State.ABSENT;
    }

    private static ViewProgress catchingUp(long behind, long most) {
        return new ViewProgress(State.CATCHING_UP, null, behind, most == 0 ? 0 : 1 - (double) behind / most, null);
    }

    /** What was found, with the newest positions of the queues that are known. */
    IndexSnapshot snapshot(QueuePositions queues, long nanos) {
        Instant now = clock.instant();
        if (eventTopic.isEmpty()) {
            return new IndexSnapshot(
                    new ViewProgress(
                            State.STARTING,
                            null,
                            0,
                            0,
                            "The topic " + settings.topic()
                                    + " does not exist on this cluster: no source has been started here. Check the"
                                    + " address of the cluster and the name of the topic."),
                    null,
                    null,
                    queues.growing());
        }
        TreeMap<String, SinkSnapshot> found = new TreeMap<>();
        sinks.values()
                .forEach(sink -> found.put(
                        sink.name(),
                        SinkSnapshot.of(
                                sink,
                                sink.positions(queues, now, nanos),
                                described.get(sink.name()),
                                events.producedPerSecond(),
                                now)));
        return new IndexSnapshot(
                new ViewProgress(State.CURRENT, now, 0, 1, null, notes()),
                found,
                registry.known() ? claims.byQueue() : null,
                queues.growing());
    }

    /** What is missing until an operator acts. */
    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (hidden > 0) {
            notes.add(hidden + " more consumer groups have committed offsets of topic " + settings.topic()
                    + " than the console shows. Raise maxSinks.");
        }
        if (registry.state() == FollowedTopic.State.DENIED) {
            notes.add("The owners of queues are not shown: the console is not permitted to read topic "
                    + registry.topic() + ". Grant it Read on the topic.");
        }
        List<String> ofSinks =
                sinks.values().stream().flatMap(sink -> sink.note().stream()).toList();
        ofSinks.stream().limit(NOTES).forEach(notes::add);
        if (ofSinks.size() > NOTES) {
            notes.add("The same is so of " + (ofSinks.size() - NOTES) + " more sinks.");
        }
        return notes;
    }

    /** Ends what the reading thread waits for. Any thread may call it. */
    void wakeup() {
        tail.wakeup();
        events.wakeup();
    }

    /** Closes the readers, because one failed; the next call opens others. */
    void reconnect() {
        tail.close();
        events.close();
    }

    @Override
    public void close() {
        reconnect();
        admin.close(Duration.ZERO);
    }
}
