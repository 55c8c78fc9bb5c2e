package io.taskqueue.cli.doctor;

import io.taskqueue.cli.shared.KafkaOptions;
import io.taskqueue.cli.shared.OptionValue;
import io.taskqueue.cli.shared.Output;
import io.taskqueue.cli.shared.RegistryTopicOption;
import io.taskqueue.cli.shared.TopicOption;
import io.taskqueue.kafka.TopicNames;
import io.taskqueue.streams.state.StoreNames;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.AuthorizationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code taskqueue doctor}: whether a cluster has what the guarantees need. */
@Command(
        name = "doctor",
        header = "Check a cluster for what the guarantees need, and state how to correct what is not so.",
        description = {
            "Checks brokers, settings, replicas, retention, clocks, the topics of sources and sinks, the progress of sinks, and "
                    + "what this user may do. Changes nothing.",
            "Each finding is one of ok, note (nothing has to be done now), unknown (it could not be found out, for example "
                    + "because this user may not look), warning (a guarantee is lost when something else fails) and error."
        },
        footer = {"", "Example: taskqueue doctor --bootstrap-server localhost:9092 --name billing --replay-horizon 72h"
        },
        exitCodeList = {
            "0:nothing has to be done: every finding is ok or a note",
            "1:there are errors, or the command failed",
            "2:the command line is invalid",
            "3:Kafka cannot be reached, or does not accept the user",
            "5:there are warnings, or something could not be found out, but no errors"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DoctorCommand implements Callable<Integer> {

    private final Clock clock;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--name",
            paramLabel = "SINK",
            converter = OptionValue.Sink.class,
            description = "Check this sink. Repeatable. Default: every sink that has committed offsets of the topic.")
    private List<String> sinks = new ArrayList<>();

    @Mixin
    private TopicOption topic = new TopicOption();

    @Mixin
    private RegistryTopicOption registryTopic = new RegistryTopicOption();

    @Option(
            names = "--replay-horizon",
            paramLabel = "D",
            defaultValue = "168h",
            converter = OptionValue.PositiveSpan.class,
            description = "How far back a replay has to be possible. Default: ${DEFAULT-VALUE}.")
    private Duration replayHorizon = Duration.ZERO;

    @Mixin
    private Output output = new Output();

    /** @param clock the clock of this machine, which is compared with that of the cluster */
    public DoctorCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        kafka.requireReachable();
        var scope = new ExaminedCluster.Scope(topic.name(), registryTopic.name(), sinks, replayHorizon);
        KafkaTools tools = new KafkaTools(kafka.bootstrapServer(), kafka.commandConfig());
        try (Admin admin = kafka.admin()) {
            ExaminedCluster cluster = new ExaminedCluster(admin, kafka.properties(), scope, tools, clock);
            DoctorReport report = new DoctorReport(new Examination(cluster).run(checks(cluster)));
            output.result(report.text(), report.json());
            return report.exitCode();
        }
    }

    private static List<Check> checks(ExaminedCluster cluster) throws InterruptedException {
        String events = cluster.scope().events();
        String registry = cluster.scope().registry();
        List<Check> checks = new ArrayList<>(List.of(
                new BrokersCheck(),
                new BrokerSettingsCheck(),
                new ClockCheck(),
                new ReplicasCheck("__transaction_state"),
                new ReplicasCheck("__consumer_offsets"),
                SourceTopicCheck.ofEvents(events),
                TopicSettingsCheck.ofEvents(events),
                new ReplicasCheck(events),
                new InSyncReplicasCheck(events),
                new RecordSizeCheck(events),
                new ReplayHorizonCheck(events),
                new OpenTransactionsCheck(events),
                SourceTopicCheck.ofRegistry(registry),
                TopicSettingsCheck.ofRegistry(registry),
                new ReplicasCheck(registry),
                new InSyncReplicasCheck(registry),
                new LiveTaskRetentionCheck(events, registry)));
        for (String sink : sinks(cluster)) {
            checks.add(new SinkTopicsCheck(sink));
            for (String store : List.of(StoreNames.RESULTS, StoreNames.STATE)) {
                checks.add(new ReplicasCheck(TopicNames.changelog(sink, store)));
                checks.add(new InSyncReplicasCheck(TopicNames.changelog(sink, store)));
            }
            checks.add(new SinkProgressCheck(sink));
            checks.add(new SinkStateCheck(sink));
        }
        checks.add(new OffsetsRetentionCheck());
        checks.add(new PermissionsCheck());
        return checks;
    }

    /** The sinks to check; none if this user may not find them out, which other checks report. */
    private static List<String> sinks(ExaminedCluster cluster) throws InterruptedException {
        try {
            return cluster.sinks();
        } catch (AuthorizationException denied) {
            return List.of();
        }
    }
}
