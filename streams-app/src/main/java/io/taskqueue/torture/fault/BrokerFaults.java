package io.taskqueue.torture.fault;

import io.taskqueue.cli.shared.ShutdownSignal;
import io.taskqueue.torture.cluster.KafkaCluster;
import io.taskqueue.torture.cluster.PausedProcess;
import io.taskqueue.torture.cluster.RunRecorder;
import io.taskqueue.torture.history.RunEntry.Disturbance;
import io.taskqueue.torture.network.LinkCondition;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;

/** The faults of brokers, one at a time: a broker dies or stands still, or its clients cannot reach it. */
public final class BrokerFaults implements FaultInjector {

    private static final Duration READY_TIMEOUT = Duration.ofSeconds(90);
    private static final int REPLICATED_CHECKS = 120;

    private final KafkaCluster cluster;
    private final Map<String, Object> kafka;
    private final RunRecorder recorder;
    private final ShutdownSignal shutdown;

    public BrokerFaults(
            KafkaCluster cluster, Map<String, Object> kafka, RunRecorder recorder, ShutdownSignal shutdown) {
        this.cluster = cluster;
        this.kafka = Map.copyOf(kafka);
        this.recorder = recorder;
        this.shutdown = shutdown;
    }

    @Override
    public void keepRunning() throws Exception {
        for (KafkaCluster.Broker broker : cluster.brokers()) {
            if (!broker.process().isAlive()) {
                restart(broker);
            }
        }
    }

    @Override
    public void inject(Fault fault) throws Exception {
        KafkaCluster.Broker broker = cluster.brokers().get(fault.subject());
        String id = recorder.faultBegan(fault.kind().text(), "*", Disturbance.PROGRESS, fault.subjectText());
        switch (fault.kind()) {
            case KILL_BROKER -> {
                broker.process().kill();
                var unusedSignal = shutdown.await(fault.lasts());
                restart(broker);
            }
            case PAUSE_BROKER -> {
                try (PausedProcess paused = PausedProcess.stop(broker.process())) {
                    paused.hold(shutdown, fault.lasts());
                }
            }
            default -> {
                broker.proxy().set(condition(fault));
                var unusedSignal = shutdown.await(fault.lasts());
                broker.proxy().set(new LinkCondition.Open());
            }
        }
        awaitReplicated();
        recorder.faultEnded(id);
    }

    private static LinkCondition condition(Fault fault) {
        return switch (fault.kind()) {
            case CUT_BROKER -> new LinkCondition.Cut();
            case SLOW_BROKER -> new LinkCondition.Slow(Duration.ofMillis(50 + fault.choice() % 1_000));
            case HALF_OPEN_BROKER -> new LinkCondition.HalfOpen();
            case LOSE_BROKER_ANSWERS -> new LinkCondition.AnswersLost();
            default -> throw new IllegalArgumentException(fault.kind() + " is not a fault of a broker.");
        };
    }

    private void restart(KafkaCluster.Broker broker) throws Exception {
        broker.restart();
        if (!broker.process().awaitReady(READY_TIMEOUT) && !shutdown.isReceived()) {
            throw new IllegalStateException(broker.process() + " was not ready within " + READY_TIMEOUT.toSeconds()
                    + " s after it was killed.");
        }
    }

    /** Waits until every partition has all its replicas again: only then may another broker fail. */
    private void awaitReplicated() throws InterruptedException {
        for (int check = 0; check < REPLICATED_CHECKS && !shutdown.isReceived(); check++) {
            try (Admin admin = Admin.create(kafka)) {
                Set<String> topics = admin.listTopics(
                                new org.apache.kafka.clients.admin.ListTopicsOptions().listInternal(true))
                        .names()
                        .get();
                if (admin.describeTopics(topics).allTopicNames().get().values().stream()
                        .allMatch(BrokerFaults::replicated)) {
                    return;
                }
            } catch (ExecutionException e) {
                // the cluster does not answer yet
            }
            var unusedSignal = shutdown.await(Duration.ofSeconds(1));
        }
        throw new IllegalStateException("Partitions had not got all their replicas " + REPLICATED_CHECKS
                + " s after the fault of a broker ended. The brokers' logs are in the directory of the run.");
    }

    private static boolean replicated(TopicDescription topic) {
        return topic.partitions().stream()
                .allMatch(partition ->
                        partition.isr().size() == partition.replicas().size());
    }
}
