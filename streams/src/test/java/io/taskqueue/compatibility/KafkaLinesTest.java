package io.taskqueue.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.embedded.EmbeddedKafka;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The guarantees hold with each version of Kafka that an application may bring: test classes run in a process that has its jars
 * instead of those that this project is compiled with.
 *
 * <p>Usually a few of them with the oldest and the newest version; all with all versions where the system property
 * {@code taskqueue.kafka.lines} is {@code all}.
 */
class KafkaLinesTest {

    private static final boolean EVERY_LINE = "all".equals(System.getProperty("taskqueue.kafka.lines"));

    private static final List<String> USUALLY = List.of("QueueChangesReachTheSinkTest", "KilledSinkLosesNothingTest");

    /** Those of a sink on a broker under kills, clean stops, rebalances, timeouts and replays. */
    private static final List<String> EVERY_GUARANTEE = List.of(
            "QueueChangesReachTheSinkTest",
            "KilledSinkLosesNothingTest",
            "AmbiguousWindowTest",
            "CleanStopRerunsNothingTest",
            "EachEventReachesTheSinkOnceTest",
            "FencedEventsAreNeverAppliedTest",
            "HaltingRerunsNothingTest",
            "KilledReplayResumesTest",
            "OwnKafkaStreamsTest",
            "PacedConsumerTest#aRevocationRightAfterACommitOfIntentsLeavesNoOutcomeUnknown",
            "PacedConsumerTest#eventsThatFinishDuringARevocationRightAfterACommitDoNotRunAgain",
            "RebalanceRerunsNothingTest",
            "ReplayMakesNoExternalCallsTest",
            "ResultsAreCommittedWhileTheirEventRunsTest",
            "ResultsAreDeletedWithTheirEventTest",
            "SinkServiceStopsCleanlyTest",
            "UnansweredCommitsTest",
            "UndecodableRecordsAreDeadLetteredTest");

    @ParameterizedTest
    @MethodSource("lines")
    void guaranteesHoldWithOtherVersionsOfKafka(KafkaLine line, @TempDir Path directory) throws Exception {
        Path log = directory.resolve("tests.log");
        // one for each version: the tests use fixed names of sinks
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            Process child = start(line, broker.bootstrapServers(), log);
            try {
                assertThat(child.waitFor(EVERY_LINE ? 20 : 3, TimeUnit.MINUTES)).isTrue();
            } finally {
                child.destroyForcibly();
            }

            assertThat(Files.readString(log))
                    .containsPattern("[0-9]+ passed with Kafka " + line.version())
                    .contains("with Kafka Streams " + line.version());
            assertThat(child.exitValue()).isZero();
        }
    }

    static Stream<KafkaLine> lines() {
        return EVERY_LINE ? KafkaLine.ALL.stream() : Stream.of(KafkaLine.OLDEST, KafkaLine.NEWEST);
    }

    private static Process start(KafkaLine line, String bootstrap, Path log) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dtaskqueue.bootstrap=" + bootstrap,
                "-cp",
                line.classPathArgument(),
                TestsInChild.class.getName()));
        for (String test : EVERY_LINE ? EVERY_GUARANTEE : USUALLY) {
            command.add("io.taskqueue.streams." + test);
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }
}
