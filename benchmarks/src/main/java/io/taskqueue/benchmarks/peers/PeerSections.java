package io.taskqueue.benchmarks.peers;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.PostgresProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.ResultTables;
import io.taskqueue.benchmarks.peers.PeerOptions.Section;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.database.PostgresServer;
import io.taskqueue.benchmarks.peers.kafka.KafkaServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** The sections of {@code benchmarks/run peers}, with the contenders that can take part on this machine. */
public final class PeerSections {

    private static final String RUN = "peers";

    private PeerSections() {}

    /** Runs the sections that are asked for, and prints their tables. */
    public static void run(PeerOptions options) throws Exception {
        Optional<Path> database = PostgresProcess.installed();
        try (WorkDirectory directory = WorkDirectory.create("peers-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers());
                KafkaServer kafka = KafkaServer.of(broker, cluster)) {
            if (database.isEmpty()) {
                run(
                        options,
                        kafka,
                        Contenders.withoutDatabase(kafka, directory.path()),
                        directory.path(),
                        Optional.empty());
                return;
            }
            try (PostgresProcess process = PostgresProcess.start(database.get(), directory.path());
                    PostgresServer postgres = PostgresServer.of(process)) {
                run(
                        options,
                        kafka,
                        Contenders.all(kafka, postgres, directory.path()),
                        directory.path(),
                        Optional.of(postgres));
            }
        }
    }

    private static void run(
            PeerOptions options,
            KafkaServer kafka,
            List<Contender> all,
            Path directory,
            Optional<PostgresServer> database)
            throws Exception {
        List<Contender> contenders =
                all.stream().filter(one -> options.takesPart(one.name())).toList();
        if (contenders.isEmpty()) {
            throw new IllegalArgumentException("No contender has a name that begins with " + options.only()
                    + ". There are: " + all.stream().map(Contender::name).collect(Collectors.joining(", ")) + ".");
        }
        ResultTables tables = new ResultTables(RUN, !options.brief());
        PeerRatios ratios = new PeerRatios(tables);
        PeerSetup setup = new PeerSetup(
                options,
                kafka.cluster().bootstrapServers(),
                contenders,
                directory,
                tables,
                ratios,
                new AtomicInteger());
        boolean noop = options.sections().contains(Section.NOOP);
        boolean slow = options.sections().contains(Section.SLOW);
        if (noop || slow) {
            new PeerThroughput(setup).run(noop, slow);
        }
        if (options.sections().contains(Section.LATENCY)) {
            new PeerLatency(setup).run();
        }
        if (options.sections().contains(Section.KILL)) {
            new PeerKill(setup).run();
        }
        ratios.addTable();
        print(setup, database);
    }

    private static void print(PeerSetup setup, Optional<PostgresServer> database) throws Exception {
        String conditions = setup.contenders().stream()
                        .map(one -> "*" + one.name() + "*: " + one.description() + ".")
                        .collect(Collectors.joining(" "))
                + " "
                + database.map(PostgresServer::description)
                        .orElse("PostgreSQL is not installed, so the contenders that need it did not take part.")
                + " Payloads of about 340 bytes; "
                + setup.options().rounds().measured() + " interleaved rounds after "
                + setup.options().rounds().warmups() + " discarded. "
                + MachineDescription.describe(BrokerProcess.HEAP);
        if (database.isEmpty()) {
            System.err.println(
                    "SKIPPED: the contenders that need PostgreSQL, because it is not installed. Install the package postgresql.");
        }
        System.out.println();
        System.out.println(setup.tables().markdown(conditions));
        if (setup.options().page().isPresent()) {
            setup.tables().writeInto(setup.options().page().get(), RUN, conditions);
        }
        Path json = WorkDirectory.TARGET.resolve("peers.json");
        setup.tables().write(json, conditions);
        System.out.println("The same as JSON: " + json);
    }
}
