package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues of one publisher: none holds up another. */
@Timeout(60)
class PublisherFairnessTest {

    private static final long MEMORY = 4 * 1024 * 1024;
    private static final int FLOOD = 20_000;

    private final SimulatedKafka kafka = new SimulatedKafka();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Publisher publisher =
            new Publisher(kafka, new Publisher.Limits(Duration.ofMinutes(2), MEMORY), timer, Ticker.system());
    private final Thread thread = new Thread(publisher);

    @AfterEach
    void end() throws Exception {
        publisher.close();
        timer.shutdownNow();
        kafka.close();
        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void aQueueThatFloodsDelaysAnotherByOneTurn() {
        SimulatedQueue flooding = queue("flooding", 0);
        SimulatedQueue other = queue("other", 1);
        flooding.append(FLOOD);
        other.append(1);
        thread.start();

        await().until(() -> other.acknowledged.size() == 1 && flooding.acknowledged.size() == FLOOD);

        assertThat(kafka.positionOf("other", 1)).as("records before it").isLessThanOrEqualTo(2 * Publisher.TURN_EVENTS);
        assertThat(flooding.acknowledged).isSorted();
    }

    @Test
    void aPartitionThatAcknowledgesNothingLeavesMemoryForTheOthers() {
        kafka.silence(0);
        SimulatedQueue silent = queue("silent", 0);
        SimulatedQueue sibling = queue("sibling", 0);
        SimulatedQueue other = queue("other", 1);
        thread.start();
        silent.append(FLOOD);
        sibling.append(10);
        for (int round = 1; round <= 20; round++) {
            other.append(500);
            int expected = 500 * round;
            await().until(() -> other.acknowledged.size() == expected);
        }

        assertThat(silent.acknowledged).isEmpty();
        assertThat(kafka.heldBytes(0)).as("of the producer's memory").isLessThan(MEMORY / 2);

        kafka.answer(0);
        await().until(() -> silent.acknowledged.size() == FLOOD && sibling.acknowledged.size() == 10);
        assertThat(silent.acknowledged).isSorted();
    }

    @Test
    void aRefusedRecordDelaysItsOwnQueueOnly() {
        kafka.refuse("refused", 3, new RecordTooLargeException("on purpose"));
        SimulatedQueue refused = queue("refused", 0);
        SimulatedQueue neighbour = queue("neighbour", 0);
        SimulatedQueue other = queue("other", 1);
        thread.start();
        refused.append(5);
        for (int round = 1; round <= 10; round++) {
            neighbour.append(20);
            other.append(20);
            int expected = 20 * round;
            await().until(() -> neighbour.acknowledged.size() == expected && other.acknowledged.size() == expected);
        }
        await().until(() -> kafka.refusals() >= 4);

        assertThat(refused.acknowledged).containsExactly(1L, 2L);
        assertThat(refused.errors).isNotEmpty();
        assertThat(neighbour.errors).isEmpty();
        assertThat(other.errors).isEmpty();

        kafka.accept("refused");
        await().until(() -> refused.acknowledged.equals(List.of(1L, 2L, 3L, 4L, 5L)));
    }

    @Test
    void aQueueWhosePeerFunctionBlocksIsRemovedWithoutInterruptingAnyOther() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        List<Throwable> interruptions = new CopyOnWriteArrayList<>();
        SimulatedQueue blocking = new SimulatedQueue(publisher, "blocking", 0, event -> {
            blocked.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interruptions.add(e);
            }
            return null;
        });
        SimulatedQueue other = new SimulatedQueue(
                publisher, "other", 1, event -> Thread.currentThread().isInterrupted() ? "interrupted" : "owner");
        thread.start();
        blocking.append(1);
        blocked.await();
        other.append(3);

        publisher.remove(blocking.publication);

        await().until(() -> other.acknowledged.size() == 3);
        assertThat(interruptions).hasSize(1);
        assertThat(blocking.acknowledged).isEmpty();
        assertThat(other.owners).containsExactly("owner", "owner", "owner");
        assertThat(kafka.producers()).as("no producer was replaced").isEqualTo(1);
    }

    @Test
    void aSourceThatThrowsWhenItIsNotifiedDoesNotEndThePublisher() {
        SimulatedQueue throwing = queue("throwing", 0);
        throwing.failsOnNotification = true;
        kafka.failNextProducer(new NoClassDefFoundError("on purpose"));
        thread.start();
        throwing.append(1);
        SimulatedQueue later = queue("later", 1);
        later.append(3);

        await().until(() -> later.acknowledged.size() == 3 || later.errors.size() == 1);
        SimulatedQueue last = queue("last", 1);
        last.append(3);
        await().until(() -> last.acknowledged.size() == 3);
    }

    private SimulatedQueue queue(String name, int partition) {
        return new SimulatedQueue(publisher, name, partition, event -> null);
    }
}
