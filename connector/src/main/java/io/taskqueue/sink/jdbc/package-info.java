/**
 * Sinks and stores on a database, over JDBC. The application brings the driver and the connection pool.
 *
 * <pre>
 *   JdbcSink --&gt; JdbcEffects --&gt; AppliedResults       effects, exactly once: table taskqueue_applied, in the effect's
 *      |                |                                transaction
 *      |                +--&gt; Transaction, GuardedConnection
 *      +--&gt; NamedStatement, NamedField                the statement of JdbcSink and its parameters
 *
 *   JdbcEffectStore                                      results and intents: table taskqueue_effect
 *   JdbcCheckpointStore                                  checkpoints: table taskqueue_checkpoint
 *      all over DatabaseTable, which also runs the scripts beside this package on the class path
 * </pre>
 *
 * <p>Called on the thread that runs an effect, or on the thread of the local runner; everything blocks on the database. The
 * action of an effect must never be committed without its result, and a connection must never be released with another
 * auto-commit mode than it had.
 */
@NullMarked
package io.taskqueue.sink.jdbc;

import org.jspecify.annotations.NullMarked;
