package io.taskqueue.streams.clients;

import io.taskqueue.kafka.BrokerDiagnosis;
import io.taskqueue.kafka.KafkaRequests;
import io.taskqueue.kafka.OpenTransactions;
import io.taskqueue.kafka.OpenTransactions.HeldBack;
import io.taskqueue.kafka.TopicProbe;
import io.taskqueue.queue.Ticker;
import io.taskqueue.streams.settings.SinkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the cluster what a sink needs of it: the event topic, an answer of the leader of each of its partitions, and the group's
 * coordinator; and whether a transaction keeps the end of a partition from being read. For one thread, but {@link #close()}.
 */
final class KafkaChecks implements KafkaMonitor.Checks {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaChecks.class);

    /** A transaction that is open for so long is reported. */
    static final Duration LONG_TRANSACTION = Duration.ofSeconds(30);

    /** Where a partition has been held back since. */
    private record Since(long from, long nanos, boolean reported) {}

    private final String sink;
    private final Ticker ticker;
    private final int timeoutMillis;
    private final TopicProbe probe;
    private final BrokerDiagnosis diagnosis;
    private final KafkaRequests requests;
    private final Map<Integer, Since> heldBack = new HashMap<>();

    KafkaChecks(SinkSettings<?> settings, Duration timeout) {
        this.sink = settings.name();
        this.ticker = settings.instruments().ticker();
        this.timeoutMillis = (int) timeout.toMillis();
        this.probe = new TopicProbe(settings.kafka(), settings.topics().events(), timeout);
        this.diagnosis = new BrokerDiagnosis(settings.kafka());
        this.requests = new KafkaRequests(timeout.multipliedBy(2));
    }

    @Override
    public Optional<String> problem() throws InterruptedException {
        Optional<String> ofTopic = probe.problem(partition -> true);
        if (ofTopic.isPresent()) {
            return ofTopic;
        }
        try {
            var readable = transactions().ends(probe.partitions(), IsolationLevel.READ_COMMITTED);
            LOG.trace("The partitions can be read up to {}", readable);
        } catch (KafkaException e) {
            return Optional.of("a leader of topic " + probe.partitions().get(0).topic() + " does not answer: "
                    + diagnosis.reason(e));
        }
        try {
            var group = requests.await(
                    probe.admin()
                            .describeConsumerGroups(
                                    List.of(sink), new DescribeConsumerGroupsOptions().timeoutMs(timeoutMillis))
                            .all(),
                    "describe consumer group " + sink);
            LOG.trace("The group is {}", group);
        } catch (KafkaException e) {
            return Optional.of(
                    "the coordinator of consumer group " + sink + " does not answer: " + diagnosis.reason(e));
        }
        return Optional.empty();
    }

    @Override
    public Map<String, String> notes() throws InterruptedException {
        List<String> texts = new ArrayList<>();
        try {
            List<HeldBack> held = transactions().find(probe.partitions());
            heldBack.keySet().removeIf(partition -> ended(partition, held));
            for (HeldBack each : held) {
                if (isLong(each)) {
                    texts.add(transactions().withWriter(each).text());
                    reportOnce(each, texts.get(texts.size() - 1));
                }
            }
        } catch (KafkaException e) {
            LOG.debug("The ends of the partitions cannot be compared now; they are compared again", e);
        }
        return texts.isEmpty()
                ? Map.of()
                : Map.of("open-transactions", texts.stream().collect(Collectors.joining("; ")));
    }

    private boolean ended(int partition, List<HeldBack> held) {
        Since since = heldBack.get(partition);
        boolean ended = held.stream()
                .noneMatch(each ->
                        each.partition().partition() == partition && since != null && each.from() == since.from());
        if (ended && since != null && since.reported()) {
            LOG.warn(
                    "Sink {}: partition {} can be read again from offset {} on, after {} s.",
                    sink,
                    partition,
                    since.from(),
                    Duration.ofNanos(ticker.nanos() - since.nanos()).toSeconds());
        }
        return ended;
    }

    private boolean isLong(HeldBack held) {
        Since since = heldBack.computeIfAbsent(
                held.partition().partition(), partition -> new Since(held.from(), ticker.nanos(), false));
        return Duration.ofNanos(ticker.nanos() - since.nanos()).compareTo(LONG_TRANSACTION) >= 0;
    }

    private void reportOnce(HeldBack held, String text) {
        heldBack.computeIfPresent(held.partition().partition(), (partition, since) -> {
            if (!since.reported()) {
                LOG.warn("Sink {}: {}.", sink, text);
            }
            return new Since(since.from(), since.nanos(), true);
        });
    }

    private OpenTransactions transactions() {
        return new OpenTransactions(probe.admin(), timeoutMillis);
    }

    @Override
    public void close() {
        probe.close();
    }
}
