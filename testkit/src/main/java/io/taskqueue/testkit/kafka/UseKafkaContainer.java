package io.taskqueue.testkit.kafka;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Starts Kafka in a container, and passes it to constructors and methods that have a parameter of type {@link TestKafka}. Needs
 * {@code org.testcontainers:testcontainers-kafka} on the test class path, and a Docker engine.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(KafkaContainerExtension.class)
public @interface UseKafkaContainer {

    /** The image, which must be one of {@code apache/kafka}, or compatible with it. */
    String image() default "apache/kafka:4.3.1";

    /** Topics that exist when the tests begin: a name, and optionally a number of partitions as in {@code orders:3}; 1 by default. */
    String[] topics() default {};

    /** Who uses the broker. */
    Sharing sharing() default Sharing.CLASS;

    /** Whether the tests are skipped where no Docker engine is; otherwise they fail. */
    boolean disabledWithoutDocker() default false;
}
