package io.taskqueue.cli.doctor;

import io.taskqueue.config.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.QuorumInfo;

/**
 * How far the clock of this machine is from that of the active controller.
 *
 * <p>The active controller states when each voter of the metadata quorum was last caught up, by its own clock; of itself it states the
 * current time. Nothing is written for that, and no other answer of Kafka has the time of a broker: the timestamp of a record is only a
 * lower bound.
 *
 * <pre>
 *   asked ------ controller: now ------ answered        by this machine's clock
 * </pre>
 *
 * <p>So a difference is certain as far as that time lies outside of the two.
 */
final class ClockCheck implements Check {

    private static final String SUBJECT = "clocks";

    /** Clocks that are synchronized differ by much less. */
    private static final Duration TOLERANCE = Duration.ofSeconds(5);

    @Override
    public String name() {
        return "clocks";
    }

    @Override
    public String subject() {
        return SUBJECT;
    }

    @Override
    public String permission() {
        return "Describe on the cluster";
    }

    @Override
    public List<Finding> run(ExaminedCluster cluster) throws InterruptedException {
        Instant asked = cluster.clock().instant();
        QuorumInfo quorum =
                cluster.await(cluster.admin().describeMetadataQuorum().quorumInfo(), "describe the metadata quorum");
        Instant answered = cluster.clock().instant();
        OptionalLong controller = quorum.voters().stream()
                .filter(voter -> voter.replicaId() == quorum.leaderId())
                .map(QuorumInfo.ReplicaState::lastCaughtUpTimestamp)
                .flatMapToLong(OptionalLong::stream)
                .findFirst();
        return List.of(
                controller.isPresent()
                        ? judge(
                                quorum.leaderId(),
                                difference(asked, Instant.ofEpochMilli(controller.getAsLong()), answered))
                        : Finding.unknown(
                                SUBJECT,
                                "the active controller does not state its time",
                                "Compare the clocks of this machine and of the brokers yourself, for example with"
                                        + " chronyc tracking."));
    }

    /** How far the controller's clock certainly is ahead; negative if it is behind. Differences of wall clocks, which is what is asked. */
    static Duration difference(Instant asked, Instant controller, Instant answered) {
        // its time is in whole milliseconds
        if (controller.isBefore(asked.truncatedTo(ChronoUnit.MILLIS))) {
            return Duration.between(asked, controller);
        }
        return controller.isAfter(answered) ? Duration.between(answered, controller) : Duration.ZERO;
    }

    static Finding judge(int controller, Duration difference) {
        String node = "that of the active controller (node " + controller + ")";
        if (difference.abs().compareTo(TOLERANCE) <= 0) {
            return Finding.fit(
                    SUBJECT,
                    "the clock of this machine and " + node + " differ by less than " + DurationText.of(TOLERANCE));
        }
        return Finding.warning(
                SUBJECT,
                "the clock of this machine is "
                        + DurationText.of(difference.abs().truncatedTo(ChronoUnit.SECONDS))
                        + (difference.isNegative() ? " ahead of " : " behind ") + node
                        + ". Retention, lags in seconds, and the end of a lease in a recovery go by such clocks",
                "Synchronize the clocks of all machines (chrony, NTP), and run doctor on those of dispatchers and sinks too.");
    }
}
