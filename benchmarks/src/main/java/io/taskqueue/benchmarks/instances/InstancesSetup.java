package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.ResultTables;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * What the sections share.
 *
 * @param producer writes the events
 * @param states the directory of the state directories
 * @param tables where the sections put their results
 */
public record InstancesSetup(
        InstancesOptions options,
        BenchmarkCluster cluster,
        Admin admin,
        KafkaProducer<byte[], byte[]> producer,
        Path states,
        ResultTables tables) {

    /** Of the event topic; one, two, three and four instances share them equally. */
    static final int PARTITIONS = 12;

    GrowingTopic newTopic() throws InterruptedException {
        return GrowingTopic.create(admin, producer, cluster.newName("events"), PARTITIONS);
    }

    InstanceGroup group(InstanceGroup.Sink sink) {
        return new InstanceGroup(admin, cluster.bootstrapServers(), sink, states);
    }

    void deleteTopics() throws InterruptedException, ExecutionException {
        cluster.deleteAllExcept(Set.of());
    }
}
