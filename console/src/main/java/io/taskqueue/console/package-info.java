/**
 * The web console: where everything is wired.
 *
 * <pre>
 *   Console          a cluster: the indexes of queues ({@code topology}) and of sinks ({@code sinks}), and their server
 *   ConsoleServer    the page and the REST API ({@code api}) over two indexes ({@code model})
 * </pre>
 */
@NullMarked
package io.taskqueue.console;

import org.jspecify.annotations.NullMarked;
