/**
 * Kafka as applications bring it: tests of other versions of its clients and of Kafka Streams than the one that this project is
 * compiled with.
 */
@NullMarked
package io.taskqueue.compatibility;

import org.jspecify.annotations.NullMarked;
