/**
 * Kafka for tests, as extensions of JUnit Jupiter 5.12 and later: a broker in the process of the test, or in a container.
 *
 * <pre>
 *   UseEmbeddedKafka    --&gt; EmbeddedKafkaExtension     starts the broker of taskqueue-embedded-kafka
 *   UseKafkaContainer   --&gt; KafkaContainerExtension    starts a container, with Testcontainers
 *                             RunningCluster             what either started, kept in JUnit's stores, and ended by them
 *                             TopicSpec                  topics to create, as the annotations write them
 *   TestKafka           what a test gets as a parameter
 *   Sharing             who uses a cluster: one test class, or all of the run
 * </pre>
 *
 * <p>Called by JUnit, on its threads. Only the extension that is used needs its library: the other one's may be missing.
 */
@NullMarked
package io.taskqueue.testkit.kafka;

import org.jspecify.annotations.NullMarked;
