package io.taskqueue.testkit.kafka;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** Starts the container of {@link UseKafkaContainer} before the tests of a class. */
public final class KafkaContainerExtension implements BeforeAllCallback, ExecutionCondition, ParameterResolver {

    /** Created by JUnit. */
    public KafkaContainerExtension() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<UseKafkaContainer> annotation = annotation(context);
        if (annotation.isPresent() && annotation.get().disabledWithoutDocker() && !isDockerAvailable()) {
            return ConditionEvaluationResult.disabled("There is no Docker engine here.");
        }
        return ConditionEvaluationResult.enabled("The tests do not depend on whether there is a Docker engine.");
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        UseKafkaContainer annotation = annotation(context).orElse(null);
        if (annotation == null) {
            return; // a nested class uses the cluster of the class that it is in
        }
        RunningCluster.provide(
                context,
                List.of(KafkaContainerExtension.class, annotation.image()),
                annotation.sharing(),
                annotation.topics(),
                () -> start(annotation.image()));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return RunningCluster.supports(parameter);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return RunningCluster.of(context);
    }

    private static RunningCluster start(String image) {
        try {
            KafkaContainer container = new KafkaContainer(image);
            container.start();
            return new RunningCluster(TestKafka.at(container.getBootstrapServers()), container::stop);
        } catch (NoClassDefFoundError missing) {
            throw withoutLibrary(missing);
        }
    }

    private static boolean isDockerAvailable() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (NoClassDefFoundError missing) {
            throw withoutLibrary(missing);
        }
    }

    private static ExtensionConfigurationException withoutLibrary(NoClassDefFoundError missing) {
        return new ExtensionConfigurationException(
                "@UseKafkaContainer starts a container with Testcontainers, but the test class path does not have it ("
                        + missing.getMessage()
                        + " is missing). Add org.testcontainers:testcontainers-kafka in scope test.",
                missing);
    }

    private static Optional<UseKafkaContainer> annotation(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), UseKafkaContainer.class);
    }
}
