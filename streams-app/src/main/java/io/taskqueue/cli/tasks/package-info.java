/**
 * What the commands about tasks that need a decision by an operator share: {@code parked} and {@code dead}.
 *
 * <pre>
 *   TaskOption, TaskSelector    --task: which tasks a command is about
 *   OperatorOption              --by: who decides
 *   TaskText                    tasks in tables
 *   CommandGroup                a command that only has commands below it
 * </pre>
 */
@NullMarked
package io.taskqueue.cli.tasks;

import org.jspecify.annotations.NullMarked;
