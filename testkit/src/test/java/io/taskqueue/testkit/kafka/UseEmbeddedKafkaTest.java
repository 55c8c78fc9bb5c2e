package io.taskqueue.testkit.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

@Timeout(120)
@UseEmbeddedKafka(
        topics = {"orders:3", "audit"},
        settings = "message.max.bytes=2000000")
class UseEmbeddedKafkaTest {

    private static final List<String> USED = new ArrayList<>();

    private final TestKafka ofConstructor;

    UseEmbeddedKafkaTest(TestKafka kafka) {
        this.ofConstructor = kafka;
    }

    @Test
    void theTopicsExist(TestKafka kafka) throws Exception {
        assertThat(partitions(kafka, "orders")).isEqualTo(3);
        assertThat(partitions(kafka, "audit")).isEqualTo(1);
        assertThat(ofConstructor).isSameAs(kafka);
    }

    @Test
    void topicsAreCreatedOnce(TestKafka kafka) throws Exception {
        kafka.createTopic("later", 2);
        kafka.createTopic("later", 2);

        assertThat(partitions(kafka, "later")).isEqualTo(2);
    }

    @Test
    void settingsOfTheBrokerAreUsed(TestKafka kafka) throws Exception {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        try (Admin admin = admin(kafka)) {
            assertThat(admin.describeConfigs(List.of(broker))
                            .all()
                            .get()
                            .get(broker)
                            .get("message.max.bytes")
                            .value())
                    .isEqualTo("2000000");
        }
    }

    @Nested
    class InTheSameClass {

        @Test
        void theClusterIsThatOfTheEnclosingClass(TestKafka kafka) {
            assertThat(kafka).isSameAs(ofConstructor);
        }
    }

    @Test
    void aClusterOfAClassEndsWithIt() {
        USED.clear();

        assertThat(run(OwnCluster.class)).isEmpty();

        assertThat(USED).hasSize(1);
        assertThatThrownBy(() -> connect(USED.get(0))).isInstanceOf(IOException.class);
    }

    @Test
    void aClusterOfTheRunIsShared() {
        USED.clear();

        assertThat(run(SharedCluster.class, SharedClusterToo.class)).isEmpty();

        assertThat(USED).hasSize(2);
        assertThat(USED.get(0)).isEqualTo(USED.get(1));
        assertThatThrownBy(() -> connect(USED.get(0)))
                .as("it ends with the run")
                .isInstanceOf(IOException.class);
    }

    @Test
    void wrongTopicsAndSettingsAreReported() {
        assertThat(run(WrongTopic.class))
                .singleElement()
                .isEqualTo(
                        "A topic is written as its name, or as its name and a number of partitions such as orders:3, but"
                                + " one of the test class is 'orders:many'. Correct it.");
        assertThat(run(WrongSetting.class))
                .singleElement()
                .isEqualTo("A setting of the broker is written as name=value, but one of the test class is"
                        + " 'message.max.bytes'. Correct it.");
    }

    @Test
    void theMissingBrokerIsReported() throws Exception {
        URL[] path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("embedded-kafka"))
                .map(UseEmbeddedKafkaTest::url)
                .toArray(URL[]::new);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader without = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(without);
            Class<?> test = without.loadClass(UseEmbeddedKafkaTest.class.getName());
            Method runOwnCluster = test.getDeclaredMethod("runOwnCluster");
            runOwnCluster.setAccessible(true);

            Object failures = runOwnCluster.invoke(null);

            assertThat((List<?>) failures)
                    .singleElement()
                    .isEqualTo(
                            "@UseEmbeddedKafka starts the broker of taskqueue-embedded-kafka, but the test class path does"
                                    + " not have it (io/taskqueue/embedded/EmbeddedKafka is missing). Add"
                                    + " io.taskqueue:taskqueue-embedded-kafka in scope test.");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    static List<String> runOwnCluster() {
        return run(OwnCluster.class);
    }

    /** Runs test classes, and returns the messages of what failed. */
    private static List<String> run(Class<?>... classes) {
        List<String> failures = new ArrayList<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Arrays.stream(classes)
                                        .map(DiscoverySelectors::selectClass)
                                        .toList())
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                                result.getThrowable().map(Throwable::getMessage).ifPresent(failures::add);
                            }
                        });
        return failures;
    }

    private static int partitions(TestKafka kafka, String topic) throws Exception {
        try (Admin admin = admin(kafka)) {
            Map<String, TopicDescription> found =
                    admin.describeTopics(List.of(topic)).allTopicNames().get();
            return found.get(topic).partitions().size();
        }
    }

    private static Admin admin(TestKafka kafka) {
        return Admin.create(Map.<String, Object>copyOf(kafka.properties()));
    }

    private static void connect(String server) throws IOException {
        int port = Integer.parseInt(server.substring(server.lastIndexOf(':') + 1));
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Run by tests, not by the build. */
    @UseEmbeddedKafka
    static class OwnCluster {
        @Test
        void uses(TestKafka kafka) throws Exception {
            connect(kafka.bootstrapServers());
            USED.add(kafka.bootstrapServers());
        }
    }

    /** Run by tests, not by the build. */
    @UseEmbeddedKafka(sharing = Sharing.SUITE, topics = "shared")
    static class SharedCluster {
        @Test
        void uses(TestKafka kafka) throws Exception {
            assertThat(partitions(kafka, "shared")).isEqualTo(1);
            USED.add(kafka.bootstrapServers());
        }
    }

    /** Run by tests, not by the build. */
    @UseEmbeddedKafka(sharing = Sharing.SUITE)
    static class SharedClusterToo {
        @Test
        void uses(TestKafka kafka) {
            USED.add(kafka.bootstrapServers());
        }
    }

    /** Run by tests, not by the build. */
    @UseEmbeddedKafka(topics = "orders:many")
    static class WrongTopic {
        @Test
        void uses(TestKafka kafka) {
            USED.add(kafka.bootstrapServers());
        }
    }

    /** Run by tests, not by the build. */
    @UseEmbeddedKafka(settings = "message.max.bytes")
    static class WrongSetting {
        @Test
        void uses(TestKafka kafka) {
            USED.add(kafka.bootstrapServers());
        }
    }
}
