package io.taskqueue.torture;

import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.registry.SourceRegistry;
import io.taskqueue.streams.admin.EffectRecord;
import io.taskqueue.streams.admin.ParkedEvents;
import io.taskqueue.streams.admin.SinkResults;
import io.taskqueue.torture.history.ObservedEntry;
import io.taskqueue.torture.history.ObservedEntry.ResultState;
import java.util.Map;
import java.util.Optional;

/** What Kafka holds about queues and sink when a run has ended, written to its history. */
final class FinalState {

    private FinalState() {}

    static void write(TortureCluster cluster) throws Exception {
        Map<String, Object> kafka = cluster.clients();
        SourceRegistry.read(kafka, ReplicationSource.DEFAULT_REGISTRY_TOPIC)
                .forEach((queue, claim) -> cluster.observed.write(
                        queue, new ObservedEntry.ClaimSeen(cluster.recorder.now(), claim.epoch(), claim.instanceId())));
        for (EffectRecord record : new SinkResults(kafka, TortureSettings.SINK).find(key -> true)) {
            cluster.observed.write(record.key().queueName(), seen(cluster, record));
        }
        new ParkedEvents(kafka, TortureSettings.SINK)
                .read().stream()
                        .filter(event -> !event.discarded())
                        .forEach(event -> cluster.observed.write(
                                event.event().queueName(),
                                new ObservedEntry.ParkedSeen(
                                        cluster.recorder.now(),
                                        TortureSettings.SINK,
                                        event.event().position(),
                                        event.state().toString())));
        CheckpointReader.write(cluster);
    }

    private static ObservedEntry seen(TortureCluster cluster, EffectRecord record) {
        Optional<EffectResult> result = record.result();
        ResultState state = result.map(
                        known -> known instanceof EffectResult.Done ? ResultState.DONE : ResultState.FAILED)
                .orElse(ResultState.IN_DOUBT);
        return new ObservedEntry.ResultSeen(
                cluster.recorder.now(),
                record.key(),
                state,
                result.map(FinalState::text).orElse(""));
    }

    private static String text(EffectResult result) {
        return result instanceof EffectResult.Failed failed
                ? failed.error().message()
                : ((EffectResult.Done) result).json();
    }
}
