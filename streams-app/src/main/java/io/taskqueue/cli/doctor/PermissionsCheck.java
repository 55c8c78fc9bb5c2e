package io.taskqueue.cli.doctor;

import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.state.StoreNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Which commands of operators the user of the given properties may run, by what the brokers state that it may do. */
final class PermissionsCheck implements Check {

    private static final String SUBJECT = "this user";

    /** An operation that a command needs. */
    record Need(String resource, AclOperation operation, String commands) {

        String text() {
            return operation.name().charAt(0) + operation.name().substring(1).toLowerCase(java.util.Locale.ROOT)
                    + " on " + resource + " (" + commands + ")";
        }
    }

    @Override
    public String name() {
        return "permissions";
    }

    @Override
    public String subject() {
        return SUBJECT;
    }

    @Override
    public String permission() {
        return "Describe on the topics";
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        Map<String, List<Need>> topics = new LinkedHashMap<>();
        topics.put(
                cluster.scope().events(),
                List.of(need(cluster.scope().events(), AclOperation.READ, "status, recover, dead, replay")));
        topics.put(
                cluster.scope().registry(),
                List.of(
                        need(cluster.scope().registry(), AclOperation.READ, "status, recover, dead"),
                        need(cluster.scope().registry(), AclOperation.WRITE, "dead retry")));
        Map<String, Need> groups = new LinkedHashMap<>();
        for (String sink : cluster.sinks()) {
            String control = TopicNames.control(sink);
            topics.put(
                    control,
                    List.of(
                            need(control, AclOperation.READ, "replay"),
                            need(control, AclOperation.WRITE, "replay, parked redrive, parked discard")));
            String state = TopicNames.changelog(sink, StoreNames.STATE);
            topics.put(state, List.of(need(state, AclOperation.READ, "status, parked, replay")));
            String results = TopicNames.changelog(sink, StoreNames.RESULTS);
            topics.put(results, List.of(need(results, AclOperation.READ, "results, status")));
            groups.put(sink, new Need("group " + sink, AclOperation.READ, "replay"));
        }
        List<Need> missing = new ArrayList<>();
        Map<String, KafkaFuture<TopicDescription>> described = cluster.admin()
                .describeTopics(topics.keySet(), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues();
        for (Map.Entry<String, List<Need>> each : topics.entrySet()) {
            Optional<Set<AclOperation>> allowed = ofTopic(cluster, described, each.getKey());
            allowed.ifPresent(operations -> each.getValue().stream()
                    .filter(need -> !operations.contains(need.operation()))
                    .forEach(missing::add));
        }
        Map<String, KafkaFuture<ConsumerGroupDescription>> groupsDescribed = cluster.admin()
                .describeConsumerGroups(
                        groups.keySet(), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                .describedGroups();
        for (Map.Entry<String, Need> each : groups.entrySet()) {
            if (!ofGroup(cluster, groupsDescribed, each.getKey())
                    .contains(each.getValue().operation())) {
                missing.add(each.getValue());
            }
        }
        return List.of(judge(missing));
    }

    private static Need need(String topic, AclOperation operation, String commands) {
        return new Need("topic " + topic, operation, commands);
    }

    /** What is allowed; empty if there is no such topic. */
    private static Optional<Set<AclOperation>> ofTopic(
            ExaminedCluster cluster, Map<String, KafkaFuture<TopicDescription>> described, String topic)
            throws InterruptedException {
        try {
            Set<AclOperation> allowed = cluster.await(
                            Objects.requireNonNull(described.get(topic)), "describe topic " + topic)
                    .authorizedOperations();
            return Optional.of(allowed == null ? Set.of() : allowed);
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        } catch (AuthorizationException denied) {
            return Optional.of(Set.of());
        }
    }

    private static Set<AclOperation> ofGroup(
            ExaminedCluster cluster, Map<String, KafkaFuture<ConsumerGroupDescription>> described, String group)
            throws InterruptedException {
        try {
            Set<AclOperation> allowed = cluster.await(
                            Objects.requireNonNull(described.get(group)), "describe group " + group)
                    .authorizedOperations();
            return allowed == null ? Set.of() : allowed;
        } catch (AuthorizationException denied) {
            return Set.of();
        }
    }

    static Finding judge(List<Need> missing) {
        return missing.isEmpty()
                ? Finding.fit(SUBJECT, "it may run every command of operators, with each of these sinks")
                : Finding.note(
                        SUBJECT,
                        "it may not: "
                                + Finding.list(missing.stream().map(Need::text).toList()),
                        "Where it needs these commands, grant the ACLs of docs/security.md.");
    }
}
