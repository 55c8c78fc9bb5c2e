package io.taskqueue.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.streams.SinkService;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsupportedLibrariesAreRefusedTest {

    @TempDir
    Path application;

    @ParameterizedTest
    @ValueSource(classes = {StartsSource.class, StartsSink.class, BuildsTopology.class, BuildsLocalSink.class})
    void whateverStartsRefusesAnotherKafka(Class<?> start) throws Exception {
        brings("kafka/kafka-version.properties", "version=3.8.1");

        assertThatThrownBy(() -> inApplication(start))
                .hasMessage("Task queue replication works with org.apache.kafka:kafka-clients 3.9 to 4.4, but found"
                        + " 3.8.1: set a version in this range in the application's build.");
    }

    @ParameterizedTest
    @ValueSource(classes = {StartsSink.class, BuildsTopology.class})
    void aSinkRefusesKafkaStreamsOnOtherClients(Class<?> start) throws Exception {
        brings("kafka/kafka-version.properties", "version=4.4.0");
        brings("kafka/kafka-streams-version.properties", "version=4.3.1");

        assertThatThrownBy(() -> inApplication(start))
                .hasMessage("org.apache.kafka:kafka-streams 4.3.1 works with org.apache.kafka:kafka-clients 4.3 only,"
                        + " but found 4.4.0: set one version for both in the application's build.");
    }

    @ParameterizedTest
    @ValueSource(classes = CreatesCodec.class)
    void aCodecRefusesAnotherJackson(Class<?> start) throws Exception {
        brings("META-INF/maven/com.fasterxml.jackson.core/jackson-databind/pom.properties", "version=2.17.3");

        assertThatThrownBy(() -> inApplication(start))
                .hasMessage(
                        "Task queue replication works with com.fasterxml.jackson.core:jackson-databind 2.18 or a later"
                                + " 2.x, but found 2.17.3: set a version in this range in the application's build.");
    }

    /** Calls an instance of a class whose class path has what the application brings before everything else. */
    private void inApplication(Class<?> start) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(application.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> loaded = loader.loadClass(start.getName());
            assertThat(loaded).isNotSameAs(start);
            ((Callable<?>) loaded.getDeclaredConstructor().newInstance()).call();
        }
    }

    private void brings(String file, String content) throws IOException {
        Path path = application.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    /** Starts a source. */
    public static final class StartsSource implements Callable<Object> {
        @Override
        public Object call() throws Exception {
            return ReplicationSource.builder(TaskQueue.<String>builder("orders").build(), PayloadCodec.utf8())
                    .start();
        }
    }

    /** Starts a sink service. */
    public static final class StartsSink implements Callable<Object> {
        @Override
        public Object call() {
            return SinkService.builder("billing", (event, effects) -> {}, PayloadCodec.utf8())
                    .start();
        }
    }

    /** Builds the topology of a sink. */
    public static final class BuildsTopology implements Callable<Object> {
        @Override
        public Object call() {
            return SinkService.builder("billing", (event, effects) -> {}, PayloadCodec.utf8())
                    .kafka(Map.of())
                    .topology();
        }
    }

    /** Builds a local sink. */
    public static final class BuildsLocalSink implements Callable<Object> {
        @Override
        public Object call() {
            return LocalSinkRunner.<String>builder("billing", (event, effects) -> {})
                    .build();
        }
    }

    /** Creates a codec. */
    public static final class CreatesCodec implements Callable<Object> {
        @Override
        public Object call() {
            return PayloadCodec.json(String.class);
        }
    }
}
