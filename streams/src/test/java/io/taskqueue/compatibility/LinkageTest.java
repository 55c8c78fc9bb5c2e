package io.taskqueue.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the classes of this project use of Kafka, Jackson and Micrometer exists in each version that an application may bring. */
class LinkageTest {

    private static final List<String> LIBRARIES =
            List.of("org.apache.kafka.", "org.rocksdb.", "com.fasterxml.jackson.", "io.micrometer.");

    /** Not called by the versions that differ. */
    private static final Set<String> NOT_CALLED = Set.of(
            "DecodeAhead$WrappedPoll uses org.apache.kafka.clients.consumer.ConsumerRecords.nextOffsets()Ljava/util/Map;",
            "CommitHook$Inner lacks init(org.apache.kafka.streams.processor.ProcessorContext,"
                    + " org.apache.kafka.streams.processor.StateStore)");

    /** Need what only an application that chooses them has; use none of the libraries. */
    private static final List<String> OPTIONAL = List.of("ApacheHttpTransport", "OpenTelemetryTracing");

    static List<KafkaLine> lines() {
        return KafkaLine.ALL;
    }

    @ParameterizedTest
    @MethodSource("lines")
    void everyMemberThatIsUsedExistsInOtherVersions(KafkaLine line) throws Exception {
        try (URLClassLoader loader = loader(line)) {
            Set<String> missing = new TreeSet<>();
            for (Class<?> library : List.of(PayloadCodec.class, ReplicationSource.class, SinkService.class)) {
                for (byte[] bytes : classesBeside(library)) {
                    missing.addAll(ClassFile.of(bytes).missing(loader, LIBRARIES));
                }
            }
            missing.removeAll(NOT_CALLED);

            assertThat(missing).isEmpty();
        }
    }

    @Test
    void aMissingMemberIsFound() throws Exception {
        try (URLClassLoader loader = loader(KafkaLine.OLDEST);
                InputStream planted =
                        ClosesWithOptions.class.getResourceAsStream("LinkageTest$ClosesWithOptions.class")) {
            assertThat(ClassFile.of(planted.readAllBytes()).missing(loader, LIBRARIES))
                    .containsExactly(
                            "LinkageTest$ClosesWithOptions uses org.apache.kafka.clients.consumer.CloseOptions"
                                    + ".timeout(Ljava/time/Duration;)Lorg/apache/kafka/clients/consumer/CloseOptions;",
                            "LinkageTest$ClosesWithOptions uses org.apache.kafka.clients.consumer.KafkaConsumer"
                                    + ".close(Lorg/apache/kafka/clients/consumer/CloseOptions;)V");
        }
    }

    private static URLClassLoader loader(KafkaLine line) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (Path entry : line.classPath()) {
            urls.add(entry.toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** All classes of a library, by one of them: in a directory or in a jar. */
    private static List<byte[]> classesBeside(Class<?> one) throws Exception {
        Path place =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return classesBelow(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return classesBelow(jar.getPath("/"));
        }
    }

    private static List<byte[]> classesBelow(Path root) throws IOException {
        List<byte[]> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(
                            path -> path.toString().endsWith(".class") && !path.endsWith("package-info.class"))
                    .filter(path ->
                            OPTIONAL.stream().noneMatch(path.getFileName().toString()::startsWith))
                    .toList()) {
                classes.add(Files.readAllBytes(file));
            }
        }
        return classes;
    }

    /** What the test must find: Kafka 3.9 has no such options. */
    static final class ClosesWithOptions {
        void close(KafkaConsumer<?, ?> consumer) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }
}
