package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.OwnershipToken;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskError;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import io.taskqueue.queue.Ticker;
import io.taskqueue.serde.EventHeaders;
import io.taskqueue.serde.PayloadCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PublisherTest implements Publication.Listener<String> {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final EventBuffer<String> buffer =
            PublishingParts.buffer(new BufferLimits(1_000, 1_000_000), NOON, Ticker.system());
    private final AtomicLong nanos = new AtomicLong(-5);
    private final List<MockProducer<byte[], byte[]>> producers = new CopyOnWriteArrayList<>();
    private final List<Long> acknowledged = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<RuntimeException> ends = new CopyOnWriteArrayList<>();
    private final List<Throwable> losses = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private Publisher publisher = publisher(Duration.ofMinutes(2), MockProducer::new);
    private Thread thread = new Thread();

    @AfterEach
    void stopPublisher() throws InterruptedException {
        publisher.close();
        timer.shutdownNow();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void firstEventOfAProducerIsSentAlone() {
        publish(Duration.ofMinutes(2));
        append(3);

        await().until(() -> sent(0).equals(List.of(1L)));
        await().during(Duration.ofMillis(200)).until(() -> sent(0).equals(List.of(1L)));
        producers.get(0).completeNext();
        await().until(() -> sent(0).equals(List.of(1L, 2L, 3L)));
    }

    @Test
    void failedProducerIsReplacedAndSendingResumesWithTheFirstUnacknowledged() {
        publish(Duration.ofMinutes(2));
        append(5);
        acknowledgeOnceSent(0, 1);
        await().until(() -> sent(0).size() == 5);
        producers.get(0).completeNext();
        producers.get(0).errorNext(new OutOfOrderSequenceException("on purpose"));
        producers.get(0).completeNext();

        acknowledgeOnceSent(1, 1);
        await().until(() -> sent(1).equals(List.of(3L, 4L, 5L)));
        while (producers.get(1).completeNext()) {
            // all that is left
        }

        assertThat(producers.get(0).closed()).isTrue();
        assertThat(acknowledged).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(errors).singleElement().asString().contains("OutOfOrderSequenceException: on purpose");
        assertThat(buffer.size()).isZero();
    }

    @Test
    void sendThatThrowsReplacesTheProducer() {
        publish(Duration.ofMinutes(2));
        append(1);
        acknowledgeOnceSent(0, 1);
        producers.get(0).sendException = new KafkaException("fatal");
        append(2);

        acknowledgeOnceSent(1, 1);
        await().until(() -> sent(1).equals(List.of(2L, 3L)));
    }

    @Test
    void producerWithoutAcknowledgementsForTooLongIsReplaced() {
        publish(Duration.ofMillis(300));
        append(1);

        await().until(() -> producers.size() > 1 && sent(1).equals(List.of(1L)));
        assertThat(errors.get(0)).contains("Kafka acknowledged nothing for 300 ms");
    }

    @Test
    void nothingFollowsTheUnacknowledgedFirstEventOfAProducer() {
        publish(Duration.ofMillis(300));
        append(3);

        await().until(() -> producers.size() > 1 && sent(1).equals(List.of(1L)));
        assertThat(sent(0)).containsExactly(1L);
        assertThat(errors.get(0)).contains("Kafka acknowledged nothing for 300 ms");
    }

    @Test
    void recordThatBecameTooLargeIsRetriedWithALogAndNeverSkipped() {
        publish(Duration.ofMinutes(2));
        append(2);
        await().until(() -> !producers.isEmpty() && sent(0).equals(List.of(1L)));
        producers.get(0).errorNext(new RecordTooLargeException("1 GB"));

        acknowledgeOnceSent(1, 1);
        await().until(() -> sent(1).equals(List.of(1L, 2L)));
        assertThat(errors)
                .containsExactly(
                        "Kafka refuses an event as too large, though its size was accepted when its task was enqueued:"
                                + " 1 GB. Raise max.message.bytes of the topic; until then this queue's events wait.");
    }

    @Test
    void eventThatCannotBeEncodedEndsThePublicationOfItsQueue() {
        String noName = "";
        publish(Duration.ofMinutes(2), PublishingParts.records(noName, 1_000_000));
        append(1);

        await().until(() -> ends.size() == 1);
        assertThat(producers.get(0).history()).isEmpty();
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void errorOfTheUsersCodeEndsThePublisherWithANotification() {
        publish(Duration.ofMinutes(2), () -> {
            throw new NoClassDefFoundError("a meter's class");
        });
        append(1);

        await().until(() -> ends.size() == 1);
        assertThat(ends.get(0)).hasRootCauseMessage("a meter's class");
    }

    @Test
    void interruptionByTheUsersCodeDoesNotEndThePublisher() {
        publish(Duration.ofMinutes(2));
        append(1);
        await().until(() -> sent(0).equals(List.of(1L)));
        thread.interrupt();
        append(2);

        await().until(() -> {
            producers.forEach(producer -> {
                while (producer.completeNext()) {
                    // all that was sent
                }
            });
            return acknowledged.equals(List.of(1L, 2L, 3L));
        });
    }

    @Test
    void lostEventEndsThePublisherOnceAllBeforeItIsAcknowledged() {
        publish(Duration.ofMinutes(2));
        append(1);
        await().until(() -> sent(0).equals(List.of(1L)));
        byte[] unusable = null;
        assertThatThrownBy(() -> buffer.append(enqueued(2), unusable, false)).isInstanceOf(NullPointerException.class);
        await().during(Duration.ofMillis(200)).until(losses::isEmpty);

        producers.get(0).completeNext();

        await().until(() -> losses.size() == 1);
        assertThat(losses.get(0)).isInstanceOf(NullPointerException.class);
        assertThat(acknowledged).containsExactly(1L);
        assertThat(ends).isEmpty();
    }

    @Test
    void exceptionWhileAProducerIsOpenedIsRetriedWithItsReason() {
        AtomicInteger opened = new AtomicInteger();
        publish(Duration.ofMinutes(2), () -> {
            if (opened.getAndIncrement() == 0) {
                throw new IllegalArgumentException("the meter registry refuses a meter");
            }
            MockProducer<byte[], byte[]> producer =
                    new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
            producers.add(producer);
            return producer;
        });
        append(1);

        acknowledgeOnceSent(0, 1);

        await().until(() -> acknowledged.equals(List.of(1L)));
        assertThat(errors).containsExactly("java.lang.IllegalArgumentException: the meter registry refuses a meter");
        assertThat(ends).isEmpty();
    }

    @Test
    void errorThatMakesItsEventTooLargeIsShortened() {
        EventRecords<String> records = PublishingParts.records("q", 20_000);
        TaskError error = new TaskError("CODE", "m".repeat(8_000), Map.of("key", "v".repeat(8_000)));
        byte[] payload = ("\"" + "p".repeat(5_000) + "\"").getBytes(StandardCharsets.UTF_8);
        var task = new Task<>(new TaskId("q", 7, 1), 1, NOON, "p");
        var failed = TaskEvent.builder(EventKind.FAILED, 1, NOON, task)
                .token(new OwnershipToken(1, 1, new UUID(1, 1)))
                .error(error)
                .build();

        var buffered = new BufferedEvent<>(7, 1, NOON, 0, failed, payload);
        var record = records.record(buffered);

        assertThat(EventRecords.size(record)).isLessThan(20_000);
        assertThat(buffered.published.error()).contains(new TaskError("CODE", "m".repeat(256), Map.of()));
        assertThat(PublishingParts.CODEC.decode(record.value()).error()).isEqualTo(buffered.published.error());
    }

    @Test
    void anEventWithoutItsPayloadIsSentAndPublishedWithoutIt() {
        EventRecords<String> records = PublishingParts.records("q", 1_000_000);
        byte[] payload = ("\"" + "p".repeat(400) + "\"").getBytes(StandardCharsets.UTF_8);
        var task = new Task<>(new TaskId("q", 7, 1), 1, NOON, "p");
        var completed = TaskEvent.builder(EventKind.COMPLETED, 1, NOON, task)
                .token(new OwnershipToken(1, 1, new UUID(1, 1)))
                .build();
        var with = records.record(new BufferedEvent<>(7, 1, NOON, 0, completed, payload));
        var buffered = new BufferedEvent<>(7, 1, NOON, 0, completed, null);

        for (int attempt = 1;
                attempt <= 2;
                attempt++) { // the second record is that of a producer that replaces the first
            var without = records.record(buffered);

            assertThat(without.value().length).isEqualTo(with.value().length - payload.length - "\"value\":,".length());
            assertThat(PublishingParts.CODEC.decode(without.value())).isEqualTo(buffered.published);
            assertThat(buffered.published.hasPayload()).isFalse();
            assertThat(EventHeaders.read(without.headers()).orElseThrow().payloadOmitted())
                    .isTrue();
        }
        assertThat(EventHeaders.read(with.headers()).orElseThrow().payloadOmitted())
                .isFalse();
    }

    @Override
    public void acknowledged(ReplicationEvent<String> event, long offset) {
        acknowledged.add(event.position().sequence());
    }

    @Override
    public void retrying(String error) {
        errors.add(error);
    }

    @Override
    public void failed(RuntimeException cause) {
        ends.add(cause);
    }

    @Override
    public void lost(Throwable cause) {
        losses.add(cause);
    }

    @Test
    void eventAfterALongSilenceIsSentAlone() {
        publish(Duration.ofMinutes(2));
        append(1);
        acknowledgeOnceSent(0, 1);
        append(2);
        await().until(() -> sent(0).size() == 3);
        while (producers.get(0).completeNext()) {
            // all that is left
        }
        await().until(() -> buffer.size() == 0);
        nanos.addAndGet(TimeUnit.HOURS.toNanos(1) + 1);

        append(2);

        await().until(() -> sent(0).size() == 4);
        await().during(Duration.ofMillis(200)).until(() -> sent(0).size() == 4);
        producers.get(0).completeNext();
        await().until(() -> sent(0).size() == 5);
    }

    @Test
    void ownerOfAnEventIsResolvedOnceAlsoWhenItIsSentAgain() {
        AtomicInteger resolved = new AtomicInteger();
        publish(
                Duration.ofMinutes(2),
                new EventRecords<>(
                        "q",
                        new PeerResolver<>("peer-a", null, event -> "owner-" + resolved.incrementAndGet()),
                        PublishingParts.CODEC,
                        new UUID(1, 2),
                        new TopicPartition("events", 0),
                        1_000_000));
        append(1);
        await().until(() -> sent(0).size() == 1);
        producers.get(0).errorNext(new OutOfOrderSequenceException("on purpose"));

        acknowledgeOnceSent(1, 1);

        assertThat(resolved).hasValue(1);
    }

    private void publish(Duration ackTimeout) {
        publish(ackTimeout, PublishingParts.records("q", 1_000_000));
    }

    private void publish(Duration ackTimeout, EventRecords<String> records) {
        publish(ackTimeout, records, () -> {
            MockProducer<byte[], byte[]> opened =
                    new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
            producers.add(opened);
            return opened;
        });
    }

    private void publish(Duration ackTimeout, Supplier<Producer<byte[], byte[]>> opening) {
        publish(ackTimeout, PublishingParts.records("q", 1_000_000), opening);
    }

    private void publish(
            Duration ackTimeout, EventRecords<String> records, Supplier<Producer<byte[], byte[]>> opening) {
        publisher = publisher(ackTimeout, opening);
        publisher.add(new Publication<>(buffer, records, this));
        thread = new Thread(publisher);
        thread.start();
    }

    private Publisher publisher(Duration ackTimeout, Supplier<Producer<byte[], byte[]>> opening) {
        return new Publisher(opening, new Publisher.Limits(ackTimeout, 32 * 1024 * 1024), timer, nanos::get);
    }

    private void append(int events) {
        for (int event = 0; event < events; event++) {
            buffer.append(enqueued(event + 1), PayloadCodec.utf8().encode("p"), false);
        }
    }

    private static TaskEvent<String> enqueued(long number) {
        return TaskEvent.builder(EventKind.ENQUEUED, number, NOON, new Task<>(new TaskId("q", 7, number), 1, NOON, "p"))
                .build();
    }

    private void acknowledgeOnceSent(int producer, int sent) {
        await().until(() -> producers.size() > producer && sent(producer).size() >= sent);
        assertThat(producers.get(producer).completeNext()).isTrue();
    }

    private List<Long> sent(int producer) {
        return producers.size() <= producer
                ? List.of()
                : producers.get(producer).history().stream()
                        .map(record -> PublishingParts.CODEC
                                .decode(record.value())
                                .position()
                                .sequence())
                        .toList();
    }
}
