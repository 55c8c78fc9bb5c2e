/**
 * The command {@code dispatch}, the dispatcher that the demo runs as well, and the command {@code resend}.
 *
 * <pre>
 *   DispatchCommand             options (QueueOptions, InputOptions, WorkerOptions, StopOptions); one run, or one for each of several queues
 *     DispatchRun               one run, from the first line to the last acknowledgement; OutageReports, DispatchReport
 *       Dispatcher              a queue with its source and workers
 *         TaskEnqueuer            a thread, at a TaskRate; TaskFileReader reads the tasks (TaskLine) of a TaskInput, GzipInput decompresses them
 *         SimulatedWorkers        a thread each (WorkerBehavior)
 *         DispatchCounters        a listener of the queue, inside its lock
 *         RemainingTasks          what was read or recovered and has not ended (RemainingTask)
 *     InputRecovery             after a recovery, where the input continues: InputLines finds the line of a LineKey
 *   ResendCommand               publishes the events that a run left in a file
 * </pre>
 *
 * <p>A stop never waits for a read of the file, which may block on standard input. Never: an end with success while a line that was
 * read is unaccounted for, or an event is neither on Kafka nor in a file.
 */
@NullMarked
package io.taskqueue.cli.dispatch;

import org.jspecify.annotations.NullMarked;
