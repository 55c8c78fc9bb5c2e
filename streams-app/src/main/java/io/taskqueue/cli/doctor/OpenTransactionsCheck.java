package io.taskqueue.cli.doctor;

import io.taskqueue.kafka.OpenTransactions.HeldBack;
import io.taskqueue.kafka.OpenTransactions.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** That no transaction is left open in the event topic: no sink reads behind it. */
final class OpenTransactionsCheck implements Check {

    /** A transaction that was written to more recently is about to end. */
    private static final Duration RECENT_WRITE = Duration.ofSeconds(10);

    private final String topic;

    OpenTransactionsCheck(String topic) {
        this.topic = topic;
    }

    @Override
    public String name() {
        return "open-transactions";
    }

    @Override
    public String subject() {
        return "topic " + topic;
    }

    @Override
    public String permission() {
        return "Read on topic " + topic;
    }

    @Override
    public boolean readsEvents() {
        return true;
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        if (cluster.events().isEmpty()) {
            return List.of();
        }
        Instant recent = cluster.clock().instant().minus(RECENT_WRITE);
        List<HeldBack> held = cluster.offsets().heldBack().stream()
                .filter(each -> each.writer()
                        .map(Writer::lastWrite)
                        .filter(recent::isBefore)
                        .isEmpty())
                .toList();
        if (held.isEmpty()) {
            return List.of(Finding.fit(subject(), "no transaction holds readers back"));
        }
        return held.stream()
                .limit(Finding.SHOWN)
                .map(each -> Finding.error(
                        subject(),
                        "partition " + each.partition().partition() + " cannot be read from offset " + each.from()
                                + " to its end " + each.end() + ", because a transaction is open there"
                                + each.writer()
                                        .map(writer -> " (producer " + writer.id() + ", last write "
                                                + writer.lastWrite() + ")")
                                        .orElse(""),
                        "End its producer, or run: "
                                + cluster.tools()
                                        .abortTransaction(
                                                topic, each.partition().partition(), each.from())))
                .toList();
    }
}
