package io.taskqueue.benchmarks.peers.kafka;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.PeerThreads;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.recovery.Recovery;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This project: a queue with a source, each enqueue confirmed by its own {@code replicated()}. */
public final class QueueContender implements Contender {

    /** Enqueued, LeaseGranted and Completed. */
    public static final int EVENTS_OF_A_TASK = 3;

    public static final String NAME = "ours: queue and source";

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final KafkaServer server;

    public QueueContender(KafkaServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "defaults of the queue and the source; a worker is a thread that leases and completes";
    }

    @Override
    public String keeps() {
        return "every change of every task, in order";
    }

    @Override
    public TaskServer server() {
        return server;
    }

    @Override
    public int slowness() {
        return 1;
    }

    @Override
    public Session open(Place place) throws Exception {
        server.requireTopic(place.name(), 1);
        return new QueueSession(server.cluster(), place);
    }

    /** A queue whose name, topic and registry topic are named after the place. */
    static final class QueueSession implements Session {

        private final TaskQueue<String> queue;
        private final ReplicationSource<String> source;
        private final Work work;
        private final PeerThreads workers;

        QueueSession(BenchmarkCluster cluster, Place place) throws InterruptedException {
            work = place.work();
            queue = TaskQueue.<String>builder(place.name()).build();
            ReplicationSource.Builder<String> builder = ReplicationSource.builder(queue, PayloadCodec.jsonText())
                    .kafka(cluster.settings())
                    .topic(place.name())
                    .registryTopic(place.name() + "-registry")
                    .sourcePeer("dispatcher-a");
            if (place.existing()) {
                builder.recover(Recovery.standard());
            }
            source = builder.start();
            workers = PeerThreads.start("worker", place.workers(), this::perform);
        }

        private void perform() {
            try {
                while (true) {
                    Lease<String> lease = queue.lease();
                    work.perform(NumberedTasks.number(lease.payload()));
                    lease.complete();
                }
            } catch (QueueClosedException e) {
                // the session is closed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed)
                throws InterruptedException {
            queue.enqueue(payload);
            var unused = source.replicated().whenComplete((position, error) -> confirmed.accept(error));
        }

        @Override
        public void flush() {}

        @Override
        public void awaitEnded(int tasks) throws Exception {
            Stopwatch waited = new Stopwatch();
            while (source.position().sequence() < (long) EVENTS_OF_A_TASK * tasks) {
                if (waited.elapsed().compareTo(TIMEOUT) > 0) {
                    break; // a task is not completed, although it is performed
                }
                Stopwatch.pause(Duration.ofMillis(1));
            }
            source.replicated().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            if (source.position().sequence() != (long) EVENTS_OF_A_TASK * tasks) {
                throw new IllegalStateException(tasks + " tasks have " + EVENTS_OF_A_TASK
                        + " events each, but the source published "
                        + source.position().sequence() + ".");
            }
        }

        @Override
        public void close() {
            source.close();
            workers.join();
        }
    }
}
