package io.taskqueue.sink.jdbc;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.Interests;
import io.taskqueue.sink.PermanentEffectException;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs one SQL statement for each event, exactly once, with fields of the event as parameters. The statement is the effect
 * {@code statement} of {@link JdbcEffects}; its result is the number of rows that it changed, or 0 if it returns rows.
 *
 * <pre>{@code
 *   INSERT INTO task_state (queue, epoch, id, state, changed_at)
 *   VALUES (:taskQueueName, :taskEpoch, :taskSequenceId, :kind, :occurredAt)
 *   ON CONFLICT (queue, epoch, id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at
 * }</pre>
 *
 * <p>A field is written with a colon before its name. Text in quotes, comments and PostgreSQL's dollar quotes is not changed, nor
 * are {@code ::} casts; the operator {@code ?} is written {@code ??}. A field that the event does not have is NULL. That includes
 * {@code value} where the source includes payloads in the first event of a task only
 * ({@link io.taskqueue.event.PayloadInclusion}): {@code COALESCE(:value, value)} keeps the one that a row has.
 *
 * <table>
 *   <caption>The fields</caption>
 *   <tr><th>type</th><th>names</th></tr>
 *   <tr><td>text</td><td>{@code queueName}, {@code kind}, {@code sourcePeerId}, {@code ownerPeerId}, {@code taskQueueName}
 *       (the queue in which the task was created, also if that is {@code queueName}), {@code errorMessage}, {@code errorCode},
 *       {@code ownershipTokenLeaseId}, {@code priority} (High, Normal or Low), {@code idempotencyKey} (the effect key)</td></tr>
 *   <tr><td>text that is JSON</td><td>{@code value} (the payload), {@code flags}, {@code errorMetadata}, {@code event} (the
 *       whole event). For a column of another type, cast: {@code CAST(:value AS jsonb)}</td></tr>
 *   <tr><td>BIGINT</td><td>{@code sourceEpoch}, {@code sequenceNumber}, {@code sourceEventId}, {@code taskEpoch},
 *       {@code taskSequenceId}, {@code ownershipTokenSequenceId}</td></tr>
 *   <tr><td>INTEGER</td><td>{@code attempt}, {@code ownershipTokenAttempt}</td></tr>
 *   <tr><td>TIMESTAMP WITH TIME ZONE</td><td>{@code occurredAt}, {@code recordedAt}, {@code enqueuedAt},
 *       {@code leaseExpiration}</td></tr>
 * </table>
 *
 * <p>In the texts of errors each NUL is replaced by U+FFFD, because PostgreSQL does not accept NUL.
 *
 * <p>Where an event was applied before, and only the record of the runner was lost, the statement runs again and is rolled back: it must
 * not do anything outside of the transaction, such as a call of another database.
 *
 * <p>A task is identified by (taskQueueName, taskEpoch, taskSequenceId), and its events arrive in order, so a statement can
 * overwrite the row of a task. Events of different tasks arrive concurrently. For a row that several tasks share, such as one
 * for each queue, the statement itself must prevent an older event from overwriting a newer one:
 *
 * <pre>{@code
 *   INSERT INTO queue_state (queue, epoch, sequence, last_kind)
 *   VALUES (:queueName, :sourceEpoch, :sequenceNumber, :kind)
 *   ON CONFLICT (queue) DO UPDATE
 *      SET epoch = excluded.epoch, sequence = excluded.sequence, last_kind = excluded.last_kind
 *    WHERE (queue_state.epoch, queue_state.sequence) < (excluded.epoch, excluded.sequence)
 * }</pre>
 *
 * <p>A statement that the database refuses because of the data (SQLState class 22) fails permanently, and so does one that
 * violates a constraint (class 23) twice in a row; concurrent statements may violate one once. Every other failure is transient,
 * including an invalid statement (class 42), which is fixed in the configuration and must not lose events.
 *
 * <p>Thread-safe. Takes one connection at a time from the data source for each event that it applies, and blocks until the
 * transaction has ended.
 */
public final class JdbcSink<T> implements ReplicationSink<T> {

    private static final String DATA = "22";
    private static final String CONSTRAINT = "23";
    private static final String INVALID_STATEMENT = "42";

    private final DatabaseTable table;
    private final JdbcEffects jdbc;
    private final String sql;
    private final List<NamedField> parameters;
    private final PayloadCodec<T> payloads;
    private final ReplicationEventCodec<T> events;
    private final Set<EventKind> kinds;

    /** Runs the statement for every event; see {@link #JdbcSink(DataSource, String, PayloadCodec, Set)}. */
    public JdbcSink(DataSource dataSource, String statement, PayloadCodec<T> codec) {
        this(dataSource, statement, codec, EnumSet.allOf(EventKind.class));
    }

    /**
     * @param dataSource a connection pool
     * @param statement the statement with names of fields, as described above
     * @param codec how payloads are written into {@code value} and {@code event}
     * @param kinds the kinds of events to run it for
     * @throws IllegalArgumentException if the statement names an unknown field or cannot be parsed
     */
    public JdbcSink(DataSource dataSource, String statement, PayloadCodec<T> codec, Set<EventKind> kinds) {
        NamedStatement parsed = NamedStatement.parse(statement, NamedField.ALL.keySet());
        this.table = new DatabaseTable(dataSource, AppliedResults.TABLE);
        this.jdbc = new JdbcEffects(dataSource);
        this.sql = parsed.sql();
        this.parameters = parsed.names().stream()
                .map(name -> Objects.requireNonNull(NamedField.ALL.get(name)))
                .toList();
        this.payloads = Objects.requireNonNull(codec, "codec");
        this.events = new ReplicationEventCodec<>(codec);
        this.kinds = Set.copyOf(kinds);
    }

    /**
     * Creates the table {@code taskqueue_applied} if it does not exist, and has the database check the statement, if its driver
     * supports that. Call it once before the sink is used.
     *
     * @throws SinkStoreException if the database cannot be reached or does not create the table
     * @throws IllegalArgumentException if the database refuses the statement
     */
    public void prepare() {
        jdbc.createTables();
        table.call("check the statement", this::check);
    }

    @Override
    public void apply(ReplicationEvent<T> event, Effects effects) throws Exception {
        if (kinds.contains(event.kind())) {
            effects.capture("statement", Integer.class, key -> execute(event, key));
        }
    }

    @Override
    public Interests interests() {
        return Interests.of(kinds);
    }

    private int execute(ReplicationEvent<T> event, EffectKey key) throws Exception {
        try {
            return executeOnce(event, key);
        } catch (SQLException refused) {
            if (!isOfClass(CONSTRAINT, refused)) {
                throw failureOf(event, refused);
            }
        }
        try {
            return executeOnce(event, key);
        } catch (SQLException refusedAgain) {
            throw failureOf(event, refusedAgain);
        }
    }

    private int executeOnce(ReplicationEvent<T> event, EffectKey key) throws Exception {
        var source = new NamedField.Source(event, key, () -> payload(event), () -> events.encode(event));
        return jdbc.onceClaimedLast(key, Integer.class, (connection, same) -> update(connection, source));
    }

    private byte @Nullable [] payload(ReplicationEvent<T> event) {
        return event.hasPayload() ? payloads.encode(event.payload()) : null;
    }

    private int update(Connection connection, NamedField.Source source) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(sql)) {
            for (int index = 0; index < parameters.size(); index++) {
                parameters.get(index).bind(prepared, index + 1, source);
            }
            return prepared.execute() ? 0 : prepared.getUpdateCount();
        }
    }

    private boolean check(Connection connection) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(sql)) {
            for (int index = 0; index < parameters.size(); index++) {
                prepared.setNull(index + 1, parameters.get(index).sqlType());
            }
            // some drivers send the statement to the database only when its parameters are requested
            return prepared.getParameterMetaData().getParameterCount() > 0;
        } catch (SQLException failure) {
            if (isOfClass(INVALID_STATEMENT, failure)) {
                throw new IllegalArgumentException(
                        "The database refuses the statement: " + reason(failure)
                                + ". Fix the statement, or the table that it uses.",
                        failure);
            }
            return false; // some drivers cannot check a statement before its first run
        }
    }

    /** The exception to throw for a failure of the database: a permanent one if the data is the reason. */
    private static Exception failureOf(ReplicationEvent<?> event, SQLException failure) {
        if (isOfClass(DATA, failure) || isOfClass(CONSTRAINT, failure)) {
            return new PermanentEffectException(
                    "The database refuses the statement for " + event + ": " + reason(failure), failure);
        }
        return failure;
    }

    /** Whether the SQLState is of the class, which is its first two characters. */
    private static boolean isOfClass(String stateClass, SQLException failure) {
        return failure.getSQLState() != null && failure.getSQLState().startsWith(stateClass);
    }

    /** The first line of the message: the others contain the row, and with it the payload. */
    private static String reason(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.lines().findFirst().orElse("") + " (SQLState " + failure.getSQLState() + ")";
    }
}
