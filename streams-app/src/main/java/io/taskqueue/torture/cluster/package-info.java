/**
 * The processes of a torture run.
 *
 * <pre>
 *   Children           all child processes; ends them, whatever happens
 *     TortureProcess     one: commands, answers, its end; ProcessCommand: how it is started; ParentInput: its side of the connection
 *     SpareProcess       a process that has started in advance
 *     PausedProcess      SIGSTOP and SIGCONT
 *     SmallDisk          a small file system that can be filled
 *   KafkaCluster       three brokers and a controller, behind proxies
 *   QueueDispatchers   the dispatchers of a queue, one after the other
 *   SinkProcesses      the instances of a sink
 *   RunRecorder        the driver's history: processes, phases, faults
 * </pre>
 *
 * <p>Children end with their standard input, and so with this process, also when it is killed. A process is ended by its id only.
 */
@NullMarked
package io.taskqueue.torture.cluster;

import org.jspecify.annotations.NullMarked;
