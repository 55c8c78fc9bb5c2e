/**
 * The command {@code doctor}.
 *
 * <pre>
 *   DoctorCommand       the list of checks
 *     Examination         runs each Check on the ExaminedCluster; one that may not look is a Finding as well
 *     DoctorReport        the findings as text, as JSON and as an exit code
 *
 *   of brokers          BrokersCheck, BrokerSettingsCheck, ClockCheck
 *   of a topic          SourceTopicCheck, TopicSettingsCheck, ReplicasCheck, InSyncReplicasCheck, RecordSizeCheck, OpenTransactionsCheck
 *   of retention        ReplayHorizonCheck, LiveTaskRetentionCheck, OffsetsRetentionCheck
 *   of a sink           SinkTopicsCheck, SinkProgressCheck, SinkStateCheck
 *   of the user         PermissionsCheck
 *
 *   ConfigRule          what one property has to be; KafkaTools: the command that sets it
 * </pre>
 *
 * <p>A check reads facts in {@code run}, and judges them in a function of its own that needs no cluster. All on the thread of the
 * command. Never: a write to Kafka.
 */
@NullMarked
package io.taskqueue.cli.doctor;

import org.jspecify.annotations.NullMarked;
