package io.taskqueue.cli.status;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.console.model.SinkLimit;
import io.taskqueue.console.sinks.SinkLimits;
import io.taskqueue.kafka.TopicOffsets;
import io.taskqueue.kafka.TopicOffsets.Unconsumed;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.admin.SinkCounts;
import io.taskqueue.streams.admin.SinkCounts.DivergedQueue;
import io.taskqueue.streams.admin.SinkInstances;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.streams.checkpoint.Divergence;
import io.taskqueue.streams.checkpoint.Gap;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.checkpoint.Missing;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink is behind, by its committed offsets, and what its state holds. Events in flight count as consumed: they are committed
 * with the state of the sink, not by the offset.
 *
 * @param name the name of the sink
 * @param state the state of its consumer group
 * @param members the number of running instances
 * @param events the number of records that are not consumed
 * @param seconds the age of the oldest record that is not consumed; 0 if all are
 * @param held what its state holds
 * @param limit its rate limit; null if no running instance reports one
 */
record SinkLag(
        String name,
        String state,
        int members,
        long events,
        double seconds,
        @JsonUnwrapped Held held,
        @Nullable SinkLimit limit) {

    /** So many records of results are read to count recorded failures: as many as take a third of a second. */
    static final int MOST_RESULTS = 250_000;

    /**
     * Counts in the state of a sink; each is null if it is unknown: the group is not a sink, or its state may not be read.
     *
     * @param inFlight the number of events that are consumed and not applied yet: they run, or wait for their next attempt or their target
     * @param parked the number of its parked events
     * @param failed the number of its effects whose newest result is a recorded failure; null also if there are too many results
     * @param tooManyResults whether they are not counted because the topic of its results has more than {@value SinkLag#MOST_RESULTS} records
     * @param undecodable the number of records that it could not decode
     * @param diverged the queues of which events are missing
     * @param logChanges what happened to the event topic that it could not follow
     */
    record Held(
            @Nullable Long inFlight,
            @Nullable Long parked,
            @Nullable Long failed,
            boolean tooManyResults,
            @Nullable Long undecodable,
            @Nullable List<Diverged> diverged,
            @Nullable List<Changed> logChanges) {

        private static Held of(Map<String, Object> kafka, String name) {
            Optional<SinkCounts> counts = counts(kafka, name);
            Long parked = SinkLag.parked(kafka, name);
            Failures failures = parked == null ? Failures.UNKNOWN : Failures.read(kafka, name);
            return new Held(
                    counts.map(SinkCounts::inFlight).orElse(null),
                    parked,
                    failures.count(),
                    failures.tooManyResults(),
                    counts.map(SinkCounts::undecodable).orElse(null),
                    counts.map(known ->
                                    known.diverged().stream().map(Diverged::of).toList())
                            .orElse(null),
                    counts.map(known ->
                                    known.logChanges().stream().map(Changed::of).toList())
                            .orElse(null));
        }
    }

    /** The recorded failures, as far as they are known. */
    private record Failures(@Nullable Long count, boolean tooManyResults) {

        static final Failures UNKNOWN = new Failures(null, false);

        static Failures read(Map<String, Object> kafka, String name) {
            try {
                return new SinkResults(kafka, name)
                        .failures(MOST_RESULTS)
                        .map(failures -> new Failures((long) failures.size(), false))
                        .orElseGet(() -> new Failures(null, true));
            } catch (AuthorizationException unknown) {
                return UNKNOWN;
            }
        }
    }

    /**
     * A queue that is marked diverged.
     *
     * @param missing how many events are missing, at least
     * @param atMost how many may be missing; null if unknown
     * @param place the newest place; null where a version that did not store it has marked the queue
     * @param halted whether the sink halts there
     * @param text all of it, as text
     */
    record Diverged(
            String queue,
            int partition,
            long missing,
            @Nullable Long atMost,
            @Nullable Place place,
            String at,
            boolean halted,
            String text) {

        private static Diverged of(DivergedQueue queue) {
            Divergence divergence = queue.divergence();
            Missing missing = divergence.missing();
            return new Diverged(
                    queue.queueName(),
                    queue.partition(),
                    missing.atLeast(),
                    missing.atMost() == Missing.UNKNOWN ? null : missing.atMost(),
                    Place.of(divergence.newest()),
                    divergence.at().toString(),
                    divergence.pending(),
                    divergence.text());
        }
    }

    /** A place where events are missing. */
    record Place(String cause, String before, String found, long offset) {

        private static @Nullable Place of(@Nullable Gap gap) {
            return gap == null
                    ? null
                    : new Place(
                            gap.cause().name().toLowerCase(Locale.ROOT),
                            gap.before().toString(),
                            gap.found().toString(),
                            gap.offset());
        }
    }

    /** What happened to the event topic. */
    record Changed(String change, int partition, long times, String at, long from, long to, String text) {

        private static Changed of(LogChange change) {
            return new Changed(
                    change.kind().name().toLowerCase(Locale.ROOT),
                    change.partition(),
                    change.times(),
                    change.at().toString(),
                    change.from(),
                    change.to(),
                    change.text());
        }
    }

    static SinkLag of(Admin admin, TopicOffsets topic, Map<String, Object> kafka, String name, Instant now)
            throws InterruptedException {
        ConsumerGroupDescription group = KafkaOptions.REQUESTS
                .await(admin.describeConsumerGroups(List.of(name)).all(), "describe consumer group " + name)
                .values()
                .stream()
                .findFirst()
                .orElseThrow();
        Collection<Unconsumed> unconsumed = topic.unconsumed(kafka, name).values();
        return new SinkLag(
                name,
                group.groupState().toString(),
                group.members().size(),
                unconsumed.stream().mapToLong(Unconsumed::offsets).sum(),
                age(unconsumed, now),
                Held.of(kafka, name),
                limit(kafka, name, now));
    }

    private static @Nullable SinkLimit limit(Map<String, Object> kafka, String name, Instant now) {
        try {
            return SinkLimits.of(SinkInstances.read(kafka, name).stream()
                    .filter(report -> report.running(now))
                    .toList());
        } catch (AuthorizationException unknown) {
            return null;
        }
    }

    private static Optional<SinkCounts> counts(Map<String, Object> kafka, String name) {
        try {
            return SinkCounts.read(kafka, name);
        } catch (AuthorizationException unknown) {
            return Optional.empty();
        }
    }

    private static @Nullable Long parked(Map<String, Object> kafka, String name) {
        try {
            return new ParkedEvents(kafka, name)
                    .read().stream().filter(event -> !event.discarded()).count();
        } catch (IllegalStateException | AuthorizationException unknown) {
            return null;
        }
    }

    /** The age of the oldest record that is not consumed: a difference of wall clocks, because another machine set the timestamp. */
    private static double age(Collection<Unconsumed> unconsumed, Instant now) {
        long oldest =
                unconsumed.stream().mapToLong(each -> each.first().timestamp()).reduce(now.toEpochMilli(), Math::min);
        return Duration.between(Instant.ofEpochMilli(oldest), now).toMillis() / 1000.0;
    }
}
