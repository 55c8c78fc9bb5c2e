package io.taskqueue.benchmarks.peers.kafka;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * A broker, with the logs of all its topics.
 */
public final class KafkaServer implements TaskServer, AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final Usage usage;
    private final BenchmarkCluster cluster;
    private final Admin admin;

    /** The CPU time that the broker has used, in microseconds. */
    @FunctionalInterface
    interface Usage {
        double cpuMicros();
    }

    private KafkaServer(Usage usage, BenchmarkCluster cluster) {
        this.usage = usage;
        this.cluster = cluster;
        this.admin = Admin.create(cluster.settings());
    }

    /** The server of the process that started the broker. */
    public static KafkaServer of(BrokerProcess broker, BenchmarkCluster cluster) {
        return new KafkaServer(broker::cpuMicros, cluster);
    }

    /** The server as a child process sees it, which does not measure. */
    public static KafkaServer of(BenchmarkCluster cluster) {
        return new KafkaServer(() -> 0, cluster);
    }

    public BenchmarkCluster cluster() {
        return cluster;
    }

    @Override
    public double cpuMicros() {
        return usage.cpuMicros();
    }

    /** Its logs, those of results and offsets included. */
    @Override
    public long bytes() throws Exception {
        List<Integer> brokers =
                admin.describeCluster().nodes().get().stream().map(Node::id).toList();
        return admin.describeLogDirs(brokers).allDescriptions().get().values().stream()
                .flatMap(directories -> directories.values().stream())
                .flatMap(directory -> directory.replicaInfos().values().stream())
                .mapToLong(ReplicaInfo::size)
                .sum();
    }

    @Override
    public void clear() throws Exception {
        cluster.deleteAllExcept(Set.of());
    }

    /** Creates a topic unless it exists, and returns when it can be used. */
    public void requireTopic(String topic, int partitions) throws Exception {
        try {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
        await(
                "topic " + topic + " can be used",
                () -> {
                    try {
                        return admin.listOffsets(partitions(topic, partitions).stream()
                                        .collect(Collectors.toMap(one -> one, one -> OffsetSpec.latest())))
                                .all()
                                .get();
                    } catch (ExecutionException e) {
                        if (e.getCause() instanceof RetriableException) {
                            return Map.of();
                        }
                        throw e;
                    }
                },
                ends -> !ends.isEmpty());
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** Makes a new share group begin with the records that a topic has, as a consumer group can be made to. */
    public void beginShareGroup(String group) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.GROUP, group),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    /** Returns when a consumer group has committed as many records as were sent. */
    public void awaitCommitted(String group, long records) throws Exception {
        await(
                "group " + group + " has committed " + records + " records",
                () -> admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                        .mapToLong(committed -> committed.offset())
                        .sum(),
                committed -> committed == records);
    }

    /** Returns when a share group has acknowledged as many records as were sent. */
    public void awaitAcknowledged(String group, String topic, long records) throws Exception {
        await(
                "share group " + group + " has acknowledged " + records + " records",
                () -> acknowledged(group, topic),
                acknowledged -> acknowledged == records);
    }

    /** The records of a topic that a share group has not to deliver any more. Its start offsets move later, so they do not tell. */
    private long acknowledged(String group, String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> latest = partitions(topic, TaskTopic.PARTITIONS).stream()
                .collect(Collectors.toMap(one -> one, one -> OffsetSpec.latest()));
        Map<TopicPartition, SharePartitionOffsetInfo> delivered = admin.listShareGroupOffsets(
                        Map.of(group, new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo(group)
                .get();
        long acknowledged = 0;
        for (var end : admin.listOffsets(latest).all().get().entrySet()) {
            SharePartitionOffsetInfo info = delivered.get(end.getKey());
            long lag = info == null ? -1 : info.lag().orElse(-1L);
            if (lag >= 0) { // else nothing is known of the partition yet
                acknowledged += end.getValue().offset() - lag;
            }
        }
        return acknowledged;
    }

    private static <T> void await(String what, Callable<T> found, Predicate<T> reached) throws Exception {
        Stopwatch waited = new Stopwatch();
        T latest = found.call();
        while (!reached.test(latest)) {
            if (waited.elapsed().compareTo(TIMEOUT) > 0) {
                throw new IllegalStateException(
                        "Waited " + TIMEOUT.toSeconds() + " s until " + what + ", but found " + latest + ".");
            }
            Stopwatch.pause(PAUSE);
            latest = found.call();
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
