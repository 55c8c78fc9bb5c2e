package io.taskqueue.cli.doctor;

import java.util.List;

/** One thing that is looked at. */
interface Check {

    /** The name of the check in JSON; it never changes. */
    String name();

    /** What it looks at, for the case that it cannot. */
    String subject();

    /** The ACLs that it needs, for the case that they are missing. */
    String permission();

    /** Whether it reads partitions of the event topic, which takes minutes to fail where one has no leader. */
    default boolean readsEvents() {
        return false;
    }

    /**
     * Looks. Changes nothing on the cluster.
     *
     * @return what was found; empty if the check does not apply to this cluster
     * @throws org.apache.kafka.common.KafkaException if it cannot look
     */
    List<Finding> run(ExaminedCluster cluster) throws InterruptedException;
}
