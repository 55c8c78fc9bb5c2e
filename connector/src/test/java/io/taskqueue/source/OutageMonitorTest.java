package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.logging.CapturedLog;
import io.taskqueue.queue.Ticker;
import io.taskqueue.source.publish.BufferLimits;
import io.taskqueue.source.publish.EventBuffer;
import io.taskqueue.source.publish.PublishingParts;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutageMonitorTest implements OutageMonitor.Probe {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final CapturedLog log = CapturedLog.of(OutageMonitor.class);
    private final AtomicLong nanos = new AtomicLong(-7);
    private final AtomicInteger probes = new AtomicInteger();
    private final Ticker ticker = nanos::get;
    private final EventBuffer<String> buffer = PublishingParts.buffer(new BufferLimits(1_000, 1_000_000), NOON, ticker);
    private final SourceLifecycle lifecycle = new SourceLifecycle(Clock.fixed(NOON, ZoneOffset.UTC), ticker);
    private final OutageMonitor monitor = new OutageMonitor(ticker);
    private @Nullable String problem;
    private long events;

    @Override
    public Optional<String> problem(int partition) {
        probes.incrementAndGet();
        return Optional.ofNullable(problem);
    }

    @Override
    public void close() {
        log.close();
    }

    @BeforeEach
    void observe() {
        monitor.add(new OutageMonitor.Observed("orders", 3, buffer, lifecycle, ticker));
    }

    @Test
    void queuesThatDoNotReachKafkaForOneReasonShareALineAndAreAskedForOnce() throws Exception {
        SourceLifecycle another = new SourceLifecycle(Clock.fixed(NOON, ZoneOffset.UTC), ticker);
        monitor.add(new OutageMonitor.Observed(
                "orders",
                3,
                PublishingParts.buffer(new BufferLimits(1_000, 1_000_000), NOON, ticker),
                another,
                ticker));
        problem = "no broker can be reached (a:1: Connection refused)";

        pass(11);
        problem = null;
        pass(6);

        assertThat(log.lines())
                .containsExactly(
                        "WARN The events of 2 queues, orders among them, have not reached Kafka since 2026-11-23T12:00:00Z: no"
                                + " broker can be reached (a:1: Connection refused). 0 events wait; none is lost, and all are sent"
                                + " when Kafka accepts them.",
                        "WARN The events of 2 queues, orders among them, reach Kafka again, after 5s. 0 events wait, and are"
                                + " sent now.");
        assertThat(probes).hasValue(2);
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void outageIsLoggedOnceAtItsBeginningAndOnceAtItsEnd() throws Exception {
        problem = "no broker can be reached (127.0.0.1:9092: Connection refused)";
        append(3);
        pass(60);

        assertThat(lifecycle.standing())
                .isEqualTo(new SourceLifecycle.Standing(
                        SourceState.RETRYING, NOON.minusSeconds(6), Optional.ofNullable(problem)));
        PublishingParts.acknowledgeOldest(buffer);
        lifecycle.acknowledged();
        pass(1);

        assertThat(log.lines())
                .containsExactly(
                        "WARN The events of queue orders have not reached Kafka since 2026-11-23T11:59:54Z: no broker can be"
                                + " reached (127.0.0.1:9092: Connection refused). 3 events wait; none is lost, and all are sent"
                                + " when Kafka accepts them.",
                        "WARN The events of queue orders reach Kafka again, after 61s. 2 events wait, and are sent now.");
        assertThat(lifecycle.standing().state()).isEqualTo(SourceState.RUNNING);
    }

    @Test
    void outageOfTheRegistryAloneIsLoggedAsSuchUntilEventsDoNotReachKafkaEither() throws Exception {
        lifecycle.registryUnreadable("the registry of sources cannot be read, so replicated() waits: no leader");
        pass(10);
        lifecycle.registryRead(false);
        pass(1);
        lifecycle.registryUnreadable("the registry of sources cannot be read, so replicated() waits: no leader");
        pass(1);
        problem = "no broker can be reached (127.0.0.1:9092: Connection refused)";
        append(1);
        pass(10);

        assertThat(log.lines())
                .containsExactly(
                        "WARN The events of queue orders reach Kafka, but have not been confirmed since 2026-11-23T12:00:00Z: the"
                                + " registry of sources cannot be read, so replicated() waits: no leader. They are confirmed"
                                + " when the registry can be read.",
                        "WARN The events of queue orders are confirmed again, after 11s. 0 events wait, and are sent now.",
                        "WARN The events of queue orders reach Kafka, but have not been confirmed since 2026-11-23T12:00:00Z: the"
                                + " registry of sources cannot be read, so replicated() waits: no leader. They are confirmed"
                                + " when the registry can be read.",
                        "WARN The events of queue orders have not reached Kafka since 2026-11-23T12:00:00Z: no broker can be"
                                + " reached (127.0.0.1:9092: Connection refused). 1 events wait; none is lost, and all are sent"
                                + " when Kafka accepts them.");
    }

    @Test
    void errorOfTheProducerIsTheReasonWhereTheClusterAnswers() throws Exception {
        append(1);
        lifecycle.retrying("Kafka refuses an event as too large");
        pass(1);

        assertThat(lifecycle.standing().reason()).contains("Kafka refuses an event as too large");
        assertThat(log.lines()).singleElement().asString().contains(": Kafka refuses an event as too large. 1 events");
    }

    @Test
    void reasonFollowsTheClusterWhileTheOutageLasts() throws Exception {
        append(1);
        problem = "no broker can be reached (a:1: Connection refused)";
        pass(10);
        problem = "partition 3 of topic taskqueue.events has no leader";
        pass(10);

        assertThat(lifecycle.standing().reason()).contains(problem);
        assertThat(log.lines())
                .hasSize(2)
                .last()
                .isEqualTo(
                        "INFO The events of queue orders still do not reach Kafka: partition 3 of topic taskqueue.events"
                                + " has no leader.");
    }

    @Test
    void slowProgressIsNoOutage() throws Exception {
        append(100);
        for (int second = 0; second < 60; second++) {
            PublishingParts.acknowledgeOldest(buffer);
            pass(1);
            assertThat(lifecycle.outage()).isEmpty();
        }
        assertThat(probes).hasValue(0);
    }

    @Test
    void sourceWithoutWaitingEventsNoticesThatTheClusterIsAwayAndThatItIsBack() throws Exception {
        pass(30);
        assertThat(lifecycle.outage()).isEmpty();
        problem = "no broker can be reached (a:1: Connection refused)";
        pass(11);

        assertThat(lifecycle.standing().state()).isEqualTo(SourceState.RETRYING);
        problem = null;
        pass(6);

        assertThat(lifecycle.standing().state()).isEqualTo(SourceState.RUNNING);
        assertThat(log.lines()).hasSize(2).last().asString().endsWith(". 0 events wait, and are sent now.");
    }

    @Test
    void clusterIsAskedRarelyWhileAllIsWell() throws Exception {
        pass(100);

        assertThat(probes).hasValueBetween(9, 11);
    }

    @Test
    void outageEndsInTheLogOnlyWhereItBegan() throws Exception {
        append(1);
        lifecycle.fail("the codec");
        problem = "anything";
        pass(20);

        assertThat(log.lines()).isEmpty();
    }

    private void append(int more) {
        for (int event = 0; event < more; event++) {
            events++;
            Task<String> task = new Task<>(new TaskId("orders", 7, events), 1, NOON, "p");
            buffer.append(
                    TaskEvent.builder(EventKind.ENQUEUED, events, NOON, task).build(),
                    "p".getBytes(StandardCharsets.UTF_8),
                    false);
        }
    }

    private void pass(int seconds) throws InterruptedException {
        for (int second = 0; second < seconds; second++) {
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            monitor.check(this);
        }
    }
}
