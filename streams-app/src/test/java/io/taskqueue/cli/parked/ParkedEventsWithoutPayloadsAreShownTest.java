package io.taskqueue.cli.parked;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.PayloadInclusion;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskError;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.streams.parking.ParkedEvent;
import io.taskqueue.streams.parking.ParkedState;
import io.taskqueue.streams.parking.ParkedTask;
import io.taskqueue.testkit.RecordedEvents;
import io.taskqueue.testkit.RecordedTask;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParkedEventsWithoutPayloadsAreShownTest {

    private static ParkedTask parked(EventKind from) {
        RecordedTask<String> recorded = RecordedEvents.<String>builder("orders")
                .codec(PayloadCodec.jsonText())
                .payload(PayloadInclusion.FIRST_EVENT)
                .build()
                .completed("{\"n\":1}");
        List<ParkedEvent> events = recorded.events().stream()
                .dropWhile(event -> event.kind() != from)
                .map(ParkedEventsWithoutPayloadsAreShownTest::parked)
                .toList();
        return new ParkedTask(recorded.id(), events);
    }

    private static ParkedEvent parked(ReplicationEvent<String> event) {
        return new ParkedEvent(
                event,
                0,
                event.position().sequence(),
                Instant.EPOCH,
                1,
                false,
                new ParkedState.Failed(1, TaskError.of("no answer"), Map.of()));
    }

    @Test
    void theTableStatesWhyThePayloadIsMissing() {
        assertThat(ParkedTable.task(parked(EventKind.ENQUEUED), "")).contains("{\"n\":1}");
        assertThat(ParkedTable.task(parked(EventKind.LEASE_GRANTED), ""))
                .contains("not in this event: its source includes it in the task's first event only");
    }

    @Test
    void jsonHasTheValueOfTheEventsThatHaveIt() {
        JsonNode events = ParkedJson.full(parked(EventKind.ENQUEUED), true).get("events");

        assertThat(events).hasSize(3);
        assertThat(events.get(0).has("value")).isTrue();
        assertThat(events.get(1).has("value")).isFalse();
        assertThat(events.get(2).has("value")).isFalse();
    }
}
