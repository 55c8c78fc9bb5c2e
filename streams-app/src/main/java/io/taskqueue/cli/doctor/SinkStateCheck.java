package io.taskqueue.cli.doctor;

import io.taskqueue.cli.shared.Output;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.admin.SinkCounts;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.List;

/** That the state of a sink has nothing that waits for an operator: diverged queues, parked events, records that are not events. */
final class SinkStateCheck implements Check {

    private final String sink;

    SinkStateCheck(String sink) {
        this.sink = sink;
    }

    @Override
    public String name() {
        return "sink-state";
    }

    @Override
    public String subject() {
        return "sink " + sink;
    }

    @Override
    public String permission() {
        return "Read on topic " + TopicNames.changelog(sink, StoreNames.STATE);
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        if (cluster.topic(TopicNames.changelog(sink, StoreNames.STATE)).isEmpty()) {
            return List.of();
        }
        SinkCounts counts = SinkCounts.read(cluster.kafka(), sink).orElse(new SinkCounts(0, 0, List.of(), List.of()));
        long parked = new ParkedEvents(cluster.kafka(), sink)
                .read().stream().filter(event -> !event.discarded()).count();
        return judge(sink, counts, parked, cluster.tools().bootstrapServer());
    }

    static List<Finding> judge(String sink, SinkCounts counts, long parked, String bootstrapServer) {
        String subject = "sink " + sink;
        List<Finding> findings = new ArrayList<>();
        if (!counts.diverged().isEmpty()) {
            List<String> queues = counts.diverged().stream()
                    .map(queue -> Output.escape(queue.queueName()))
                    .toList();
            findings.add(Finding.error(
                    subject,
                    Finding.count(queues.size(), "queue") + " of which events are missing at the sink: "
                            + Finding.list(queues),
                    "Compare the target with the source (`taskqueue status` shows what is missing), then start the sink with"
                            + " --clear-diverged."));
        }
        if (!counts.logChanges().isEmpty()) {
            findings.add(Finding.warning(
                    subject,
                    "the event topic has changed under it: "
                            + Finding.list(counts.logChanges().stream()
                                    .map(LogChange::text)
                                    .toList()),
                    "Find out what was lost, then start the sink with --clear-diverged='*'."));
        }
        if (parked > 0) {
            findings.add(Finding.warning(
                    subject,
                    Finding.count(parked, "event") + (parked == 1 ? " is" : " are") + " parked",
                    "See taskqueue parked list --bootstrap-server " + bootstrapServer + " --name " + sink));
        }
        if (counts.undecodable() > 0) {
            findings.add(Finding.warning(
                    subject,
                    Finding.count(counts.undecodable(), "record") + " could not be decoded and "
                            + (counts.undecodable() == 1 ? "is" : "are") + " in topic " + TopicNames.deadLetters(sink),
                    "Check that the sink reads the payloads that the source writes, and name the queues that it is for with"
                            + " --queue."));
        }
        return findings.isEmpty()
                ? List.of(Finding.fit(
                        subject,
                        "nothing is parked, diverged or undecodable; " + Finding.count(counts.inFlight(), "event")
                                + " in flight"))
                : findings;
    }
}
