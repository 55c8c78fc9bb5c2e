package io.taskqueue.streams.clients;

import io.taskqueue.config.DurationText;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.sink.SinkStoppedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the cluster about the event topic, and makes the sink's own topics. Not thread-safe. */
final class EventTopicAdmin implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventTopicAdmin.class);
    private static final int ANSWER_SECONDS = 30;
    private static final int LOOK_EVERY_MILLIS = 250;
    private static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

    private final SinkSettings<?> settings;
    private final Admin admin;

    EventTopicAdmin(SinkSettings<?> settings) {
        this.settings = settings;
        this.admin = Admin.create(new ClientProperties(settings.kafka).of(Client.ADMIN));
    }

    /** Waits for the event topic, checks that its partitions are those of the sink's state, and makes the sink's own topics. */
    EventTopicDescription prepare() {
        EventTopicDescription facts = await();
        describe(settings.name + "-" + Checkpoints.NAME + "-changelog").ifPresent(state -> {
            int before = state.partitions().size();
            if (before != facts.partitions()) {
                throw new SinkStoppedException(
                        "Topic " + settings.topic + " has " + facts.partitions() + " partitions, but the state of sink "
                                + settings.name + " is of " + before
                                + ". A queue is one partition, for life, so a topic's partition count never changes. Make a "
                                + "new topic and let a sink of another name read it.",
                        null);
            }
        });
        create(
                "dead-letter topic",
                settings.deadLetterTopic,
                Optional.of(1),
                StreamsProperties.withEnvelope(facts.maxMessageBytes()));
        create("control topic", settings.controlTopic, Optional.of(facts.partitions()), DEFAULT_MAX_MESSAGE_BYTES);
        // a command goes to its queue's own partition, which must be there
        requirePartitions(settings.controlTopic, facts.partitions());
        return facts;
    }

    /** What the cluster says now. Throws what the admin client throws. */
    EventTopicDescription read() throws ExecutionException, InterruptedException, TimeoutException {
        return facts(described(settings.topic));
    }

    @Override
    public void close() {
        admin.close();
    }

    private EventTopicDescription await() {
        long looks = Math.max(1, settings.topicWait.toMillis() / LOOK_EVERY_MILLIS);
        CountDownLatch never = new CountDownLatch(1);
        try {
            for (long look = 0; look < looks; look++) {
                Optional<TopicDescription> found = describe(settings.topic);
                if (found.isPresent()) {
                    return facts(found.get());
                }
                if (look == 0) {
                    LOG.warn(
                            "Sink {} waits for topic {}, which is not there yet, for {}",
                            settings.name,
                            settings.topic,
                            DurationText.of(settings.topicWait));
                }
                never.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered(e);
        } catch (ExecutionException | TimeoutException e) {
            throw unanswered(e);
        }
        throw new SinkStoppedException(
                "Sink " + settings.name + " found no topic " + settings.topic + " within "
                        + DurationText.of(settings.topicWait)
                        + ". Start a source, which makes it, or create it, or name another topic.",
                null);
    }

    private EventTopicDescription facts(TopicDescription topic) throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
        topic.partitions()
                .forEach(partition ->
                        starts.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.earliest()));
        Map<TopicPartition, ListOffsetsResultInfo> found =
                answer(admin.listOffsets(starts).all());
        Map<Integer, Long> logStarts = new HashMap<>();
        found.forEach((partition, start) -> logStarts.put(partition.partition(), start.offset()));
        return new EventTopicDescription(topic.topicId(), topic.partitions().size(), maxMessageBytes(), Map.copyOf(logStarts));
    }

    private int maxMessageBytes() {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, settings.topic);
        try {
            Config config = answer(admin.describeConfigs(List.of(topic)).all()).get(topic);
            ConfigEntry entry = config == null ? null : config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
            return entry == null ? DEFAULT_MAX_MESSAGE_BYTES : Integer.parseInt(entry.value());
        } catch (ExecutionException | TimeoutException | NumberFormatException e) {
            LOG.debug("The configuration of topic {} cannot be read; its default is assumed", settings.topic, e);
            return DEFAULT_MAX_MESSAGE_BYTES;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DEFAULT_MAX_MESSAGE_BYTES;
        }
    }

    private void requirePartitions(String topic, int partitions) {
        int found = describe(topic).map(known -> known.partitions().size()).orElse(partitions);
        if (found != partitions) {
            throw new SinkStoppedException(
                    "Topic " + topic + " of sink " + settings.name + " has " + found
                            + " partitions, but its event topic "
                            + settings.topic + " has " + partitions
                            + ", and a command is for the partition of its queue. Delete " + topic
                            + " while the sink is stopped; it is made anew at the next start.",
                    null);
        }
    }

    private void create(String what, String name, Optional<Integer> partitions, int maxMessageBytes) {
        try {
            if (describe(name).isEmpty()) {
                NewTopic topic = new NewTopic(name, partitions, Optional.empty())
                        .configs(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, String.valueOf(maxMessageBytes)));
                answer(admin.createTopics(List.of(topic)).all());
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new SinkStoppedException(
                        "Sink " + settings.name + " cannot make its " + what + " " + name + ": " + e.getCause()
                                + ". Create it, or allow the sink to.",
                        e.getCause());
            }
        } catch (TimeoutException e) {
            throw unanswered(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered(e);
        }
    }

    private Optional<TopicDescription> describe(String topic) {
        try {
            return Optional.of(described(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw unanswered(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw unanswered(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered(e);
        }
    }

    private TopicDescription described(String topic) throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, TopicDescription> described =
                answer(admin.describeTopics(List.of(topic)).allTopicNames());
        return Objects.requireNonNull(described.get(topic));
    }

    private SinkStoppedException unanswered(Throwable cause) {
        return new SinkStoppedException(
                "Sink " + settings.name + " got no answer about its topics from "
                        + settings.kafka.get("bootstrap.servers") + ": " + cause
                        + ". See that the cluster is reachable and that the sink may describe topics.",
                cause);
    }

    private static <A> A answer(KafkaFuture<A> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }
}
