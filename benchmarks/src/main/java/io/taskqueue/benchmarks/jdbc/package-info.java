/**
 * The sink {@code jdbc} as a user runs it, beside bare threads with the same statement.
 *
 * <pre>
 *   JdbcTarget       the table, in PostgreSQL: how many rows there are from which tenth of a second
 *   BareStatements   threads that only run the statement, with as many connections; a main class of its own
 * </pre>
 *
 * <p>Started by {@code JdbcComparison} on the main thread. A round must never count where a row is missing; a primary key refuses a
 * repeated one.
 */
@NullMarked
package io.taskqueue.benchmarks.jdbc;

import org.jspecify.annotations.NullMarked;
