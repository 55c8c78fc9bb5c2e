/** A real Kafka broker in this process, for the demo, for trying things out, and for tests. Never on a production class path. */
@NullMarked
package io.taskqueue.embedded;

import org.jspecify.annotations.NullMarked;
