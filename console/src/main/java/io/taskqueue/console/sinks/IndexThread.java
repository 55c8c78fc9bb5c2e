package io.taskqueue.console.sinks;

import io.taskqueue.console.model.ViewProgress;
import io.taskqueue.console.model.ViewProgress.State;
import io.taskqueue.console.overview.QueueHeads;
import io.taskqueue.kafka.ClientProperties;
import io.taskqueue.kafka.ClientProperties.Client;
import io.taskqueue.kafka.KafkaFailure;
import io.taskqueue.queue.Ticker;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of the index: reads the cluster each interval, and publishes what it found. A failure ends a round, not the thread. */
final class IndexThread implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(IndexThread.class);

    private final SinkIndexSettings settings;
    private final QueueHeads queues;
    private final ClusterScan scan;
    private final Ticker ticker;
    private final UpdatedSnapshot published;
    private final QueuePositions positions = new QueuePositions();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean discovered;
    private long discoveredAt;

    /** Replaces what is published. */
    interface UpdatedSnapshot {
        void update(UnaryOperator<IndexSnapshot> change);
    }

    IndexThread(
            SinkIndexSettings settings, QueueHeads queues, ClusterScan scan, Ticker ticker, UpdatedSnapshot published) {
        this.settings = settings;
        this.queues = queues;
        this.scan = scan;
        this.ticker = ticker;
        this.published = published;
    }

    @Override
    public void run() {
        boolean failed = false;
        try {
            do {
                try {
                    round();
                    if (failed) {
                        LOG.info("The index of sinks reads Kafka again.");
                    }
                    failed = false;
                } catch (WakeupException closing) {
                    LOG.debug("The index of sinks is being closed.");
                } catch (RuntimeException | Error e) { // an error would end the thread, and the index with it
                    failed(e, failed);
                    failed = true;
                }
            } while (!stopped.await(settings.times().interval().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            scan.close();
        }
    }

    private void round() throws InterruptedException {
        long nanos = ticker.nanos();
        if (!discovered || nanos - discoveredAt >= settings.times().discovery().toNanos()) {
            scan.discover();
            discovered = true;
            discoveredAt = nanos;
        }
        scan.measure(nanos);
        scan.readTopics(progress -> published.update(before -> before.with(progress)), nanos);
        positions.update(queues.heads(), nanos);
        IndexSnapshot now = scan.snapshot(positions, nanos);
        published.update(before -> now);
    }

    private void failed(Throwable e, boolean again) {
        String problem = KafkaFailure.isOfKafka(e)
                ? KafkaFailure.of(e, new ClientProperties(settings.kafka()).of(Client.ADMIN))
                        .text()
                : e + ". This is a defect.";
        if (!again) {
            LOG.warn("The index of sinks cannot be read: {} The next attempt follows by itself.", problem);
        }
        discovered = false;
        scan.reconnect();
        published.update(before -> before.with(new ViewProgress(
                State.DISCONNECTED,
                before.progress().asOf(),
                before.progress().behind(),
                before.progress().done(),
                problem)));
    }

    /** Ends the thread. */
    void stop() {
        stopped.countDown();
        scan.wakeup();
    }
}
