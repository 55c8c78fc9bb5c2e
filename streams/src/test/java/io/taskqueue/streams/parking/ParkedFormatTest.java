package io.taskqueue.streams.parking;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskId;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.parking.ParkedState.EffectState;
import io.taskqueue.streams.replay.DeliveryContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class ParkedFormatTest {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.000000006Z");

    @Test
    void parkedEventsAreReadAsWrittenAndThoseOfATaskSortByOffset() {
        TaskId task = new TaskId("ä/b", 3, 4);
        ParkedState.Failed failed = new ParkedState.Failed(
                7,
                new TaskError(null, "no code", Map.of("a", "ä")),
                Map.of("charge", EffectState.UNDECIDED, "mail", EffectState.DONE));
        List<ParkedState> states = List.of(
                failed,
                new ParkedState.Behind(),
                new ParkedState.Discarded("ann", "by hand", THEN, Optional.of(failed)),
                new ParkedState.Discarded("bob", "wrong", THEN, Optional.empty()));

        assertThat(states).allSatisfy(state -> {
            ParkedEntry entry = new ParkedEntry(
                    new ParkedKey(task, new EventLocation(new Uuid(3, -4), 300)),
                    new DeliveryContext(EffectMode.RECORDED_ONLY, true, 2, 5),
                    THEN,
                    true,
                    "other",
                    new Position(5, 6),
                    state,
                    Bytes.wrap(new byte[] {'{', '}'}));
            Bytes key = ParkedFormat.key(entry.key());
            assertThat(ParkedFormat.entry(key.get(), ParkedFormat.value(entry))).isEqualTo(entry);
            assertThat(key).isLessThan(ParkedFormat.key(new ParkedKey(task, new EventLocation(new Uuid(-3, 0), 301))));
            assertThat(key.get()).startsWith(ParkedFormat.taskPrefix(task).get());
        });
    }
}
