package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.database.DbSchedulerContender;
import io.taskqueue.benchmarks.peers.database.DbosContender;
import io.taskqueue.benchmarks.peers.database.JobRunrContender;
import io.taskqueue.benchmarks.peers.database.LockedTableContender;
import io.taskqueue.benchmarks.peers.database.PostgresServer;
import io.taskqueue.benchmarks.peers.kafka.KafkaServer;
import io.taskqueue.benchmarks.peers.kafka.ParallelConsumerContender;
import io.taskqueue.benchmarks.peers.kafka.QueueContender;
import io.taskqueue.benchmarks.peers.kafka.QueueWithSinkContender;
import io.taskqueue.benchmarks.peers.kafka.ShareGroupContender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All contenders, in the order in which they take turns. */
final class Contenders {

    private Contenders() {}

    static List<Contender> withoutDatabase(KafkaServer kafka, Path directory) {
        return List.of(
                new QueueContender(kafka),
                new QueueWithSinkContender(kafka, directory.resolve("states")),
                new ShareGroupContender(kafka),
                new ParallelConsumerContender(kafka));
    }

    static List<Contender> all(KafkaServer kafka, PostgresServer postgres, Path directory) {
        List<Contender> all = new ArrayList<>(withoutDatabase(kafka, directory));
        all.add(new LockedTableContender(postgres));
        all.add(new DbSchedulerContender(postgres));
        all.add(new DbosContender(postgres));
        all.add(new JobRunrContender(postgres));
        return all;
    }

    /**
     * The contender with a name, in a child process.
     *
     * @param url the database's URL; not needed by those without a database
     */
    static Contender named(String name, BenchmarkCluster cluster, String url, Path directory) throws Exception {
        KafkaServer kafka = KafkaServer.of(cluster);
        List<Contender> all =
                url.isEmpty() ? withoutDatabase(kafka, directory) : all(kafka, PostgresServer.of(url), directory);
        return all.stream()
                .filter(one -> one.name().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("There is no contender " + name + "."));
    }
}
