package io.taskqueue.cli.doctor;

import io.taskqueue.kafka.KafkaFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Runs checks, each whatever the others found: one that may not look, or gets no answer, is a finding as well. */
final class Examination {

    /** A finding, and the name of the check that found it. */
    record Found(String check, Finding finding) {}

    private final ExaminedCluster cluster;

    Examination(ExaminedCluster cluster) {
        this.cluster = cluster;
    }

    /** What the checks found, in their order. */
    List<Found> run(List<Check> checks) throws InterruptedException {
        List<Found> all = new ArrayList<>();
        for (Check check : checks) {
            for (Finding finding : findings(check)) {
                all.add(new Found(check.name(), finding));
            }
        }
        return all;
    }

    private List<Finding> findings(Check check) throws InterruptedException {
        try {
            if (check.readsEvents() && !cluster.isReadable()) {
                return List.of(Finding.unknown(
                        check.subject(),
                        "the event topic has partitions without a leader, so its events cannot be read",
                        "Correct that first, then run doctor again."));
            }
            return check.run(cluster);
        } catch (AuthorizationException denied) {
            return List.of(Finding.unknown(
                    check.subject(),
                    "this user may not look (" + message(denied) + ")",
                    "Permit " + check.permission() + ", or run doctor as a user who may."));
        } catch (UnsupportedVersionException old) {
            return List.of(Finding.unknown(
                    check.subject(),
                    "the brokers do not support the request (" + message(old) + ")",
                    "Use brokers of Kafka 3.3 or later, in KRaft mode."));
        } catch (KafkaException e) {
            KafkaFailure failure = KafkaFailure.of(e, Map.of());
            return List.of(Finding.error(check.subject(), "it cannot be read: " + failure.found(), failure.remedy()));
        }
    }

    /** The message of an exception on one line, without its last full stop. */
    private static String message(KafkaException failure) {
        String line = String.valueOf(failure.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
