/**
 * The web console: where everything is wired.
 *
 * <pre>
 *   ConsoleServer    the page and the REST API ({@code api}) over two indexes ({@code model})
 * </pre>
 */
@NullMarked
package io.taskqueue.console;

import org.jspecify.annotations.NullMarked;
