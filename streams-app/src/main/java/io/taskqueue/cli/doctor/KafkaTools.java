package io.taskqueue.cli.doctor;

import io.taskqueue.text.ShellText;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The commands of Kafka's own tools that correct what was found.
 *
 * @param bootstrapServer the address of the cluster
 * @param commandConfig the file of client properties
 */
record KafkaTools(String bootstrapServer, Optional<Path> commandConfig) {

    /** Sets a property of a topic. */
    String configureTopic(String topic, String property, String value) {
        return tool("kafka-configs.sh") + " --alter --topic " + topic + " --add-config " + property + "=" + value;
    }

    /** Sets a property of all brokers that can be changed while they run. */
    String configureBrokers(String property, String value) {
        return tool("kafka-configs.sh") + " --alter --entity-type brokers --entity-default --add-config " + property
                + "=" + value;
    }

    String createTopic(String topic, int partitions, String property, String value) {
        return tool("kafka-topics.sh") + " --create --topic " + topic + " --partitions " + partitions + " --config "
                + property + "=" + value;
    }

    String addPartitions(String topic, int total) {
        return tool("kafka-topics.sh") + " --alter --topic " + topic + " --partitions " + total;
    }

    /** Shows the replicas of a topic's partitions. */
    String describeTopic(String topic) {
        return tool("kafka-topics.sh") + " --describe --topic " + topic;
    }

    String abortTransaction(String topic, int partition, long offset) {
        return tool("kafka-transactions.sh") + " abort --topic " + topic + " --partition " + partition
                + " --start-offset " + offset;
    }

    private String tool(String name) {
        return name + " --bootstrap-server " + bootstrapServer
                + commandConfig
                        .map(file -> " --command-config " + ShellText.quote(file.toString()))
                        .orElse("");
    }
}
