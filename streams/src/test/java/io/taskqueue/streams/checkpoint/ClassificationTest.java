package io.taskqueue.streams.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.taskqueue.event.Position;
import io.taskqueue.streams.checkpoint.Arrival.Mark;
import io.taskqueue.streams.checkpoint.Checkpoint.Fence;
import io.taskqueue.streams.checkpoint.Classification.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassificationTest {

    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final UUID ONE = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);

    /** The newest event read: 5/10 at offset 100; epoch 5 opened at offset 80, epoch 3 at 10. */
    private static final Checkpoint KNOWN = new Checkpoint(
            TOPIC,
            0,
            new Mark(new Position(5, 10), 100),
            null,
            List.of(new Fence(3, 10, ONE), new Fence(5, 80, ONE)),
            0,
            null);

    private static final LogState LOG = new LogState(TOPIC, 1, 0, 1_000);
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T09:30:00Z"), ZoneOffset.UTC);

    static Stream<Arguments> cases() {
        return Stream.of(
                arguments("the next event", at(5, 11, 101), Verdict.NEXT),
                arguments("the next event behind transaction markers", at(5, 11, 140), Verdict.NEXT),
                arguments("a new epoch", opens(9, 101, OTHER), Verdict.NEXT),
                arguments("a hole", at(5, 13, 101), Verdict.GAP),
                arguments("a new epoch without its opening", at(9, 1, 101), Verdict.GAP),
                arguments("sent twice", at(5, 10, 101), Verdict.DUPLICATE),
                arguments("opened twice by the same source", opens(5, 101, ONE), Verdict.DUPLICATE),
                arguments("a lower epoch behind the fence", at(3, 7, 101), Verdict.STALE),
                arguments("a lower epoch that opens behind the fence", opens(4, 101, OTHER), Verdict.STALE),
                arguments("a lower epoch behind the fence, in a replay", at(3, 7, 90), Verdict.STALE),
                arguments("a lower epoch before the fence, in a replay", at(3, 7, 70), Verdict.REPLAY),
                arguments("the newest again", at(5, 10, 100), Verdict.REPLAY),
                arguments("an opening again", opens(5, 80, ONE), Verdict.REPLAY),
                arguments("the epoch of another source", opens(5, 101, OTHER), Verdict.FORKED),
                arguments("a seen offset with a newer position", at(5, 11, 100), Verdict.REWRITTEN),
                arguments("a seen offset with a newer epoch", opens(9, 50, OTHER), Verdict.REWRITTEN));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("cases")
    void classifies(String what, Arrival arrival, Verdict expected) {
        assertThat(Classification.of(KNOWN, arrival, LOG, 0, CLOCK).verdict())
                .as(what)
                .isEqualTo(expected);
    }

    @Test
    void theHistoryBeginsAtTheFirstEventRead() {
        Classification joined = Classification.of(null, at(5, 7, 40), LOG, 2, CLOCK);

        assertThat(joined.verdict()).isEqualTo(Verdict.JOINED);
        assertThat(joined.after())
                .isEqualTo(new Checkpoint(
                        TOPIC, 2, new Mark(new Position(5, 7), 40), null, List.of(new Fence(5, 40, null)), 0, null));
    }

    @Test
    void aGapMarksTheQueueUntilItIsCleared() {
        Checkpoint after =
                Classification.of(KNOWN, at(5, 13, 101), LOG, 0, CLOCK).after();

        assertThat(after.diverged()).isTrue();
        assertThat(after.take(at(5, 14, 102)).diverged()).isTrue();
        assertThat(after.cleared().diverged()).isFalse();
    }

    @Test
    void aReplayKeepsTheNewestPositionAndDropsDuplicatesWithinIt() {
        Checkpoint once = replayed(KNOWN, at(5, 1, 81), Verdict.REPLAY);
        Checkpoint twice = replayed(once, at(5, 1, 82), Verdict.DUPLICATE);
        Checkpoint on = replayed(twice, at(5, 2, 83), Verdict.REPLAY);
        Checkpoint rewound = replayed(on, at(5, 1, 81), Verdict.REPLAY);

        assertThat(rewound.taken()).isEqualTo(KNOWN.taken());
        assertThat(rewound.replaying()).isTrue();
        assertThat(replayed(rewound, at(5, 10, 100), Verdict.REPLAY).replaying())
                .isFalse();
    }

    @Test
    void fencesThatNoRecordCanNeedAreRemoved() {
        assertThat(KNOWN.withoutFencesBefore(11)).isEqualTo(KNOWN);
        assertThat(KNOWN.withoutFencesBefore(81).fences()).containsExactly(new Fence(5, 80, ONE));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aLogOfCompetingSourcesIsAppliedOnceInOrderAndNeverBehindAFenceHoweverOftenItIsRewound(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            List<Arrival> log = log(random);
            Set<Long> stale = behindFences(log);
            Set<Position> applied = new HashSet<>();
            Checkpoint checkpoint = null;
            int rewinds = 3;
            for (int index = 0; index < log.size(); index++) {
                Arrival arrival = log.get(index);
                Classification found = Classification.of(checkpoint, arrival, LOG, 0, CLOCK);
                String place = "seed " + seed + ", run " + run + ", " + arrival + " was " + found.verdict();
                assertThat(found.gap()).as(place).isNull();
                assertThat(found.verdict()).as(place).isNotEqualTo(Verdict.REWRITTEN);
                assertThat(found.verdict() == Verdict.STALE).as(place).isEqualTo(stale.contains(arrival.offset()));
                if (found.verdict() == Verdict.NEXT || found.verdict() == Verdict.JOINED) {
                    assertThat(applied.add(arrival.position())).as(place).isTrue();
                }
                if (checkpoint != null) {
                    assertThat(found.after().taken().position())
                            .as(place)
                            .isGreaterThanOrEqualTo(checkpoint.taken().position());
                }
                checkpoint = CheckpointFormat.read(
                                CheckpointFormat.write(found.after(), Map.of(), new LastRead(0, Instant.EPOCH)))
                        .checkpoint();
                assertThat(checkpoint).as(place).isEqualTo(found.after());
                if (rewinds > 0 && random.nextInt(20) == 0) {
                    rewinds--;
                    index = random.nextInt(index + 1) - 1;
                }
            }
            Set<Position> owed = new HashSet<>();
            log.stream()
                    .filter(arrival -> !stale.contains(arrival.offset()))
                    .forEach(arrival -> owed.add(arrival.position()));
            assertThat(applied).isEqualTo(owed);
        }
    }

    /** Sources that open increasing epochs, continue to write after they lost the queue, and send events twice. */
    private static List<Arrival> log(Random random) {
        List<Arrival> log = new ArrayList<>();
        List<long[]> sources = new ArrayList<>();
        long offset = 0;
        for (int step = 0; step < 60; step++) {
            offset += 1 + random.nextInt(2);
            if (sources.isEmpty() || random.nextInt(15) == 0) {
                long epoch = sources.size() * 3L + 1;
                sources.add(new long[] {epoch, 0});
                log.add(opens(epoch, offset, new UUID(epoch, 0)));
                continue;
            }
            boolean zombie = random.nextInt(4) == 0;
            long[] source = sources.get(zombie ? random.nextInt(sources.size()) : sources.size() - 1);
            boolean again = source[1] > 0 && random.nextInt(5) == 0;
            log.add(at(source[0], again ? source[1] : ++source[1], offset));
        }
        return log;
    }

    private static Set<Long> behindFences(List<Arrival> log) {
        Set<Long> stale = new HashSet<>();
        long newest = -1;
        for (Arrival arrival : log) {
            newest = Math.max(newest, arrival.position().epoch());
            if (arrival.position().epoch() < newest) {
                stale.add(arrival.offset());
            }
        }
        return stale;
    }

    private static Checkpoint replayed(Checkpoint known, Arrival arrival, Verdict expected) {
        Classification found = Classification.of(known, arrival, LOG, 0, CLOCK);
        assertThat(found.verdict()).isEqualTo(expected);
        return found.after();
    }

    private static Arrival at(long epoch, long sequence, long offset) {
        return new Arrival(new Position(epoch, sequence), offset, null);
    }

    private static Arrival opens(long epoch, long offset, UUID instance) {
        return new Arrival(new Position(epoch, 0), offset, instance);
    }
}
