package io.taskqueue.torture.cluster;

import java.nio.file.Path;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaClusterTest {
    @Test
    void starts(@TempDir Path dir) throws Exception {
        long t = System.nanoTime();
        try (Children c = Children.open(RunRecorder.open(
                        new io.taskqueue.torture.history.RunDirectory(dir.resolve("run")),
                        java.time.Clock.systemUTC(),
                        io.taskqueue.queue.Ticker.system()));
                KafkaCluster k = KafkaCluster.start(c, dir)) {
            System.err.println("READY after " + (System.nanoTime() - t) / 1e9 + " " + k.bootstrapServers());
            try (Admin a = Admin.create(Map.<String, Object>of("bootstrap.servers", k.bootstrapServers()))) {
                System.err.println(a.describeCluster().nodes().get());
                a.createTopics(List.of(new NewTopic("x", Optional.empty(), Optional.empty())))
                        .all()
                        .get();
                System.err.println(
                        a.describeTopics(List.of("x")).allTopicNames().get());
            }
            new ProcessBuilder("sh", "-c", "ps -o rss,args | grep NodeMain | cut -c1-60")
                    .inheritIO()
                    .start()
                    .waitFor();
        }
    }
}
