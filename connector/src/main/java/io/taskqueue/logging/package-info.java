/**
 * What the log lines of sources and sinks have beside their text: {@code LogFields}, in the mapped diagnostic context (MDC) of SLF4J, which
 * logging back ends show as fields of structured logs; and {@code LeaseScope}, which a worker of an application opens.
 *
 * <p>Used by the threads of sources and sinks, and where a line is logged. Never: a field stays in the context of a thread of the
 * application after the work that it belongs to.
 */
@NullMarked
package io.taskqueue.logging;

import org.jspecify.annotations.NullMarked;
