/** How a user's Kafka properties reach the clients that this project makes. */
@NullMarked
package io.taskqueue.kafka;

import org.jspecify.annotations.NullMarked;
