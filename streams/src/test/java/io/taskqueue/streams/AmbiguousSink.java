package io.taskqueue.streams;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectProbe.Answer;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.ReplicationSink;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** One effect per event, each task's under another policy, on a ledger outside of the process. */
class AmbiguousSink implements ReplicationSink<String> {

    /** The policy of a task's effect, by the task's number. */
    enum Policy {
        RERUN(0),
        PROBE(1),
        PARK(2),
        ASSUME_DONE(3);

        final int task;

        Policy(int task) {
            this.task = task;
        }

        static Policy of(ReplicationEvent<String> event) {
            return values()[(int) event.taskId().sequenceId() - 1];
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final String ledger;

    AmbiguousSink(String ledger) {
        this.ledger = ledger;
    }

    /** Called at each step: before the effect, when its action begins, when it ends, and when its result was passed on. */
    void at(KillPoint point, Effects effects) throws Exception {}

    @Override
    public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
        if (event.kind() != EventKind.ENQUEUED) {
            return;
        }
        at(KillPoint.BEFORE_INTENT, effects);
        effects.run("call", policy(event), key -> {
            at(KillPoint.INTENT_COMMITTED, effects);
            ask("", key);
            at(KillPoint.ACTION_DONE, effects);
        });
        at(KillPoint.RESULT_HANDED_OVER, effects);
    }

    private OnAmbiguity<Void> policy(ReplicationEvent<String> event) {
        return switch (Policy.of(event)) {
            case RERUN -> OnAmbiguity.rerun();
            case PROBE -> OnAmbiguity.probe(key -> Answer.doneIf(ask("asked", key) == 204));
            case PARK -> OnAmbiguity.park();
            case ASSUME_DONE -> OnAmbiguity.assumeDone();
        };
    }

    private int ask(String path, EffectKey key) throws Exception {
        String query = URLEncoder.encode(key.toString(), StandardCharsets.UTF_8);
        return http.send(
                        HttpRequest.newBuilder(URI.create(ledger + path + "?" + query))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
