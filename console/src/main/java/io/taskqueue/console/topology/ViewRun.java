package io.taskqueue.console.topology;

import io.taskqueue.console.fold.EventTopicState;
import io.taskqueue.console.fold.PartitionFold;
import io.taskqueue.console.fold.QueueActivities;
import io.taskqueue.console.fold.TopicRecreatedException;
import io.taskqueue.console.fold.ViewFormatException;
import io.taskqueue.console.topology.ViewLifecycle.Ending;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.streams.CommitHook;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs Kafka Streams for the view, on a thread of its own: waits for the event topic, starts, and starts again after whatever ended it, until it is
 * closed. The view is derived from the event topic, so where its state does not fit the topic any more, it is deleted and built again.
 *
 * <p>Thread-safe.
 */
final class ViewRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ViewRun.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ABANDONED_CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** What runs. */
    private record Running(EventTopicState topic, KafkaStreams streams) {}

    private final ViewSettings settings;
    private final AssignedFolds assigned;
    private final Followers followers;
    private final QueueActivities activities;
    private final Runnable emptied;
    private final RestoreProgress restore = new RestoreProgress();
    private final ViewLifecycle lifecycle = new ViewLifecycle();
    private final ViewTopics topics;
    private final Thread thread;
    private Duration nextWait = FIRST_WAIT;
    private volatile @Nullable Running running;
    private volatile @Nullable KafkaStreams current;
    private volatile @Nullable String problem;

    /** @param emptied is called where the view is built again: what is shown is not there any more */
    ViewRun(
            ViewSettings settings,
            AssignedFolds assigned,
            Followers followers,
            QueueActivities activities,
            Runnable emptied) {
        this.settings = settings;
        this.assigned = assigned;
        this.followers = followers;
        this.activities = activities;
        this.emptied = emptied;
        this.topics = new ViewTopics(settings);
        this.thread = new Thread(this::run, settings.name() + "-view");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Why it does not run; empty if it does. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** The event topic, as of the last start; empty before the first. */
    Optional<EventTopicState> topic() {
        return Optional.ofNullable(running).map(Running::topic);
    }

    /** The event topic now; empty if it does not exist. */
    Optional<EventTopicState> describeTopic() throws InterruptedException {
        return topics.describe();
    }

    RestoreProgress restore() {
        return restore;
    }

    /** Whether Kafka Streams was started and has not ended. */
    boolean isActive() {
        return lifecycle.running();
    }

    /** Whether Kafka Streams works: its partitions are assigned and restored. */
    boolean isRunning() {
        Running now = running;
        return lifecycle.running() && now != null && now.streams().state() == KafkaStreams.State.RUNNING;
    }

    /** The members of the group that are threads of this process. */
    Set<String> ownClients() {
        Running now = running;
        return now == null
                ? Set.of()
                : now.streams().metadataForLocalThreads().stream()
                        .map(ThreadMetadata::consumerClientId)
                        .collect(Collectors.toSet());
    }

    /** The event topic is still the one that was started with, but not as it was. */
    void topicChanged(String how) {
        startAgain(Ending.RESTART, how);
    }

    /** The event topic is not the one that was started with. */
    void topicGone(String how) {
        startAgain(Ending.TOPIC_GONE, how);
    }

    private void startAgain(Ending how, String why) {
        if (lifecycle.end(how, why)) {
            LOG.warn("The console starts its view again: {}.", why);
        }
    }

    private void run() {
        try {
            boolean reset = false;
            while (!lifecycle.closed()) {
                reset = runOnce(reset);
                if (lifecycle.ending() == Ending.FAILED) {
                    lifecycle.pause(nextWait);
                    nextWait = nextWait.multipliedBy(2).compareTo(LONGEST_WAIT) > 0
                            ? LONGEST_WAIT
                            : nextWait.multipliedBy(2);
                }
                boolean unused = lifecycle.again();
            }
        } catch (InterruptedException e) {
            LOG.debug("The view is closed", e);
        }
    }

    /** Returns whether the view must be built again. */
    private boolean runOnce(boolean reset) throws InterruptedException {
        boolean again = reset;
        ViewClients clients = new ViewClients();
        @Nullable KafkaStreams streams = null;
        try {
            EventTopicState topic = topics.await(why -> problem = why);
            again |= !topics.fit(topic) || isAnother(topic);
            streams = streams(topic, clients);
            if (again) {
                LOG.warn("The console builds its view again from the events of topic {}.", settings.topic());
                topics.reset();
                streams.cleanUp();
                activities.clear();
                emptied.run();
                again = false;
            }
            if (lifecycle.started()) {
                restore.clear();
                running = new Running(topic, streams);
                problem = null;
                current = streams;
                streams.start();
                lifecycle.awaitEnd();
            }
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            current = null;
            if (streams != null) {
                end(streams, clients);
            }
        }
        return again || lifecycle.ending() == Ending.RESET;
    }

    /** Whether the topic is not the one of the last start; that of an earlier process is compared by the fold. */
    private boolean isAnother(EventTopicState topic) {
        return topic().map(EventTopicState::id)
                .filter(id -> !id.equals(topic.id()))
                .isPresent();
    }

    private KafkaStreams streams(EventTopicState topic, ViewClients clients) {
        CommitHook commits = new CommitHook();
        KafkaStreams streams = new KafkaStreams(
                ViewTopology.of(
                        settings.topic(),
                        commits,
                        () -> new ViewProcessor(
                                (partition, store) -> new PartitionFold(
                                        partition,
                                        store,
                                        topic,
                                        settings.limits().fold(),
                                        activities,
                                        settings.instruments().clock()),
                                assigned,
                                followers,
                                commits)),
                new StreamsConfig(ViewProperties.of(settings)),
                clients);
        streams.setGlobalStateRestoreListener(restore);
        streams.setUncaughtExceptionHandler(thrown -> threadFailed(streams, thrown));
        streams.setStateListener((now, before) -> follow(streams, now));
        return streams;
    }

    /** A run that is over may report states while the next one begins. */
    private void follow(KafkaStreams streams, KafkaStreams.State now) {
        if (streams != current) {
            return;
        }
        if (now == KafkaStreams.State.RUNNING) {
            nextWait = FIRST_WAIT;
        } else if (now.hasCompletedShutdown()) {
            boolean unused = lifecycle.end(Ending.FAILED, "Kafka Streams ended by itself");
        }
    }

    /** On the stream thread, which ends after it. */
    private StreamThreadExceptionResponse threadFailed(KafkaStreams streams, Throwable thrown) {
        if (streams == current) {
            failed(thrown);
        }
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void failed(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof TopicRecreatedException || cause instanceof ViewFormatException) {
                end(Ending.RESET, String.valueOf(cause.getMessage()), thrown);
                return;
            }
            if (cause instanceof MissingSourceTopicException) {
                end(Ending.TOPIC_GONE, "Topic " + settings.topic() + " was deleted.", thrown);
                return;
            }
        }
        KafkaFailure failure = KafkaFailure.of(thrown, new ClientProperties(settings.kafka()).of(Client.ADMIN));
        end(Ending.FAILED, failure.text(), thrown);
    }

    private void end(Ending how, String why, Throwable thrown) {
        if (lifecycle.end(how, why)) {
            problem = "The view stopped, and starts again. " + why;
            LOG.warn("The console's view stopped, and starts again: {}", why, thrown);
        }
    }

    /**
     * Returns when Kafka Streams has ended: until then it has the state directory, and another one could not start. Where what it would commit has
     * no use any more, or Kafka does not answer in time, its commits are made to fail.
     */
    private void end(KafkaStreams streams, ViewClients clients) {
        boolean abandon = lifecycle.commitIsUseless();
        if (abandon) {
            clients.abandon();
        }
        boolean ended = streams.close(leaving(abandon ? ABANDONED_CLOSE_TIMEOUT : CLOSE_TIMEOUT));
        if (!ended) {
            clients.abandon();
            ended = streams.close(leaving(ABANDONED_CLOSE_TIMEOUT));
        }
        while (!ended && !lifecycle.closed()) {
            problem = "The view waits until the stream thread of its last run has ended, which has the state directory "
                    + settings.stateDirectory() + ". Kafka does not answer a request of it; it continues by itself.";
            LOG.warn("{}", problem);
            ended = streams.close(leaving(LONGEST_WAIT));
        }
    }

    private static CloseOptions leaving(Duration timeout) {
        return CloseOptions.timeout(timeout).withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
    }

    @Override
    public void close() {
        if (!lifecycle.close()) {
            thread.interrupt(); // it may wait for the topic; otherwise it closes Kafka Streams now
        }
        try {
            thread.join(
                    CLOSE_TIMEOUT.plus(ABANDONED_CLOSE_TIMEOUT).plusSeconds(1).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        topics.close();
    }
}
