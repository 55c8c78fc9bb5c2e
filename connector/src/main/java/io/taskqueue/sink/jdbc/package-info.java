/**
 * Effects, results and checkpoints in a database, through JDBC.
 */
@NullMarked
package io.taskqueue.sink.jdbc;

import org.jspecify.annotations.NullMarked;
