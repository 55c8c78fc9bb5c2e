package io.taskqueue.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.EventKind;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetersTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger first = new AtomicInteger(1);
    private final AtomicInteger second = new AtomicInteger(2);

    @Test
    void nextSourceOfAQueueReplacesTheGaugesOfTheLast() {
        var old = new SourceMeters(registry, "orders");
        old.buffer(first, AtomicInteger::get);
        old.depth("pending", first, AtomicInteger::get);

        var next = new SourceMeters(registry, "orders");
        next.buffer(second, AtomicInteger::get);
        next.depth("pending", second, AtomicInteger::get);
        old.close();

        assertThat(registry.get(SourceMeters.BUFFER).gauge().value()).isEqualTo(2);
        assertThat(registry.get(SourceMeters.DEPTH)
                        .tag("state", "pending")
                        .gauge()
                        .value())
                .isEqualTo(2);
    }

    @Test
    void breakerIsAStateAndHasNoUnit() {
        try (var sink = new SinkMeters(registry, "billing")) {
            sink.breaker(first, AtomicInteger::get);
            assertThat(registry.get(SinkMeters.BREAKER).tag("sink", "billing").gauge())
                    .satisfies(gauge -> assertThat(gauge.value()).isEqualTo(1))
                    .satisfies(gauge -> assertThat(gauge.getId().getBaseUnit()).isNull());
        }
        assertThat(registry.find(SinkMeters.BREAKER).gauges()).isEmpty();
    }

    @Test
    void countersOfQueuesThatClosedLongAgoAreRemoved() {
        SourceMeters open = new SourceMeters(registry, "open");
        SourceMeters reopened = new SourceMeters(registry, "reopened");
        reopened.close();
        reopened.close();
        SourceMeters gone = new SourceMeters(registry, "gone");
        gone.close();
        SourceMeters again = new SourceMeters(registry, "reopened");
        int before = registry.getMeters().size();
        for (int queue = 0; queue < ClosedQueues.KEPT; queue++) {
            new SourceMeters(registry, "queue-" + queue).close();
        }

        int each = before / 3;
        assertThat(registry.getMeters()).hasSize(2 * each + ClosedQueues.KEPT * each);
        assertThat(registry.find(SourceMeters.EVENTS).tag("queue", "gone").counters())
                .isEmpty();
        for (String kept : List.of("open", "reopened", "queue-0", "queue-999")) {
            assertThat(registry.find(SourceMeters.EVENTS).tag("queue", kept).counters())
                    .isNotEmpty();
        }
        open.close();
        again.close();
    }

    @Test
    void closingRemovesGaugesAndKeepsCounters() {
        var meters = new SourceMeters(registry, "orders");
        meters.buffer(first, AtomicInteger::get);
        meters.depth("pending", first, AtomicInteger::get);
        meters.events(EventKind.ENQUEUED).increment();

        meters.close();
        meters.close();

        assertThat(registry.find(SourceMeters.BUFFER).gauges()).isEmpty();
        assertThat(registry.find(SourceMeters.DEPTH).gauges()).isEmpty();
        assertThat(new SourceMeters(registry, "orders")
                        .events(EventKind.ENQUEUED)
                        .count())
                .isEqualTo(1);
    }

    @Test
    void otherQueuesAndStatesKeepTheirGauges() {
        var orders = new SourceMeters(registry, "orders");
        orders.depth("pending", first, AtomicInteger::get);
        orders.depth("leased", second, AtomicInteger::get);
        var mails = new SourceMeters(registry, "mails");
        mails.depth("pending", second, AtomicInteger::get);

        orders.close();

        assertThat(registry.find(SourceMeters.DEPTH).gauges())
                .extracting(gauge -> gauge.getId().getTag("queue"))
                .containsExactly("mails");
    }

    @Test
    void compositeRegistryShowsAndRemovesGaugesToo() {
        var composite = new CompositeMeterRegistry();
        composite.add(registry);
        composite.config().commonTags("zone", "a");
        var old = new SourceMeters(composite, "orders");
        old.buffer(first, AtomicInteger::get);
        var next = new SourceMeters(composite, "orders");
        next.buffer(second, AtomicInteger::get);
        old.close();

        assertThat(registry.get(SourceMeters.BUFFER).tag("zone", "a").gauge().value())
                .isEqualTo(2);
        next.close();
        assertThat(registry.find(SourceMeters.BUFFER).gauges()).isEmpty();
    }

    @Test
    void nextRunOfASinkReplacesTheGaugesOfTheLast() {
        var old = new SinkMeters(registry, "billing");
        old.inflight(first, AtomicInteger::get);
        old.gauge(SinkMeters.SEQUENCE_LAG, "orders", first, AtomicInteger::get);

        var next = new SinkMeters(registry, "billing");
        next.inflight(second, AtomicInteger::get);
        next.gauge(SinkMeters.SEQUENCE_LAG, "orders", second, AtomicInteger::get);
        old.close();

        assertThat(registry.get(SinkMeters.INFLIGHT).gauge().value()).isEqualTo(2);
        assertThat(registry.get(SinkMeters.SEQUENCE_LAG).gauge().value()).isEqualTo(2);
    }

    @Test
    void everyNameHasOneSetOfTagKeysAndADescription() {
        for (String name : List.of("a", "b")) {
            var source = new SourceMeters(registry, name);
            source.buffer(first, AtomicInteger::get);
            source.depth("pending", first, AtomicInteger::get);
            source.depth("leased", first, AtomicInteger::get);
            var sink = new SinkMeters(registry, name);
            sink.inflight(first, AtomicInteger::get);
            for (String counter :
                    List.of(SinkMeters.APPLIED, SinkMeters.DUPLICATES, SinkMeters.FENCED, SinkMeters.GAPS)) {
                sink.counter(counter, name).increment();
            }
            for (String gauge : List.of(SinkMeters.SEQUENCE_LAG, SinkMeters.WALL_CLOCK_LAG)) {
                sink.gauge(gauge, name, first, AtomicInteger::get);
            }
        }

        var tagKeys = registry.getMeters().stream()
                .map(Meter::getId)
                .collect(Collectors.groupingBy(
                        Meter.Id::getName,
                        Collectors.mapping(
                                id -> id.getTags().stream().map(Tag::getKey).toList(), Collectors.toSet())));
        assertThat(tagKeys)
                .hasSizeGreaterThanOrEqualTo(13)
                .allSatisfy((name, keys) -> assertThat(keys).as(name).hasSize(1));
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotBlank());
    }

    @Test
    void countersOfTheWholeSinkExistFromTheStart() {
        var meters = new SinkMeters(registry, "billing");

        assertThat(registry.get(SinkMeters.EFFECTS)
                        .tag("result", "reused")
                        .counter()
                        .count())
                .isZero();
        meters.effects(SinkMeters.Result.REUSED).increment();
        meters.undecodable().increment();
        assertThat(registry.get(SinkMeters.EFFECTS)
                        .tag("result", "reused")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get(SinkMeters.UNDECODABLE).counter().count()).isEqualTo(1);
    }

    @Test
    void counterOfAQueueIsTheSameEachTime() {
        var meters = new SinkMeters(registry, "billing");

        assertThat(meters.counter(SinkMeters.APPLIED, "orders"))
                .isSameAs(meters.counter(SinkMeters.APPLIED, "orders"))
                .isNotSameAs(meters.counter(SinkMeters.APPLIED, "mails"));
    }

    @Test
    void nameThatHasNoQueueIsRefused() {
        var meters = new SinkMeters(registry, "billing");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> meters.counter(SinkMeters.EFFECTS, "orders"))
                .withMessage(
                        "A counter by queue is one of [taskqueue.replication.applied, taskqueue.replication.duplicates, "
                                + "taskqueue.replication.fenced, taskqueue.replication.gaps, taskqueue.replication.missing], but "
                                + "taskqueue.replication.effects was requested. Use a name of SinkMeters that is tagged with a queue.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> meters.gauge(SinkMeters.INFLIGHT, "orders", first, AtomicInteger::get));
    }
}
