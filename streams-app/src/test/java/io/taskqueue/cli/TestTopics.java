package io.taskqueue.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Creates event topics with few partitions, for tests that start many sinks: a sink has stores for each partition. */
public final class TestTopics {

    private TestTopics() {}

    /** Creates the default event topic before a source does, which would create it with 12 partitions. */
    public static void create(String server, int partitions) throws Exception {
        create(server, "taskqueue.events", partitions);
    }

    public static void create(String server, String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
