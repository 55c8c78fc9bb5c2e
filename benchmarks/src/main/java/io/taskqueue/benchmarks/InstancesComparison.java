package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.instances.InstanceThroughput;
import io.taskqueue.benchmarks.instances.InstancesOptions;
import io.taskqueue.benchmarks.instances.InstancesOptions.Section;
import io.taskqueue.benchmarks.instances.InstancesSetup;
import io.taskqueue.benchmarks.instances.RebalanceSection;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.ResultTables;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/** {@code benchmarks/run instances}: several instances of a sink on the same machine, and what a change of their number stops. */
public final class InstancesComparison {

    private static final String RUN = "instances";

    private InstancesComparison() {}

    public static void main(String[] arguments) throws Exception {
        InstancesOptions options;
        try {
            options = InstancesOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try (WorkDirectory directory = WorkDirectory.create("instances-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers());
                Admin admin = Admin.create(cluster.settings());
                KafkaProducer<byte[], byte[]> producer = cluster.producer(Map.of("batch.size", 128 * 1024))) {
            run(new InstancesSetup(
                    options,
                    cluster,
                    admin,
                    producer,
                    directory.path().resolve("states"),
                    new ResultTables(RUN, !options.brief())));
        }
        System.exit(0);
    }

    private static void run(InstancesSetup setup) throws Exception {
        InstancesOptions options = setup.options();
        for (Section section : options.sections()) {
            switch (section) {
                case NOOP -> InstanceThroughput.noOp(setup).run();
                case SLOW -> InstanceThroughput.slow(setup).run();
                case REBALANCE -> new RebalanceSection(setup).run();
            }
        }
        String conditions = "Rounds: " + options.rounds() + ". " + MachineDescription.describe(BrokerProcess.HEAP);
        System.out.println();
        System.out.println(setup.tables().markdown(conditions));
        if (options.page().isPresent()) {
            setup.tables().writeInto(options.page().get(), RUN, conditions);
        }
        Path json = WorkDirectory.TARGET.resolve("instances.json");
        setup.tables().write(json, conditions);
        System.out.println("The same as JSON: " + json);
    }
}
