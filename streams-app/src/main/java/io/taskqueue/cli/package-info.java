/** The commands: each composes the library's parts, prints what happened, and ends with an exit code of its own. */
@NullMarked
package io.taskqueue.cli;

import org.jspecify.annotations.NullMarked;
