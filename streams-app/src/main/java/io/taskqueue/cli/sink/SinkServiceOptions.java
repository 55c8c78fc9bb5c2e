package io.taskqueue.cli.sink;

import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.OnExhausted;
import io.taskqueue.sink.OnGap;
import io.taskqueue.sink.OnPermanent;
import io.taskqueue.streams.SinkService;
import io.taskqueue.streams.rate.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The settings of a sink service: how much it does at once, and what it does with events that it cannot apply. */
final class SinkServiceOptions {

    @Option(
            names = "--concurrency",
            converter = OptionValue.Threads.class,
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "The number of events that are applied at the same time; the events of one task are applied in order. "
                            + "Default: ${DEFAULT-VALUE}.")
    private int concurrency;

    @Option(
            names = "--queue",
            converter = OptionValue.Queue.class,
            paramLabel = "QUEUE",
            description =
                    "Apply only this queue, or with a * at the end, the queues that begin with what is before it. Repeatable. "
                            + "Events of other queues are skipped, and not applied later. Default: all queues.")
    private List<String> queues = new ArrayList<>();

    @Option(
            names = "--kinds",
            converter = OptionValue.Kinds.class,
            paramLabel = "KIND,...",
            description =
                    "Apply only events of these kinds, such as Completed,DeadLettered, of those on which the sink acts. Other events "
                            + "only take their position: they are not decoded, and not applied later. Default: all on which the sink "
                            + "acts.")
    private @Nullable Interests kinds;

    @Option(
            names = "--max-in-flight",
            converter = OptionValue.Count.class,
            paramLabel = "N",
            defaultValue = "512",
            description =
                    "The number of events of a partition that are read and not yet applied; at least --concurrency. "
                            + "Default: ${DEFAULT-VALUE}.")
    private int maxInFlight;

    @Option(
            names = "--rate",
            converter = OptionValue.CallRate.class,
            paramLabel = "N",
            defaultValue = "none",
            description = "The number of calls in a second, of all instances together; none for no limit. `taskqueue rate` changes it "
                    + "while the sink runs. Default: ${DEFAULT-VALUE}.")
    private Double rate = RateLimit.UNLIMITED;

    @Option(
            names = "--rate-per-key",
            converter = OptionValue.CallRate.class,
            paramLabel = "N",
            defaultValue = "none",
            description = "The number of calls in a second for the events of one owner peer; none for no limit. Events of other peers do "
                    + "not wait. Default: ${DEFAULT-VALUE}.")
    private Double ratePerKey = RateLimit.UNLIMITED;

    @Option(
            names = "--on-exhausted",
            paramLabel = "park|stop",
            defaultValue = "park",
            description =
                    "What to do with an event after its last attempt: park it and later events of its task (see `taskqueue "
                            + "parked`), or stop the sink before it. Default: ${DEFAULT-VALUE}.")
    private OnExhausted onExhausted = OnExhausted.PARK;

    @Option(
            names = "--on-permanent",
            paramLabel = "record|park",
            defaultValue = "record",
            description =
                    "What to do with an effect that failed permanently: record the failure as its result, or park the "
                            + "event. Default: ${DEFAULT-VALUE}.")
    private OnPermanent onPermanent = OnPermanent.RECORD;

    @Option(
            names = "--max-parked",
            converter = OptionValue.Count.class,
            paramLabel = "N",
            defaultValue = "100000",
            description =
                    "The number of parked events of a partition above which the sink stops; all of them are kept. "
                            + "Default: ${DEFAULT-VALUE}.")
    private int maxParked;

    @Option(
            names = "--on-gap",
            paramLabel = "continue|halt",
            defaultValue = "continue",
            description =
                    "What to do where events of a queue are missing: mark the queue as diverged and continue, or halt "
                            + "before the next event. Default: ${DEFAULT-VALUE}.")
    private OnGap onGap = OnGap.CONTINUE;

    @Option(
            names = "--clear-diverged",
            converter = OptionValue.Queue.class,
            paramLabel = "QUEUE",
            description =
                    "Remove the mark `diverged` from this queue, at the start: accept that events of it are missing. A sink that "
                            + "halted because of that continues. QUEUE is a name, a prefix such as orders-*, or * for all queues, which "
                            + "also clears what happened to the event topic. Repeatable.")
    private List<String> clearDiverged = new ArrayList<>();

    @Option(
            names = "--commit-interval",
            paramLabel = "D",
            defaultValue = "100ms",
            description =
                    "How often offsets and results are committed, at least 10ms. After a crash, the effects of about one "
                            + "interval run again. Default: ${DEFAULT-VALUE}.")
    private Duration commitInterval = Duration.ZERO;

    @Option(
            names = "--drain-timeout",
            paramLabel = "D",
            defaultValue = "5s",
            description = "How long the sink waits for running effects before it stops or gives up a partition. "
                    + "Default: ${DEFAULT-VALUE}.")
    private Duration drainTimeout = Duration.ZERO;

    @Option(
            names = "--topic-wait",
            paramLabel = "D",
            defaultValue = "30s",
            description =
                    "How long the start waits for a missing event topic before it fails. Default: ${DEFAULT-VALUE}.")
    private Duration topicWait = Duration.ZERO;

    @Option(
            names = "--wait-for-topic",
            description =
                    "Wait for a missing event topic without a limit; the sink is not ready until a source, or you, created it.")
    private boolean waitForTopic;

    @Option(
            names = "--create-topic",
            converter = OptionValue.Count.class,
            paramLabel = "PARTITIONS",
            description = "Create a missing event topic with this many partitions, which cannot be changed later, and "
                    + "--replication-factor. Default: a source creates it.")
    private @Nullable Integer createTopic;

    @Option(
            names = "--state-memory",
            paramLabel = "SIZE",
            defaultValue = "128m",
            converter = MemorySize.class,
            description = "The memory for the local state beside the Java heap, as for java -Xmx; at least 8m. "
                    + "Default: ${DEFAULT-VALUE}.")
    private long stateMemory;

    @Option(
            names = "--queue-series",
            converter = OptionValue.CountOrZero.class,
            paramLabel = "N",
            defaultValue = "1000",
            description = "The number of queues that have series of their own in /metrics; all others share those of "
                    + "queue=\"(other)\". Default: ${DEFAULT-VALUE}.")
    private int queueSeries;

    @Option(
            names = "--queue-expiry",
            paramLabel = "D",
            defaultValue = "168h",
            description =
                    "How long a queue has no events before the sink forgets it, once the topic holds no event of it. "
                            + "Default: ${DEFAULT-VALUE}.")
    private Duration queueExpiry = Duration.ZERO;

    @Option(
            names = "--instance-interval",
            paramLabel = "D",
            defaultValue = "5s",
            description = "How often this instance reports itself on topic NAME-instances, for the console, while "
                    + "something changes: 500ms to 1m, or 0s for never. Default: ${DEFAULT-VALUE}.")
    private Duration instanceInterval = Duration.ZERO;

    /** A number of bytes, with k, m or g for powers of 1024. */
    static final class MemorySize implements ITypeConverter<Long> {

        private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,9})([kmg]?)");

        @Override
        public Long convert(String text) {
            Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
            if (!size.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a size. Use a number of bytes, with k, m or g, for example 128m.");
            }
            int power = size.group(2).isEmpty() ? 0 : 1 + "kmg".indexOf(size.group(2));
            return Long.parseLong(size.group(1)) << (10 * power);
        }
    }

    @Option(
            names = "--replication-factor",
            converter = OptionValue.ReplicationFactor.class,
            paramLabel = "N",
            description =
                    "The replication factor of the topics that the sink creates: its own, and that of --create-topic. "
                            + "Default: the broker's.")
    private @Nullable Integer replicationFactor;

    /** Adds the properties of Kafka Streams that were given as options. */
    Map<String, Object> addTo(Map<String, Object> kafka) {
        if (replicationFactor != null) {
            kafka.put("streams." + ClientProperties.STREAMS_REPLICATION_FACTOR, replicationFactor);
        }
        return kafka;
    }

    void configure(SinkService.Builder<?> builder) {
        builder.concurrency(concurrency)
                .maxInFlight(maxInFlight)
                .rate(new RateLimit(rate, ratePerKey))
                .onExhausted(onExhausted)
                .onPermanent(onPermanent)
                .maxParked(maxParked)
                .onGap(onGap)
                .commitInterval(commitInterval)
                .drainTimeout(drainTimeout)
                .topicWait(topicWait)
                .stateMemory(stateMemory)
                .queueSeries(queueSeries)
                .queueExpiry(queueExpiry)
                .instanceInterval(instanceInterval);
        if (!queues.isEmpty()) {
            builder.queues(queues.toArray(String[]::new));
        }
        if (kinds != null) {
            builder.kinds(kinds.kinds());
        }
        if (!clearDiverged.isEmpty()) {
            builder.clearDiverged(clearDiverged.toArray(String[]::new));
        }
        if (waitForTopic) {
            builder.waitForTopic();
        }
        if (createTopic != null) {
            builder.createTopic(createTopic, replicationFactor == null ? -1 : replicationFactor);
        }
    }

    Duration drainTimeout() {
        return drainTimeout;
    }
}
