package io.taskqueue.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** An event topic for tests that start many sinks: each keeps a store of every kind for every partition. */
final class FewPartitions {

    private FewPartitions() {}

    /** Makes the event topic before a source does, which would make it with twelve. */
    static void create(String server, int partitions) throws Exception {
        create(server, "taskqueue.events", partitions);
    }

    static void create(String server, String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
