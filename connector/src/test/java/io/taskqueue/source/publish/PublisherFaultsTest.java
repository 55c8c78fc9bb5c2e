package io.taskqueue.source.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.queue.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Producers that fail at random while many queues emit: each queue continues with its first event that is not acknowledged. */
@Timeout(120)
class PublisherFaultsTest {

    private static final int QUEUES = 20;
    private static final int PARTITIONS = 3;
    private static final int STEPS = 200;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyQueueIsCompleteAndInOrderHoweverProducersFail(long seed) throws Exception {
        Random random = new Random(seed);
        SimulatedKafka kafka = new SimulatedKafka();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        Publisher publisher =
                new Publisher(kafka, new Publisher.Limits(Duration.ofSeconds(1), 1024 * 1024), timer, Ticker.system());
        Thread thread = new Thread(publisher);
        List<SimulatedQueue> queues = new ArrayList<>();
        for (int queue = 0; queue < QUEUES; queue++) {
            queues.add(new SimulatedQueue(publisher, "queue-" + queue, queue % PARTITIONS, event -> null));
        }
        thread.start();
        try {
            for (int step = 0; step < STEPS; step++) {
                queues.get(random.nextInt(QUEUES)).append(1 + random.nextInt(40));
                if (random.nextInt(20) == 0) {
                    kafka.refuseOne();
                }
                if (random.nextInt(20) == 0) {
                    kafka.breakProducer();
                }
                if (random.nextInt(40) == 0) {
                    kafka.silence(random.nextInt(PARTITIONS));
                } else if (random.nextInt(10) == 0) {
                    kafka.answer(random.nextInt(PARTITIONS));
                }
            }
            for (int partition = 0; partition < PARTITIONS; partition++) {
                kafka.answer(partition);
            }
            for (SimulatedQueue queue : queues) {
                await(queue.name())
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> queue.acknowledged.size() == queue.appended());
            }
        } finally {
            publisher.close();
            timer.shutdownNow();
            thread.join(10_000);
            kafka.close();
        }

        assertThat(kafka.producers()).as("producers").isGreaterThan(1);
        for (SimulatedQueue queue : queues) {
            assertThat(queue.acknowledged)
                    .as(queue.name())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, queue.appended()).boxed().toList());
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            requireNothingSkipped(kafka.log(partition));
        }
    }

    /** The log may repeat events of a queue, but an event follows the one before it. */
    private static void requireNothingSkipped(List<SimulatedKafka.Entry> log) {
        Map<String, Long> highest = new HashMap<>();
        for (SimulatedKafka.Entry entry : log) {
            long before = highest.getOrDefault(entry.queue(), 0L);
            assertThat(entry.sequence()).as(entry.queue()).isLessThanOrEqualTo(before + 1);
            highest.put(entry.queue(), Math.max(before, entry.sequence()));
        }
    }
}
