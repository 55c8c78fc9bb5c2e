package io.taskqueue.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BufferedSubscriptionTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final AtomicInteger ends = new AtomicInteger();
    private final BufferedSubscription<String> subscription =
            new BufferedSubscription<>("q", 2, ended -> ends.incrementAndGet());

    @Test
    void pollReturnsTheNextEventOrNothingAfterItsTimeout() throws Exception {
        subscription.offer(event(1));

        assertThat(subscription.poll(Duration.ofSeconds(20))).contains(event(1));
        assertThat(subscription.poll(Duration.ofMillis(20))).isEmpty();
        assertThat(subscription.ended()).isFalse();
    }

    @Test
    void slowReaderReceivesEverythingBeforeTheOverflowAndThenTheError() {
        for (int sequence = 1; sequence <= 4; sequence++) {
            subscription.offer(event(sequence));
        }
        List<ReplicationEvent<String>> read = new ArrayList<>();

        assertThatThrownBy(() -> subscription.forEach(read::add))
                .isInstanceOfSatisfying(SubscriptionOverflowException.class, e -> assertThat(e.firstMissed())
                        .isEqualTo(new Position(7, 3)))
                .hasMessage("A subscription to queue q ended at event 7/3: 2 events were waiting for its reader. Read"
                        + " faster, request a larger capacity with events(capacity), or read the topic, which keeps every"
                        + " event.");
        assertThat(read).containsExactly(event(1), event(2));
        assertThat(ends).hasValue(1);
    }

    @Test
    void iteratingBlocksUntilTheSourceEnds() throws Exception {
        CompletableFuture<List<ReplicationEvent<String>>> reader = CompletableFuture.supplyAsync(() -> {
            List<ReplicationEvent<String>> read = new ArrayList<>();
            subscription.forEach(read::add);
            return read;
        });
        subscription.offer(event(1));
        subscription.offer(event(2));

        subscription.end(null);

        assertThat(reader.get(20, TimeUnit.SECONDS)).containsExactly(event(1), event(2));
        assertThat(subscription.ended()).isTrue();
    }

    @Test
    void closingDropsUnreadEventsAndTheError() throws Exception {
        subscription.offer(event(1));
        subscription.end(new IllegalStateException("fenced"));

        subscription.close();

        assertThat(subscription.ended()).isTrue();
        assertThat(subscription.poll(Duration.ZERO)).isEmpty();
        assertThat(subscription.iterator().hasNext()).isFalse();
    }

    @Test
    void interruptedIterationIsCancelledAndTheThreadStaysInterrupted() {
        Iterator<ReplicationEvent<String>> iterator = subscription.iterator();
        Thread.currentThread().interrupt();

        assertThatThrownBy(iterator::hasNext)
                .isInstanceOf(CancellationException.class)
                .hasMessage("Reading the events of queue q was interrupted.");
        assertThat(Thread.interrupted()).isTrue();
    }

    private static ReplicationEvent<String> event(long sequence) {
        var task = new Task<>(new TaskId("q", 7, sequence), 1, NOON, "payload");
        return ReplicationEvent.of(
                "q",
                new SourceMetadata(new Position(7, sequence), "peer-a", null, NOON),
                TaskEvent.builder(EventKind.ENQUEUED, sequence, NOON, task).build());
    }

    @Test
    void observerThatThrowsAnErrorIsCountedAndCalledWithTheNextEvent() {
        AtomicInteger failures = new AtomicInteger();
        List<Long> seen = new CopyOnWriteArrayList<>();
        Subscriptions<String> subscriptions = new Subscriptions<>("q", failures::incrementAndGet);
        subscriptions.observe(
                event -> {
                    seen.add(event.position().sequence());
                    throw new NoClassDefFoundError("an observer's class");
                },
                10);

        subscriptions.deliver(event(1));
        subscriptions.deliver(event(2));

        await().until(() -> seen.equals(List.of(1L, 2L)) && failures.get() == 2);
        subscriptions.end(null);
    }
}
