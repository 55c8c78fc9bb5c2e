package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskqueue.event.Position;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.streams.SettingsForTests;
import io.taskqueue.streams.checkpoint.EventLocation;
import io.taskqueue.streams.settings.SinkSettings;
import io.taskqueue.streams.state.MemoryKeyValues;
import io.taskqueue.streams.state.UndecodableFormat;
import io.taskqueue.streams.status.SinkHealth;
import io.taskqueue.streams.status.SinkProgress;
import io.taskqueue.streams.status.SinkState;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class UndecodableRecordsTest {

    private static final Uuid TOPIC = new Uuid(7, 8);

    private final Logger logger = (Logger) LoggerFactory.getLogger(UndecodableRecords.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final MemoryKeyValues store = new MemoryKeyValues();
    private final SinkProgress progress =
            new SinkProgress("billing", new SinkMeters(new SimpleMeterRegistry(), "billing"), Clock.systemUTC(), 1_000);
    private UndecodableRecords records = load();

    @BeforeEach
    void captureTheLog() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void close() {
        logger.detachAppender(lines);
        progress.close();
    }

    @Test
    void theFirstRecordIsReportedWithWhatToDo() {
        records.found(
                new EventLocation(TOPIC, 12),
                Optional.of(new EventHeaders(
                        "orders", new Position(1, 7), Optional.empty(), Optional.empty(), Optional.empty(), false)),
                "The record is not a valid event: it is empty.");

        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .isEqualTo(
                            "Sink billing cannot decode records of partition 3 of topic taskqueue.events: 1 until now,"
                                    + " moved to topic billing.dead; the newest is at offset 12, of queue orders: The record is not"
                                    + " a valid event: it is empty. Check that the sink reads the payloads that the source writes,"
                                    + " and name the queues that it is for with queues(...) (--queue)");
        });
    }

    @Test
    void aFloodIsReportedOnceAMinute() {
        for (int second = 0; second < 120; second++) {
            found(second);
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        }

        assertThat(lines.list).hasSize(2);
        assertThat(lines.list.get(1).getFormattedMessage()).contains(": 61 until now, ");
        assertThat(progress.status(SinkState.RUNNING, SinkHealth.GOOD).undecodable())
                .isEqualTo(120);
    }

    @Test
    void theCountOutlivesARestartUntilTheLogHoldsNoneOfTheRecords() {
        found(4);
        found(9);
        records.write();
        records = load();
        found(11);
        records.write();
        assertThat(stored()).isEqualTo(new UndecodableFormat.Stored(3, TOPIC, 11));

        records.adopt(TOPIC, 11);
        records.write();
        assertThat(stored()).isEqualTo(new UndecodableFormat.Stored(3, TOPIC, 11));

        records.adopt(TOPIC, 12);
        records.write();
        assertThat(store.get(UndecodableFormat.KEY)).isNull();
        found(20);
        records.write();
        assertThat(stored()).isEqualTo(new UndecodableFormat.Stored(1, TOPIC, 20));
    }

    @Test
    void recordsOfATopicThatWasRecreatedDoNotCount() {
        found(4);
        records.adopt(new Uuid(9, 9), 0);
        records.write();

        assertThat(store.get(UndecodableFormat.KEY)).isNull();
    }

    private void found(long offset) {
        records.found(new EventLocation(TOPIC, offset), Optional.empty(), "It is empty.");
    }

    private UndecodableFormat.Stored stored() {
        byte[] value = store.get(UndecodableFormat.KEY);
        assertThat(value).isNotNull();
        return UndecodableFormat.read(value);
    }

    private UndecodableRecords load() {
        SinkSettings<String> given = SettingsForTests.of("billing", (event, effects) -> {}, builder -> builder);
        SinkSettings.Instruments instruments = given.instruments();
        SinkSettings<String> settings = new SinkSettings<>(
                given.name(),
                given.application(),
                given.topics(),
                given.kafka(),
                given.stateDirectory(),
                given.limits(),
                given.policies(),
                new SinkSettings.Instruments(
                        instruments.meters(), 1_000, false, instruments.clock(), nanos::get, instruments.random()));
        return new UndecodableRecords(settings, progress, store, 3);
    }
}
