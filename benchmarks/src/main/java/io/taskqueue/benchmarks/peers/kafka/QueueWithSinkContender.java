package io.taskqueue.benchmarks.peers.kafka;

import io.taskqueue.benchmarks.effects.SinkRun;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.streams.SinkService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This project: the queue and source, and a sink in the same process that records one effect for each completed task. */
public final class QueueWithSinkContender implements Contender {

    public static final String NAME = "ours: queue, source and sink";

    private static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);

    private final KafkaServer server;
    private final Path states;

    /** @param states the directory of the sinks' state directories */
    public QueueWithSinkContender(KafkaServer server, Path states) {
        this.server = server;
        this.states = states;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the same, and a SinkService in the same process, commit interval 100 ms, interested in Completed, whose effect does nothing;"
                + " ended when its result is committed";
    }

    @Override
    public String keeps() {
        return "every change of every task, in order; the result of each effect";
    }

    @Override
    public TaskServer server() {
        return server;
    }

    @Override
    public int slowness() {
        return 3;
    }

    @Override
    public Session open(Place place) throws Exception {
        server.requireTopic(place.name(), 1);
        SinkService service = new SinkRun(server.cluster(), states)
                .builder(place.name() + "-sink", place.name(), new CompletedTasks(), COMMIT_INTERVAL)
                .start();
        return new SinkSession(new QueueContender.QueueSession(server.cluster(), place), service, place.name());
    }

    /** Records an effect for each completed task, and declares that it acts on nothing else. */
    private static final class CompletedTasks implements ReplicationSink<String> {

        @Override
        public Interests interests() {
            return Interests.of(EventKind.COMPLETED);
        }

        @Override
        public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
            effects.run(SinkRun.EFFECT, key -> {});
        }
    }

    private final class SinkSession implements Session {

        private final QueueContender.QueueSession tasks;
        private final SinkService service;
        private final String place;

        SinkSession(QueueContender.QueueSession tasks, SinkService service, String place) {
            this.tasks = tasks;
            this.service = service;
            this.place = place;
        }

        @Override
        public void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed)
                throws InterruptedException {
            tasks.enqueue(task, payload, confirmed);
        }

        @Override
        public void flush() {}

        @Override
        public void awaitEnded(int count) throws Exception {
            tasks.awaitEnded(count);
            SinkRun.awaitRecorded(service, count, 0);
            server.cluster().awaitCommitted(place + "-sink", place);
        }

        @Override
        public void close() {
            tasks.close();
            service.close();
        }
    }
}
