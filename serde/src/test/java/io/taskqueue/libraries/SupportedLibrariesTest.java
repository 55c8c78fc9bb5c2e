package io.taskqueue.libraries;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SupportedLibrariesTest {

    private static final String CLIENTS = "kafka/kafka-version.properties";
    private static final String STREAMS = "kafka/kafka-streams-version.properties";
    private static final String JACKSON = "META-INF/maven/com.fasterxml.jackson.core/jackson-databind/pom.properties";
    private static final String MICROMETER = "META-INF/micrometer-core.properties";

    @TempDir
    Path application;

    @Test
    void theLibrariesThatThisProjectIsCompiledWithAreSupported() {
        assertThatCode(SupportedLibraries::requireForStreams).doesNotThrowAnyException();
        assertThatCode(SupportedLibraries::requireForConnector).doesNotThrowAnyException();
        assertThatCode(SupportedLibraries::requireForJson).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.9.0", "3.9.1", "4.0.0", "4.3.1", "4.4.0", "4.4.12-SNAPSHOT"})
    void kafkaClientsFromTheOldestToTheNewestAreSupported(String version) throws IOException {
        brings(CLIENTS, "version=" + version);

        assertThatCode(() -> SupportedLibraries.requireForConnector(classPath()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.8.2", "3.8.1", "4.5.0", "4.10.0", "5.0.0"})
    void otherKafkaClientsAreRefused(String version) throws IOException {
        brings(CLIENTS, "version=" + version);

        refused(
                () -> SupportedLibraries.requireForConnector(classPath()),
                "Task queue replication works with org.apache.kafka:kafka-clients 3.9 to 4.4, but found " + version
                        + ": set a version in this range in the application's build.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.8.1", "4.5.0"})
    void otherKafkaStreamsAreRefused(String version) throws IOException {
        brings(CLIENTS, "version=4.3.1");
        brings(STREAMS, "version=" + version);

        assertThatCode(() -> SupportedLibraries.requireForConnector(classPath()))
                .doesNotThrowAnyException();
        refused(
                () -> SupportedLibraries.requireForStreams(classPath()),
                "Task queue replication works with org.apache.kafka:kafka-streams 3.9 to 4.4, but found " + version
                        + ": set a version in this range in the application's build.");
    }

    @Test
    void kafkaStreamsOnClientsOfAnotherMinorVersionIsRefused() throws IOException {
        brings(CLIENTS, "version=4.4.0");
        brings(STREAMS, "version=4.3.1");

        refused(
                () -> SupportedLibraries.requireForStreams(classPath()),
                "org.apache.kafka:kafka-streams 4.3.1 works with org.apache.kafka:kafka-clients 4.3 only, but found"
                        + " 4.4.0: set one version for both in the application's build.");
    }

    @Test
    void kafkaStreamsOnClientsOfAnotherPatchIsSupported() throws IOException {
        brings(CLIENTS, "version=4.3.0");
        brings(STREAMS, "version=4.3.1");

        assertThatCode(() -> SupportedLibraries.requireForStreams(classPath())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.17.3", "3.0.0"})
    void otherVersionsOfJacksonAreRefused(String version) throws IOException {
        brings(JACKSON, "version=" + version);

        refused(
                () -> SupportedLibraries.requireForJson(classPath()),
                "Task queue replication works with com.fasterxml.jackson.core:jackson-databind 2.18 or a later 2.x, but found "
                        + version + ": set a version in this range in the application's build.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.12.13", "2.0.0"})
    void otherVersionsOfMicrometerAreRefused(String version) throws IOException {
        brings(MICROMETER, "Implementation-Version=" + version);

        refused(
                () -> SupportedLibraries.requireForConnector(classPath()),
                "Task queue replication works with io.micrometer:micrometer-core 1.13 or a later 1.x, but found "
                        + version + ": set a version in this range in the application's build.");
    }

    @Test
    void aJarOfManyLibrariesWithoutTheirVersionsIsSupported() throws IOException {
        assertThatCode(() -> SupportedLibraries.requireForStreams(classPath())).doesNotThrowAnyException();

        brings(CLIENTS, "version=unknown");
        assertThatCode(() -> SupportedLibraries.requireForConnector(classPath()))
                .doesNotThrowAnyException();
    }

    private void brings(String file, String content) throws IOException {
        Path path = application.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private ClassLoader classPath() throws IOException {
        return new URLClassLoader(new URL[] {application.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private static void refused(ThrowingCallable start, String message) {
        assertThatThrownBy(start)
                .isInstanceOf(UnsupportedLibraryException.class)
                .hasMessage(message);
    }
}
