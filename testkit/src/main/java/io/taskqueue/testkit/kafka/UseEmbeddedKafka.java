package io.taskqueue.testkit.kafka;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Starts a real Kafka broker in the process of the test, and passes it to constructors and methods that have a parameter of type
 * {@link TestKafka}. Needs {@code taskqueue-embedded-kafka} on the test class path.
 *
 * <pre>{@code
 * @UseEmbeddedKafka(topics = "taskqueue.events:3")
 * class DispatcherTest {
 *     @Test
 *     void tasksAreReplicated(TestKafka kafka) { ... kafka.properties() ... }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(EmbeddedKafkaExtension.class)
public @interface UseEmbeddedKafka {

    /** Topics that exist when the tests begin: a name, and optionally a number of partitions as in {@code orders:3}; 1 by default. */
    String[] topics() default {};

    /** Who uses the broker. */
    Sharing sharing() default Sharing.CLASS;

    /** Settings of the broker as {@code name=value}, in place of those of the embedded broker. */
    String[] settings() default {};
}
