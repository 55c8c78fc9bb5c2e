package io.taskqueue.compatibility;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Another version of Kafka's clients and of Kafka Streams, with what an application has beside it. The jars are in {@code
 * target/other-libraries}, where Maven copies them.
 *
 * @param others artifacts with versions, each in place of the version of the same artifact that is built in
 */
record KafkaLine(String version, List<String> others) {

    /** With the oldest supported versions of the other libraries. */
    static final KafkaLine OLDEST = new KafkaLine(
            "3.9.1",
            List.of(
                    "rocksdbjni-7.9.2",
                    "jackson-core-2.18.5",
                    "jackson-databind-2.18.5",
                    "jackson-annotations-2.18.5",
                    "jackson-datatype-jdk8-2.18.5",
                    "jackson-datatype-jsr310-2.18.5",
                    "micrometer-core-1.13.15",
                    "micrometer-commons-1.13.15",
                    "micrometer-observation-1.13.15"));

    static final KafkaLine NEWEST = new KafkaLine("4.4.0", List.of());

    static final List<KafkaLine> ALL = List.of(
            OLDEST,
            new KafkaLine("4.0.1", List.of("rocksdbjni-9.7.3")),
            new KafkaLine("4.1.1", List.of("rocksdbjni-9.7.3")),
            new KafkaLine("4.2.1", List.of()),
            NEWEST);

    /** The class path of this process, with the libraries of this line instead of the built-in ones, and without a broker. */
    List<Path> classPath() {
        List<String> replaced = Stream.concat(Stream.of("kafka-clients-", "kafka-streams-"), others.stream())
                .map(jar -> jar.substring(0, jar.lastIndexOf('-') + 1))
                .toList();
        Stream<Path> kept = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(entry -> !isBrokerJar(entry)
                        && replaced.stream().noneMatch(entry.getFileName().toString()::startsWith));
        Stream<Path> own = Stream.concat(
                        Stream.of("kafka-clients-" + version, "kafka-streams-" + version), others.stream())
                .map(KafkaLine::jar);
        return Stream.concat(kept, own).toList();
    }

    /** The class path as an argument of {@code java}. */
    String classPathArgument() {
        return classPath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** What an application does not have; a broker's jars have classes of their own version of the clients beside them. */
    private static boolean isBrokerJar(Path entry) {
        Path artifact = entry.getParent() == null ? null : entry.getParent().getParent();
        Path group = artifact == null ? null : artifact.getParent();
        return entry.toString().endsWith(".jar") && group != null && group.endsWith(Path.of("org", "apache", "kafka"));
    }

    private static Path jar(String name) {
        Path jar = Path.of("target", "other-libraries", name + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(
                    jar.toAbsolutePath() + " is missing. Run: mvn process-test-resources -pl streams -am");
        }
        return jar.toAbsolutePath();
    }

    @Override
    public String toString() {
        return version;
    }
}
