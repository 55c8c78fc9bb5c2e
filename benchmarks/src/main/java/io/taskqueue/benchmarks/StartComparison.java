package io.taskqueue.benchmarks;

import io.taskqueue.benchmarks.broker.BrokerProcess;
import io.taskqueue.benchmarks.broker.WorkDirectory;
import io.taskqueue.benchmarks.measure.CommandOptions;
import io.taskqueue.benchmarks.measure.MachineDescription;
import io.taskqueue.benchmarks.measure.Samples;
import io.taskqueue.benchmarks.start.LauncherRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;

/**
 * {@code benchmarks/run start}: how long commands take from the shell, with the archive of their classes and without. Fails if the archive
 * is not used.
 */
public final class StartComparison {

    private static final String USAGE =
            """
            Usage: benchmarks/run start [--rounds N] [--short]
              --rounds N   rounds, of which the median is shown; default 9
              --short      one round: checks that everything runs and that the archive is used, measures nothing
            """;

    private static final String RUNNING = "State transition from REBALANCING to RUNNING";

    private static final int TASKS = 100;

    /** So many of the classes of a command, in percent, must come from the archive: picocli's, of Java 5, cannot. */
    private static final int LEAST_ARCHIVED = 80;

    private static final List<LauncherRun> LAUNCHERS = List.of(new LauncherRun(""), new LauncherRun("-Xshare:off"));

    /** A command, and its times in ms with the archive and without. */
    private record Row(String command, int goal, Samples with, Samples without) {

        static Row of(String command, int goal) {
            return new Row(command, goal, new Samples("with"), new Samples("without"));
        }

        Samples of(LauncherRun launcher) {
            return launcher.equals(LAUNCHERS.get(0)) ? with : without;
        }

        String markdown() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %,d | %s | %s | %s |",
                    command,
                    goal,
                    with.spread(),
                    without.spread(),
                    with.median() <= goal ? "yes" : "**no**");
        }
    }

    private StartComparison() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = 9;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--rounds" -> rounds =
                            Integer.parseInt(CommandOptions.operand(arguments, ++i, "[1-9][0-9]{0,3}", USAGE));
                    case "--short" -> rounds = 1;
                    default -> throw CommandOptions.unknown(arguments[i], USAGE);
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        requireArchive();
        run(rounds);
        System.exit(0);
    }

    /** Builds the project where that is necessary, and checks where classes are loaded from. */
    private static void requireArchive() throws IOException, InterruptedException {
        List<String> unused = LAUNCHERS.get(0).output("--version");
        List<String> loaded = new LauncherRun("-Xlog:class+load")
                .output("--help").stream()
                        .filter(line -> line.contains(" source: "))
                        .toList();
        long archived = loaded.stream()
                .filter(line -> line.endsWith("shared objects file"))
                .count();
        long ours = loaded.stream()
                .filter(line -> line.contains(" io.taskqueue.") && line.endsWith("shared objects file"))
                .count();
        if (archived * 100 < (long) loaded.size() * LEAST_ARCHIVED || ours == 0) {
            System.err.println(
                    "The archive of classes is not used: of " + loaded.size() + " classes of `./taskqueue --help`, "
                            + archived + " come from it, " + ours
                            + " of them of this project. See target/launcher-classes.txt; to make it again, delete target/launcher-built.");
            System.exit(1);
        }
    }

    private static void run(int rounds) throws Exception {
        Row help = Row.of("`--help`", 300);
        Row status = Row.of("`status`", 1_000);
        Row first = Row.of("`sink`, its first start, until RUNNING", 2_000);
        Row next = Row.of("`sink`, its next start, until RUNNING", 2_000);
        try (WorkDirectory directory = WorkDirectory.create("start-");
                BrokerProcess broker = BrokerProcess.start(directory.path().resolve("broker"))) {
            String server = broker.bootstrapServers();
            Path tasks = Files.writeString(directory.path().resolve("tasks.ndjson"), "{}\n".repeat(TASKS));
            List<String> unused = LAUNCHERS
                    .get(0)
                    .output("dispatch", "--bootstrap-server", server, "--queue", "orders", "--tasks", tasks.toString());
            // the sink whose lag `status` shows; those of the rounds are deleted, so that it always reads as much
            double unusedTime =
                    toRunning(LAUNCHERS.get(0), server, "kept", directory.path().resolve("kept"));
            int sinks = 0;
            for (int round = 0; round < rounds; round++) {
                for (LauncherRun launcher : LAUNCHERS) {
                    help.of(launcher).add((double) launcher.toEnd("--help").toMillis());
                    status.of(launcher).add((double) launcher.toEnd("status", "--bootstrap-server", server)
                            .toMillis());
                    String name = "sink-" + ++sinks;
                    Path state = directory.path().resolve(name);
                    first.of(launcher).add(toRunning(launcher, server, name, state));
                    next.of(launcher).add(toRunning(launcher, server, name, state));
                    delete(server, name);
                }
            }
        }
        System.out.println("| ./taskqueue | goal, ms | ms | without the archive | reached |");
        System.out.println("| --- | ---: | ---: | ---: | ---: |");
        for (Row row : List.of(help, status, first, next)) {
            System.out.println(row.markdown());
        }
        System.out.println();
        System.out.println(String.format(
                Locale.ROOT,
                "From the start of the launcher; %d tasks in 12 partitions; %d rounds. %s",
                TASKS,
                rounds,
                MachineDescription.describe(BrokerProcess.HEAP)));
    }

    /** Deletes what a sink has left in Kafka. */
    private static void delete(String server, String name) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server))) {
            List<String> topics = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.startsWith(name + "-") || topic.startsWith(name + "."))
                    .toList();
            admin.deleteTopics(topics).all().get();
            boolean members = admin.describeConsumerGroups(List.of(name)).all().get().values().stream()
                    .anyMatch(group -> !group.members().isEmpty());
            if (members) {
                admin.removeMembersFromConsumerGroup(name, new RemoveMembersFromConsumerGroupOptions())
                        .all()
                        .get();
            }
            admin.deleteConsumerGroups(List.of(name)).all().get();
        }
    }

    private static double toRunning(LauncherRun launcher, String server, String name, Path state)
            throws IOException, InterruptedException {
        return launcher.toLine(
                        RUNNING,
                        "sink",
                        "--bootstrap-server",
                        server,
                        "--name",
                        name,
                        "--sink",
                        "log",
                        "--state-dir",
                        state.toString())
                .toMillis();
    }
}
