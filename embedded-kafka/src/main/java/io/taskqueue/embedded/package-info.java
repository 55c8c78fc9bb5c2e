/**
 * A real Kafka broker in this process, for the demo, for the command {@code broker} and for tests.
 *
 * <p>{@code EmbeddedKafka} is the broker, whose directory it alone uses ({@code DirectoryLock}); {@code BrokerMain} runs it in a process
 * of its own. {@code NodeMain} is a broker or a controller of a cluster of several processes. {@code LogDirectory} formats the directory
 * of either. Any thread may call it. It must
 * never be on a production class path: it brings Kafka's server, and listens without authentication.
 */
@NullMarked
package io.taskqueue.embedded;

import org.jspecify.annotations.NullMarked;
