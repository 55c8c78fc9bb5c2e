package io.taskqueue.cli.doctor;

import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.TopicAdmin;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;

/** That a producer with the given properties sends records as large as the event topic takes. */
final class RecordSizeCheck implements Check {

    /** Kafka's default of {@code max.request.size}. */
    private static final int DEFAULT_REQUEST_BYTES = 1024 * 1024;

    /** What a batch of one record needs beside the record; Kafka's defaults of the two limits differ by that. */
    private static final int BATCH_OVERHEAD = TopicAdmin.DEFAULT_MAX_MESSAGE_BYTES - DEFAULT_REQUEST_BYTES;

    private final String topic;

    RecordSizeCheck(String topic) {
        this.topic = topic;
    }

    @Override
    public String name() {
        return "record-size";
    }

    @Override
    public String subject() {
        return "topic " + topic;
    }

    @Override
    public String permission() {
        return "DescribeConfigs on topic " + topic;
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        if (cluster.events().isEmpty()) {
            return List.of();
        }
        long sent = new ClientProperties(cluster.kafka())
                .number(Client.PRODUCER, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, DEFAULT_REQUEST_BYTES);
        String taken = cluster.config(topic).get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
        return taken == null ? List.of() : List.of(judge(topic, Long.parseLong(taken), sent));
    }

    static Finding judge(String topic, long taken, long sent) {
        String subject = "topic " + topic;
        String found = "max.message.bytes is " + taken
                + ", and max.request.size of a producer with these properties is " + sent;
        return sent + BATCH_OVERHEAD >= taken
                ? Finding.fit(subject, found)
                : Finding.note(
                        subject,
                        found + ", so a dispatcher with them refuses payloads that the topic would take",
                        "Set producer.max.request.size=" + taken
                                + " in the properties of dispatchers (--command-config).");
    }
}
