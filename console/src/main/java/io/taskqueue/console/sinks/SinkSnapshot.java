package io.taskqueue.console.sinks;

import io.taskqueue.console.model.Badge;
import io.taskqueue.console.model.CatchUp;
import io.taskqueue.console.model.DecisionView;
import io.taskqueue.console.model.ReplayView;
import io.taskqueue.console.model.SinkInstanceView;
import io.taskqueue.console.model.SinkPosition;
import io.taskqueue.console.model.SinkView;
import io.taskqueue.console.overview.QueueProblems;
import io.taskqueue.console.overview.QueueProblems.SinkOfQueue;
import io.taskqueue.console.overview.SinkProblems;
import io.taskqueue.console.sinks.SinkGroups.Group;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.admin.SinkCounts;
import io.taskqueue.streams.checkpoint.LogChange;
import io.taskqueue.streams.instances.SinkInstance;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.replay.ReplayCounts;
import io.taskqueue.streams.replay.ReplayReceipt;
import io.taskqueue.streams.status.EffectLatency;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A sink as it was at one moment. Immutable.
 *
 * @param view what is shown
 * @param positions how far it has come with each queue
 * @param group its consumer group; null if it may not be described
 * @param logChanges what happened to the event topic that it could not follow
 * @param parked its parked and discarded events
 * @param decisions the decisions of operators, the newest first
 * @param replays its latest replays
 * @param results its newest recorded results
 */
record SinkSnapshot(
        SinkView view,
        List<SinkPosition> positions,
        @Nullable Group group,
        List<LogChange> logChanges,
        Reading<List<ParkedEvent>> parked,
        Reading<List<DecisionView>> decisions,
        List<ReplayView> replays,
        Reading<NewestResults> results) {

    private static final String UNKNOWN_STATE = "Unknown";

    static SinkSnapshot of(
            FollowedSink sink,
            List<SinkPosition> positions,
            @Nullable Group group,
            double producedPerSecond,
            Instant now) {
        @Nullable List<SinkInstance> reports = sink.instances();
        List<SinkInstance> running = reports == null
                ? List.of()
                : reports.stream().filter(report -> sink.runs(report, now)).toList();
        List<String> breakers = running.stream()
                .flatMap(report -> report.health().target().stream())
                .distinct()
                .toList();
        SinkCounts counts = sink.counts().orElse(null);
        List<LogChange> logChanges = counts == null ? List.of() : counts.logChanges();
        Reading<List<ParkedEvent>> parked = sink.parked();
        Reading<Long> parkedEvents = parked.map(ParkedPages::parked);
        Behind behind = Behind.of(positions)
                .orElseGet(() -> new Behind(
                        sink.progress().lagEvents(),
                        sink.progress().lagSeconds(now),
                        sink.progress().catchUp(producedPerSecond)));
        return new SinkSnapshot(
                new SinkView(
                        sink.name(),
                        group == null ? UNKNOWN_STATE : group.state(),
                        running.stream().map(SinkSnapshot::instance).toList(),
                        reports == null || running.isEmpty() ? null : effects(running),
                        counts == null ? null : counts.inFlight(),
                        parkedEvents.orNull(),
                        sink.failed(),
                        parked.map(ParkedPages::ambiguous).orNull(),
                        counts == null ? null : counts.undecodable(),
                        behind.events(),
                        behind.seconds(),
                        behind.catchUp(),
                        SinkLimits.of(running),
                        problems(sink, group, reports, breakers, counts, parkedEvents.orNull(), now)),
                List.copyOf(positions),
                group,
                logChanges,
                parked,
                sink.decisions(group == null ? !running.isEmpty() : group.running()),
                sink.receipts().stream()
                        .map(receipt -> replay(sink.name(), receipt))
                        .toList(),
                sink.results());
    }

    /** What it has not applied of all queues together, so that the whole agrees with its parts; null is unknown. */
    private record Behind(@Nullable Long events, @Nullable Double seconds, CatchUp catchUp) {

        /** Empty where there are no queues, or one of which it is unknown. */
        static Optional<Behind> of(List<SinkPosition> positions) {
            long events = 0;
            double seconds = 0;
            CatchUp catchUp = CatchUp.DONE;
            for (SinkPosition position : positions) {
                Long lag = position.lagEvents();
                if (lag == null) {
                    return Optional.empty();
                }
                events += lag;
                if (lag > 0) {
                    Double age = position.lagSeconds();
                    seconds = age == null ? seconds : Math.max(seconds, age);
                    catchUp = catchUp.and(position.catchUp());
                }
            }
            return positions.isEmpty() ? Optional.empty() : Optional.of(new Behind(events, seconds, catchUp));
        }
    }

    private static List<Badge> problems(
            FollowedSink sink,
            @Nullable Group group,
            @Nullable List<SinkInstance> reports,
            List<String> breakers,
            @Nullable SinkCounts counts,
            @Nullable Long parked,
            Instant now) {
        List<String> failures = reports == null || (group != null && group.running())
                ? List.of()
                : reports.stream()
                        .filter(report -> !sink.runs(report, now))
                        .flatMap(report -> report.health().failure().stream())
                        .limit(1)
                        .toList();
        return new SinkProblems(
                        sink.name(),
                        group == null ? UNKNOWN_STATE : group.state(),
                        group == null || group.running(),
                        sink.progress().lagEvents(),
                        failures,
                        breakers,
                        new SinkProblems.Held(
                                parked,
                                counts == null ? null : counts.undecodable(),
                                TopicNames.deadLetters(sink.name()),
                                counts == null
                                        ? List.of()
                                        : counts.diverged().stream()
                                                .map(queue -> queue.queueName() + ": "
                                                        + queue.divergence().text())
                                                .toList(),
                                counts == null
                                        ? List.of()
                                        : counts.logChanges().stream()
                                                .filter(change -> change.kind().needsOperator())
                                                .map(SinkSnapshot::sentence)
                                                .toList()),
                        sink.idle())
                .badges();
    }

    /** What the badges of a queue say of this sink. */
    SinkOfQueue of(int partition, @Nullable SinkPosition position) {
        return new SinkOfQueue(
                view.name(),
                view.groupState(),
                group == null || group.has(partition),
                position == null
                        ? null
                        : new QueueProblems.Progress(position.lagEvents(), position.parked(), position.diverged()),
                logChanges.stream()
                        .filter(change ->
                                change.partition() == partition && change.kind().needsOperator())
                        .map(SinkSnapshot::sentence)
                        .toList(),
                view.instances().stream()
                        .flatMap(instance -> instance.breakers().stream())
                        .distinct()
                        .toList());
    }

    private static String sentence(LogChange change) {
        return change.text() + ". " + change.kind().remedy();
    }

    private static SinkInstanceView instance(SinkInstance report) {
        return new SinkInstanceView(
                report.identity().id(),
                report.identity().host(),
                report.identity().startedAt(),
                report.at(),
                report.inFlight(),
                report.health().target().stream().toList(),
                latency(report.latency()),
                report.latencies().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, each -> latency(each.getValue()))));
    }

    private static SinkInstanceView.Latency latency(EffectLatency reported) {
        return new SinkInstanceView.Latency(reported.upperMillis(), reported.counts());
    }

    private static SinkView.Effects effects(List<SinkInstance> running) {
        return new SinkView.Effects(
                sum(running, report -> report.effects().run()),
                sum(running, report -> report.effects().reused()),
                sum(running, report -> report.effects().failed()),
                sum(running, report -> report.effects().parked()),
                sum(running, report -> report.effects().ambiguous()));
    }

    private static long sum(List<SinkInstance> running, ToLongFunction<SinkInstance> count) {
        return running.stream().mapToLong(count).sum();
    }

    private static ReplayView replay(String sink, ReplayReceipt receipt) {
        Map<String, Long> counts = new LinkedHashMap<>();
        ReplayCounts counted = receipt.counts();
        counts.put("events", counted.events());
        counts.put("reused", counted.reused());
        counts.put("run", counted.run());
        counts.put("failed", counted.failed());
        counts.put("parked", counted.parked());
        counts.put("missing", counted.missing());
        counts.put("ambiguous", counted.ambiguous());
        return new ReplayView(
                sink,
                receipt.partition(),
                receipt.order().mode().text(),
                receipt.order().selection().isAll()
                        ? ""
                        : receipt.order().selection().toString(),
                receipt.firstOffset(),
                receipt.lastOffset(),
                receipt.begunAt(),
                receipt.endedAt().orElse(null),
                counts);
    }
}
