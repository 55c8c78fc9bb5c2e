/**
 * The command {@code canary}: a queue, its source, a worker and a sink in one process, through which synthetic tasks go.
 *
 * <pre>
 *   CanaryCommand     begins a probe each interval, reports those that are overdue
 *     Canary            wires the path of the probes: queue, source, worker, sink (CanarySink)
 *     Probes            those that have not ended, their counts and meters; Probe: what one of them has reached
 * </pre>
 *
 * <p>Probes are begun on the thread of the command, and reach their stages on the threads of the source, the worker and the sink. Never:
 * more than a fixed number of probes that have not ended.
 */
@NullMarked
package io.taskqueue.cli.canary;

import org.jspecify.annotations.NullMarked;
