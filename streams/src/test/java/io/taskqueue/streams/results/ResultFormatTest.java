package io.taskqueue.streams.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.SinkStoppedException;
import io.taskqueue.sink.store.EffectResult;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class ResultFormatTest {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.000000006Z");

    @Test
    void resultsAreReadAsTheyWereWritten() {
        List<EffectResult> results = List.of(
                new EffectResult.Done("receipt", "{\"n\":1.10}"),
                new EffectResult.Done("void", "null"),
                new EffectResult.Failed(new TaskError(null, "no code", Map.of())),
                new EffectResult.Failed(new TaskError("", "an empty code", Map.of("a", "ä", "b", ""))));

        assertThat(results).allSatisfy(result -> {
            byte[] value = ResultFormat.value(4_711, THEN, result);
            assertThat(ResultFormat.result(value)).contains(result);
            assertThat(ResultFormat.offset(value)).isEqualTo(4_711);
        });
    }

    @Test
    void theSizeOfAnEntryIsKnownBeforeItIsWritten() {
        List<EffectResult> results = List.of(
                new EffectResult.Done("void", "null"),
                new EffectResult.Done("Größe", "\"é😀\""),
                new EffectResult.Failed(new TaskError("", "an empty code", Map.of("a", "ä", "b", ""))));
        EffectKey key = new EffectKey("s", 3, "ä/b", new Position(2, 300), "größe");

        assertThat(results).allSatisfy(result -> assertThat(ResultFormat.size(key, result))
                .isEqualTo(ResultFormat.key(key).get().length + ResultFormat.value(4_711, THEN, result).length));
    }

    @Test
    void keysAreReadAsWrittenAndSortByQueueThenPosition() {
        EffectKey first = new EffectKey("s", 0, "ä/b", new Position(2, 300), "charge");
        EffectKey second = new EffectKey("s", 1, "ä/b", new Position(2, 300), "charge");
        assertThat(ResultFormat.key("s", ResultFormat.key(first))).isEqualTo(first);
        assertThat(ResultFormat.key(first))
                .isLessThan(ResultFormat.key(new EffectKey("s", 0, "ä/b", new Position(3, 1), "a")));
        assertThat(ResultFormat.key("s", ResultFormat.key(second))).isEqualTo(second);
    }

    @Test
    void noPrefixOfAnEventMatchesAnotherEvent() {
        byte[] prefix = ResultFormat.eventPrefix("a", new Position(1, 1)).get();
        Bytes other = ResultFormat.key(new EffectKey("s", 0, "a", new Position(1, 256), "x"));
        Bytes longer = ResultFormat.key(new EffectKey("s", 0, "ab", new Position(1, 1), "x"));
        assertThat(Arrays.copyOf(other.get(), prefix.length)).isNotEqualTo(prefix);
        assertThat(Arrays.copyOf(longer.get(), prefix.length)).isNotEqualTo(prefix);
    }

    @Test
    void anotherFormatVersionIsRefused() {
        byte[] stored = ResultFormat.value(1, THEN, new EffectResult.Done("void", "null"));
        stored[0] = 9;

        assertThatThrownBy(() -> ResultFormat.result(stored))
                .isInstanceOf(SinkStoppedException.class)
                .hasMessage(
                        "A stored effect result has format version 9, but this version of the sink supports only 1. Run "
                                + "the version that wrote it, or a newer one.");
    }
}
