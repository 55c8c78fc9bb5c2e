/**
 * The local runner: runs a sink over any events, in the calling process.
 */
@NullMarked
package io.taskqueue.sink.local;

import org.jspecify.annotations.NullMarked;
