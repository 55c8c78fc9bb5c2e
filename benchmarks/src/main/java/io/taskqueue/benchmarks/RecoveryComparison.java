package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BenchmarkCluster;
import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.recovery.BareConsumerRun;
import io.taskqueue.benchmarks.recovery.FilledQueue;
import io.taskqueue.benchmarks.recovery.RecoveryRun;
import io.taskqueue.source.registry.LowWaterMark.Place;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;

/**
 * {@code benchmarks/run recovery}: how long a recovery takes after the claim, and the rate of its reading beside a bare consumer on the
 * same partition.
 */
public final class RecoveryComparison {

    private static final String USAGE =
            """
            Usage: benchmarks/run recovery [--live N] [--events N] [--rounds N] [--short]
              --live N     live tasks; default 10000
              --events N   events of other tasks; default 1000000
              --rounds N   rounds, of which the median is shown; default 5
              --short      few events and one round: checks that everything runs, measures nothing
            """;

    private RecoveryComparison() {}

    public static void main(String[] arguments) throws Exception {
        int live = 10_000;
        int events = 1_000_000;
        int rounds = 5;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--live" -> live = number(arguments, ++i);
                    case "--events" -> events = number(arguments, ++i);
                    case "--rounds" -> rounds = number(arguments, ++i);
                    case "--short" -> {
                        live = 100;
                        events = 3_000;
                        rounds = 1;
                    }
                    default -> throw CommandOptions.unknown(arguments[i], USAGE);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(live, events, rounds);
        System.exit(0);
    }

    private static int number(String[] arguments, int index) {
        return Integer.parseInt(CommandOptions.operand(arguments, index, "[1-9][0-9]{0,7}", USAGE));
    }

    private static void run(int live, int events, int rounds) throws Exception {
        Samples before = new Samples("before the mark");
        Samples behind = new Samples("behind the mark");
        Samples bare = new Samples("bare consumer");
        Samples fold = new Samples("recovery");
        try (WorkDirectory directory = WorkDirectory.create("recovery-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"));
                BenchmarkCluster cluster = new BenchmarkCluster(broker.bootstrapServers());
                Admin admin = Admin.create(cluster.settings());
                Producer<byte[], byte[]> producer = cluster.producer(Map.of("batch.size", 131_072, "linger.ms", 5))) {
            for (int round = 0; round < rounds; round++) {
                FilledQueue early =
                        new FilledQueue(cluster.newName("queue"), cluster.newTopic("events"), live, events, false);
                Place unused = early.fill(cluster.settings(), admin, producer);
                before.add((double)
                        RecoveryRun.afterTheClaim(cluster.settings(), early).toMillis());
                FilledQueue late =
                        new FilledQueue(cluster.newName("queue"), cluster.newTopic("events"), live, events, true);
                Place place = late.fill(cluster.settings(), admin, producer);
                bare.add(BareConsumerRun.perSecond(cluster.settings(), late.topic(), late.records()));
                fold.add(RecoveryRun.foldPerSecond(cluster.settings(), late, place));
                behind.add((double)
                        RecoveryRun.afterTheClaim(cluster.settings(), late).toMillis());
            }
        }
        System.out.println("| recovery of " + live + " live tasks, after the claim | ms |");
        System.out.println("| --- | ---: |");
        System.out.println(String.format(Locale.ROOT, "| %,d events before the mark | %s |", events, before.spread()));
        System.out.println(String.format(Locale.ROOT, "| %,d events behind the mark | %s |", events, behind.spread()));
        System.out.println();
        System.out.println("| reading the whole partition | records/s |");
        System.out.println("| --- | ---: |");
        System.out.println("| bare consumer | " + bare.spread() + " |");
        System.out.println("| recovery | " + fold.spread() + " |");
        System.out.println(
                String.format(Locale.ROOT, "| recovery ÷ bare consumer | %.2f |", fold.median() / bare.median()));
        System.out.println();
        System.out.println(String.format(
                Locale.ROOT,
                "Payloads of 100 bytes, not compressed; %d rounds. %s",
                rounds,
                MachineDescription.describe(BrokerProcess.HEAP)));
    }
}
