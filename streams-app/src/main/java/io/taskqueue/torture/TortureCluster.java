package io.taskqueue.torture;

import io.taskqueue.queue.Ticker;
import io.taskqueue.torture.cluster.Children;
import io.taskqueue.torture.cluster.KafkaCluster;
import io.taskqueue.torture.cluster.QueueDispatchers;
import io.taskqueue.torture.cluster.RunRecorder;
import io.taskqueue.torture.cluster.SinkProcesses;
import io.taskqueue.torture.fault.ObservedQueues;
import io.taskqueue.torture.history.RunDirectory;
import io.taskqueue.torture.network.TcpProxy;
import io.taskqueue.torture.workload.ChildArguments;
import io.taskqueue.torture.workload.TargetSinkFactory;
import io.taskqueue.torture.workload.TortureTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** All that takes part in a run: the cluster, the dispatchers of each queue, the instances of the sink, and their target. */
final class TortureCluster implements AutoCloseable {

    final RunDirectory history;
    final RunRecorder recorder;
    final Children children;
    final KafkaCluster kafka;
    final TortureTarget target;
    final TcpProxy targetProxy;
    final List<QueueDispatchers> dispatchers;
    final SinkProcesses sinks;
    final ObservedQueues observed;

    private TortureCluster(TortureSettings settings, Clock clock, Ticker ticker)
            throws IOException, InterruptedException {
        Path directory = settings.directory();
        history = new RunDirectory(directory.resolve("history"));
        recorder = RunRecorder.open(history, clock, ticker);
        children = Children.open(recorder);
        target = TortureTarget.start(history, clock, ticker, new SplittableRandom(settings.seed()));
        targetProxy = TcpProxy.open("proxy-target", target.port());
        kafka = KafkaCluster.start(children, directory.resolve("kafka"));
        observed = new ObservedQueues(history, TortureSettings.QUEUES, TortureSettings.PARTITIONS);
        ChildArguments common = new ChildArguments(Map.of(
                        "dir", history.path().toString(),
                        "partitions", String.valueOf(TortureSettings.PARTITIONS),
                        "pause", TortureSettings.ENQUEUE_PAUSE.toString()))
                .withKafka("bootstrap.servers", kafka.bootstrapServers());
        Path tasks = settings.user().tasks();
        ChildArguments ofDispatchers = tasks == null ? common : common.with("tasks", tasks.toAbsolutePath());
        dispatchers = new ArrayList<>();
        SplittableRandom seeds = new SplittableRandom(settings.seed());
        for (String queue : TortureSettings.QUEUES) {
            dispatchers.add(new QueueDispatchers(
                    queue, children, directory.resolve("dispatchers"), own -> with(ofDispatchers, own)
                            .with("seed", seeds.nextLong())
                            .list()));
        }
        ChildArguments ofSinks = sinkArguments(common, settings);
        sinks = new SinkProcesses(TortureSettings.SINK, children, directory.resolve("sinks"), own -> with(ofSinks, own)
                .list());
    }

    static TortureCluster start(TortureSettings settings, Clock clock, Ticker ticker)
            throws IOException, InterruptedException {
        return new TortureCluster(settings, clock, ticker);
    }

    private ChildArguments sinkArguments(ChildArguments common, TortureSettings settings) {
        TortureSettings.UserSink user = settings.user().sink();
        if (user == null) {
            return common.with("sink-config." + TargetSinkFactory.URL, "http://127.0.0.1:" + targetProxy.port());
        }
        ChildArguments arguments = common.with("sink", user.name());
        for (Map.Entry<String, String> setting : user.configuration().entrySet()) {
            arguments = arguments.with("sink-config." + setting.getKey(), setting.getValue());
        }
        return user.classPath().isEmpty() ? arguments : arguments.with("class-path", user.classPath());
    }

    private static ChildArguments with(ChildArguments common, Map<String, String> own) {
        Map<String, String> all = new LinkedHashMap<>(common.values());
        all.putAll(own);
        return new ChildArguments(all);
    }

    /** The properties of Kafka's clients of this process. */
    Map<String, Object> clients() {
        return Map.of("bootstrap.servers", kafka.bootstrapServers());
    }

    /** Creates the event topic, so that the sinks need not wait for a source. */
    void createTopic() throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(clients())) {
            admin.createTopics(List.of(new NewTopic(
                            TortureSettings.TOPIC, Optional.of(TortureSettings.PARTITIONS), Optional.empty())))
                    .all()
                    .get();
        }
    }

    @Override
    public void close() {
        children.close();
        kafka.close();
        targetProxy.close();
        target.close();
        observed.close();
        recorder.close();
    }
}
