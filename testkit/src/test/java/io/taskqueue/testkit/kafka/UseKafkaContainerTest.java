package io.taskqueue.testkit.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** Skipped where no Docker engine is. */
@UseKafkaContainer(topics = "orders:3", disabledWithoutDocker = true)
class UseKafkaContainerTest {

    @Test
    void theTopicsExist(TestKafka kafka) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>copyOf(kafka.properties()))) {
            assertThat(admin.describeTopics(List.of("orders"))
                            .allTopicNames()
                            .get()
                            .get("orders")
                            .partitions())
                    .hasSize(3);
        }
    }
}
