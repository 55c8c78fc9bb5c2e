/**
 * The command line. {@link io.taskqueue.cli.TaskQueueCommand} is the main class; it uses {@code HelpCommand}, {@code UnknownArgument}
 * (suggestions), {@code CompletionCommand} and {@code StandardOutput} (errors while printing). Each other command has a package:
 *
 * <pre>
 *   demo       demo, broker          everything on this machine; the only package that uses the embedded broker
 *   dispatch   dispatch              a dispatcher whose queue is filled from a file
 *   sink       sink, rate            a sink as a service; how sinks are loaded; the sink "jdbc"; its rate limit
 *   replay     replay                plans, orders and receipts of replays
 *   parked     parked list | show | redrive | discard, and the same over HTTP
 *   status     status, results       commands that only read
 *   doctor     doctor                whether a cluster has what the guarantees need
 *   canary     canary                synthetic tasks through a queue and a sink in one process
 *   shared     options, output, exit codes, errors, waiting
 *
 *   TaskQueueCommand -> demo -> dispatch, sink -> replay, parked -> shared
 *                    -> canary -> sink
 *                    -> status, doctor -> shared
 * </pre>
 *
 * <p>A command composes the library's parts on the main thread, prints its result, and returns an exit code. An invalid command
 * line never shows a stack trace.
 */
@NullMarked
package io.taskqueue.cli;

import org.jspecify.annotations.NullMarked;
