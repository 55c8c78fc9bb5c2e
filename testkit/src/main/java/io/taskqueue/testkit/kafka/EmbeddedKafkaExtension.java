package io.taskqueue.testkit.kafka;

import io.taskqueue.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Starts the broker of {@link UseEmbeddedKafka} before the tests of a class. Its data is deleted when it ends. */
public final class EmbeddedKafkaExtension implements BeforeAllCallback, ParameterResolver {

    /** Created by JUnit. */
    public EmbeddedKafkaExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        UseEmbeddedKafka annotation = AnnotationSupport.findAnnotation(context.getElement(), UseEmbeddedKafka.class)
                .orElse(null);
        if (annotation == null) {
            return; // a nested class uses the cluster of the class that it is in
        }
        Map<String, String> settings = settings(annotation);
        RunningCluster.provide(
                context,
                List.of(EmbeddedKafkaExtension.class, settings),
                annotation.sharing(),
                annotation.topics(),
                () -> start(settings));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return RunningCluster.supports(parameter);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return RunningCluster.of(context);
    }

    private static RunningCluster start(Map<String, String> settings) throws IOException {
        try {
            Path directory = Files.createTempDirectory("taskqueue-test-kafka");
            EmbeddedKafka broker = EmbeddedKafka.start(directory, 0, settings);
            return new RunningCluster(TestKafka.at(broker.bootstrapServers()), () -> {
                broker.close();
                delete(directory);
            });
        } catch (NoClassDefFoundError missing) {
            throw new ExtensionConfigurationException(
                    "@UseEmbeddedKafka starts the broker of taskqueue-embedded-kafka, but the test class path does not have it ("
                            + missing.getMessage()
                            + " is missing). Add io.taskqueue:taskqueue-embedded-kafka in scope test.",
                    missing);
        }
    }

    private static Map<String, String> settings(UseEmbeddedKafka annotation) {
        return Arrays.stream(annotation.settings())
                .map(setting -> setting.split("=", 2))
                .map(EmbeddedKafkaExtension::requirePair)
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    private static String[] requirePair(String[] setting) {
        if (setting.length != 2) {
            throw new ExtensionConfigurationException(
                    "A setting of the broker is written as name=value, but one of the test" + " class is '" + setting[0]
                            + "'. Correct it.");
        }
        return setting;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(
                            Comparator.comparing(Function.<Path>identity()).reversed())
                    .toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
