package io.taskqueue.streams;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.config.DurationText;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.BreakerPolicy;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.RetryPolicy;
import io.taskqueue.sink.effect.EffectRules;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a sink service was given, checked once. Immutable. */
final class SinkSettings<T> {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

    /** Below it, each pass of the stream thread would end with a commit, and a revocation could not be prepared for. */
    private static final Duration SHORTEST_COMMIT_INTERVAL = Duration.ofMillis(10);

    final String name;
    final ReplicationSink<T> sink;
    final PayloadCodec<T> codec;
    final Map<String, Object> kafka;
    final String topic;
    final String deadLetterTopic;
    final String controlTopic;
    final Path stateDirectory;
    final MeterRegistry metrics;
    final int concurrency;
    final int maxInFlight;
    final RetryPolicy retry;
    final BreakerPolicy breaker;
    final Duration drainTimeout;
    final Duration commitInterval;
    final Duration topicWait;
    final Duration topicCheckInterval;
    final OnGap onGap;
    final OnExhausted onExhausted;
    final OnPermanent onPermanent;
    final int maxParked;
    final Clock clock;
    final Function<ReplicationEvent<T>, String> peerKey;

    SinkSettings(SinkService.Builder<T> from) {
        this.name = from.name;
        this.sink = from.sink;
        this.codec = from.codec;
        this.kafka = Map.copyOf(from.kafka);
        this.topic = from.topic;
        this.deadLetterTopic = from.deadLetterTopic == null ? name + ".dead" : from.deadLetterTopic;
        this.controlTopic = controlTopic(name);
        this.stateDirectory = from.stateDirectory == null
                ? Path.of(System.getProperty("user.home", "."), ".taskqueue", "state")
                : from.stateDirectory;
        this.metrics = from.metrics;
        this.concurrency = from.concurrency;
        this.maxInFlight = from.maxInFlight;
        this.retry = from.retry;
        this.breaker = from.breaker;
        this.drainTimeout = from.drainTimeout;
        this.commitInterval = from.commitInterval;
        this.topicWait = from.topicWait;
        this.topicCheckInterval = from.topicCheckInterval;
        this.onGap = from.onGap;
        this.onExhausted = from.onExhausted;
        this.onPermanent = from.onPermanent;
        this.maxParked = from.maxParked;
        this.clock = from.clock;
        this.peerKey = from.peerKey;
        check();
    }

    /** The topic of a sink's commands. */
    static String controlTopic(String sink) {
        return sink + ".control";
    }

    /** The options by which a command finds this sink. */
    String named() {
        Object servers = kafka.get("bootstrap.servers");
        String list = servers instanceof Collection<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(servers);
        return "--bootstrap-server " + list + " --name " + name;
    }

    EffectRules rules() {
        return new EffectRules(retry::isPermanent, onPermanent);
    }

    private void check() {
        require(
                NAME.matcher(name).matches() && !name.equals(".") && !name.equals(".."),
                "A sink's name becomes a consumer group and topic names: letters, digits, dots, hyphens and underscores, "
                        + "but this is '" + name + "'. Choose another.");
        require(
                kafka.get("bootstrap.servers") != null,
                "The sink " + name
                        + " has no Kafka to connect to: bootstrap.servers is not set. Pass it to kafka(...).");
        require(
                !deadLetterTopic.equals(topic) && !deadLetterTopic.equals(controlTopic),
                "The dead-letter topic of sink " + name + " is " + deadLetterTopic
                        + ", which is its event topic or its control topic. Name another with deadLetterTopic(...).");
        require(
                !topic.equals(controlTopic),
                "The event topic of sink " + name + " is " + topic
                        + ", which is where its commands go. Give the sink another name.");
        require(
                concurrency >= 1 && maxInFlight >= concurrency,
                "Sink " + name + " needs 1 <= concurrency <= maxInFlight, but concurrency is " + concurrency
                        + " and maxInFlight " + maxInFlight + ".");
        require(
                maxParked >= 1,
                "Sink " + name + " needs room for at least 1 parked event, but maxParked is " + maxParked
                        + ". To stop where an event cannot be applied, use onExhausted(STOP).");
        require(
                commitInterval.compareTo(SHORTEST_COMMIT_INTERVAL) >= 0 && !drainTimeout.isNegative(),
                "Sink " + name + " needs a commit interval of at least " + SHORTEST_COMMIT_INTERVAL.toMillis()
                        + " ms and a drain time-out that is not negative, but they are " + commitInterval + " and "
                        + drainTimeout + ".");
        require(
                !topicCheckInterval.isNegative() && topicCheckInterval.toMillis() > 0,
                "Sink " + name + " needs a topic check interval of at least 1 ms, but it is "
                        + DurationText.of(topicCheckInterval) + ".");
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
