/**
 * What the commands share.
 *
 * <pre>
 *   KafkaOptions, DiagnosticsOptions, Output                options, as picocli mixins
 *   TopicOption, RegistryTopicOption, SourceTopicOptions    the topics of a source, as mixins
 *   StateDirectoryOption                                    where a sink keeps its local state
 *   OptionValue                                             how the values of options are read and refused
 *   ClassPath                                               classes that a user adds to a command
 *   CommandFailedException, ExitCode, ThreadFailures        how a command fails, also by one of its threads
 *   ShutdownSignal, StatePoller, Progress                   how a command waits, and shows that it does
 *   LogFormat                                               the environment variable for the format of the log
 *   ExistingTopic                                           the event topic, which must exist
 * </pre>
 *
 * <p>Every package of {@code io.taskqueue.cli} uses this one; it uses none of them. All of it runs on the thread of the command.
 * Results go to standard output, everything else to standard error; nothing here ends the process.
 */
@NullMarked
package io.taskqueue.cli.shared;

import org.jspecify.annotations.NullMarked;
