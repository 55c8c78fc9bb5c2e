package io.taskqueue.sink.jdbc;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Runs one statement for each event, with fields of the event in it, exactly once: by {@link JdbcEffects}, as the effect
 * {@code statement}, whose result is the number of rows it changed (0 where it returns rows instead).
 *
 * <pre>{@code
 *   INSERT INTO task_state (queue, epoch, id, state, changed_at)
 *   VALUES (:taskQueueName, :taskEpoch, :taskSequenceId, :kind, :occurredAt)
 *   ON CONFLICT (queue, epoch, id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
 * }</pre>
 *
 * <p>A field is named with a colon before it. Names in quotes, comments and PostgreSQL's dollar quotes are left alone, and so
 * are {@code ::} casts; the operator {@code ?} is written {@code ??}. What the event does not have is NULL.
 *
 * <table>
 *   <caption>The fields</caption>
 *   <tr><th>type</th><th>names</th></tr>
 *   <tr><td>text</td><td>{@code queueName}, {@code kind}, {@code sourcePeerId}, {@code ownerPeerId}, {@code taskQueueName}
 *       (where the task was born, also where that is the same queue), {@code errorMessage}, {@code errorCode},
 *       {@code ownershipTokenLeaseId}, {@code idempotencyKey} (the effect key)</td></tr>
 *   <tr><td>text that is JSON</td><td>{@code value} (the payload), {@code flags}, {@code errorMetadata}, {@code event} (all
 *       of it). For a column of another type, cast: {@code CAST(:value AS jsonb)}</td></tr>
 *   <tr><td>BIGINT</td><td>{@code sourceEpoch}, {@code sequenceNumber}, {@code sourceEventId}, {@code taskEpoch},
 *       {@code taskSequenceId}, {@code ownershipTokenSequenceId}</td></tr>
 *   <tr><td>INTEGER</td><td>{@code attempt}, {@code ownershipTokenAttempt}</td></tr>
 *   <tr><td>TIMESTAMP WITH TIME ZONE</td><td>{@code occurredAt}, {@code recordedAt}, {@code enqueuedAt},
 *       {@code leaseExpiration}</td></tr>
 * </table>
 *
 * <p>Texts of errors have U+FFFD for each NUL, which PostgreSQL does not take.
 *
 * <p>A task is (taskQueueName, taskEpoch, taskSequenceId), and its events come in order: a row a task can simply be overwritten.
 * Events of different tasks come side by side. A row that several tasks share, such as one a queue, must say itself that an
 * older event does not overwrite a newer one:
 *
 * <pre>{@code
 *   INSERT INTO queue_state (queue, epoch, sequence, last_kind)
 *   VALUES (:queueName, :sourceEpoch, :sequenceNumber, :kind)
 *   ON CONFLICT (queue) DO UPDATE
 *      SET epoch = excluded.epoch, sequence = excluded.sequence, last_kind = excluded.last_kind
 *    WHERE (queue_state.epoch, queue_state.sequence) < (excluded.epoch, excluded.sequence)
 * }</pre>
 *
 * <p>What the database refuses because of the data (SQLState 22) is failed for good, and so is what violates a constraint (23)
 * twice in a row, as two statements side by side may do once. Everything else is failed for now, a wrong statement (42) too:
 * it is mended in the configuration and must not cost events.
 *
 * <p>Thread-safe. Takes one connection at a time from the data source for each event that it is applying.
 */
public final class JdbcSink<T> implements ReplicationSink<T> {

    private static final String DATA = "22";
    private static final String CONSTRAINT = "23";
    private static final String WRONG_STATEMENT = "42";

    private final Database database;
    private final JdbcEffects jdbc;
    private final NamedStatement statement;
    private final PayloadCodec<T> payloads;
    private final ReplicationEventCodec<T> codec;
    private final Set<EventKind> kinds;

    /** Runs the statement for every event; see {@link #JdbcSink(DataSource, String, PayloadCodec, Set)}. */
    public JdbcSink(DataSource dataSource, String statement, PayloadCodec<T> codec) {
        this(dataSource, statement, codec, EnumSet.allOf(EventKind.class));
    }

    /**
     * @param dataSource a pool
     * @param statement the statement, with names of fields; see above
     * @param codec how payloads are written into {@code value} and {@code event}
     * @param kinds the events to run it for
     * @throws IllegalArgumentException if the statement names a field that does not exist, or cannot be understood
     */
    public JdbcSink(DataSource dataSource, String statement, PayloadCodec<T> codec, Set<EventKind> kinds) {
        this.database = new Database(dataSource, AppliedResults.TABLE);
        this.jdbc = new JdbcEffects(dataSource);
        this.statement = NamedStatement.parse(statement, NamedField.ALL.keySet());
        this.payloads = Objects.requireNonNull(codec, "codec");
        this.codec = new ReplicationEventCodec<>(codec);
        this.kinds = kinds.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(kinds));
    }

    /**
     * Makes the table {@code taskqueue_applied} where there is none, and lets the database look at the statement, if its driver
     * can. Call it once before the sink is used.
     *
     * @throws io.taskqueue.sink.store.SinkStoreException if the database does not answer, or refuses the table
     * @throws IllegalArgumentException if it refuses the statement
     */
    public void prepare() {
        jdbc.createTables();
        database.call("check the statement", this::check);
    }

    @Override
    public void apply(ReplicationEvent<T> event, Effects effects) throws Exception {
        if (kinds.contains(event.kind())) {
            effects.capture("statement", Integer.class, key -> execute(event, key));
        }
    }

    private int execute(ReplicationEvent<T> event, EffectKey key) throws Exception {
        try {
            return once(event, key);
        } catch (SQLException refused) {
            if (!is(CONSTRAINT, refused)) {
                throw told(event, refused);
            }
        }
        try {
            return once(event, key);
        } catch (SQLException refusedAgain) {
            throw told(event, refusedAgain);
        }
    }

    private int once(ReplicationEvent<T> event, EffectKey key) throws Exception {
        var source =
                new NamedField.Source(event, key, () -> payloads.encode(event.payload()), () -> codec.encode(event));
        return jdbc.once(key, Integer.class, (connection, same) -> update(connection, source));
    }

    private int update(Connection connection, NamedField.Source source) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            for (int index = 0; index < statement.names().size(); index++) {
                field(index).bind(prepared, index + 1, source);
            }
            return prepared.execute() ? 0 : prepared.getUpdateCount();
        }
    }

    private boolean check(Connection connection) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            for (int index = 0; index < statement.names().size(); index++) {
                prepared.setNull(index + 1, field(index).sqlType());
            }
            // makes drivers ask their database that would otherwise wait for the first run
            return prepared.getParameterMetaData().getParameterCount() > 0;
        } catch (SQLException failure) {
            if (is(WRONG_STATEMENT, failure)) {
                throw new IllegalArgumentException(
                        "The database refuses the statement: " + reason(failure) + ". Mend the statement, or the "
                                + "table that it is for.",
                        failure);
            }
            return false; // not every driver can tell before the first run
        }
    }

    private NamedField field(int index) {
        return Objects.requireNonNull(NamedField.ALL.get(statement.names().get(index)));
    }

    /** The exception to throw for what the database said. */
    private static Exception told(ReplicationEvent<?> event, SQLException failure) {
        if (is(DATA, failure) || is(CONSTRAINT, failure)) {
            return new PermanentEffectException(
                    "The database refuses the statement for " + event + ": " + reason(failure), failure);
        }
        return failure;
    }

    /** Whether the SQLState is of the class. */
    private static boolean is(String stateClass, SQLException failure) {
        return failure.getSQLState() != null && failure.getSQLState().startsWith(stateClass);
    }

    /** The first line, because further ones show the row, and the payload in it. */
    private static String reason(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.lines().findFirst().orElse("") + " (SQLState " + failure.getSQLState() + ")";
    }
}
