/**
 * The history of a torture run: what each process of it saw and did, in files that survive the process.
 *
 * <pre>
 *   RunDirectory            where the files are
 *   HistoryWriter           appends entries to one file; one writer a file
 *   HistoryReader           reads a file, also one whose writer was killed
 *   HistoryJson             an entry as a line of JSON
 *   RunEntry                the driver: settings, phases, faults, processes, measurements
 *   DispatcherEntry         a dispatcher: claims, what was confirmed, leases, recoveries, hand-overs
 *   SinkEntry               an instance of a sink: what it applied, which results it read
 *   TargetEntry             the target's ledger: which effects it applied, which answers it gave
 *   ObservedEntry           the driver, about one queue: claims, checkpoints, recorded results, offset resets, decisions
 *   TopicEntry              the records of the event topic, copied by TopicCopy
 *   QueueHistory            all of that about one queue
 * </pre>
 *
 * <p>Every process of a run writes files of its own, and the checker reads them when all have ended. Nothing here decides whether an entry is right.
 * An entry is written when what it states has happened: a file of a killed process lacks what came last, and never has more.
 */
@NullMarked
package io.taskqueue.torture.history;

import org.jspecify.annotations.NullMarked;
