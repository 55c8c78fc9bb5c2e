package io.taskqueue.sink.jdbc;

import io.taskqueue.event.Position;
import io.taskqueue.sink.effect.ResultJson;
import io.taskqueue.sink.store.CheckpointStore;
import io.taskqueue.sink.store.SinkCheckpoint;
import io.taskqueue.sink.store.SinkStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * Checkpoints in the table {@code taskqueue_checkpoint} of a database: one row for each sink and queue.
 *
 * <p>Standard SQL, tested on PostgreSQL. Thread-safe, also between processes: a row is replaced only if it is the expected
 * one. Each call takes one connection from the data source and releases it; use a pool. Create the table once, by
 * {@link #createTables()} or from the script {@code io/taskqueue/sink/jdbc/taskqueue_checkpoint.sql} on the class path.
 */
public final class JdbcCheckpointStore implements CheckpointStore {

    private static final String LOAD = "SELECT peers FROM taskqueue_checkpoint WHERE key_hash = ?";
    private static final String FIRST =
            "INSERT INTO taskqueue_checkpoint (peers, source_epoch, sequence_number, key_hash, checkpoint_key)"
                    + " VALUES (?, ?, ?, ?, ?)";
    private static final String NEXT =
            "UPDATE taskqueue_checkpoint SET peers = ?, source_epoch = ?, sequence_number = ?"
                    + " WHERE key_hash = ? AND peers = ?";

    private final DatabaseTable table;

    public JdbcCheckpointStore(DataSource dataSource) {
        this.table = new DatabaseTable(dataSource, "taskqueue_checkpoint");
    }

    /**
     * Creates the table if it does not exist.
     *
     * @throws SinkStoreException if the database cannot be reached or refuses
     */
    public void createTables() {
        table.create();
    }

    @Override
    public SinkCheckpoint load(String sink, String queue) {
        String key = DatabaseTable.key(sink, queue);
        return table.call("read checkpoint " + key, connection -> select(connection, key));
    }

    @Override
    public boolean compareAndSet(String sink, String queue, SinkCheckpoint expected, SinkCheckpoint next) {
        String key = DatabaseTable.key(sink, queue);
        return table.call("write checkpoint " + key, connection -> {
            try {
                return replace(connection, key, expected, next);
            } catch (SQLException failure) {
                if (DatabaseTable.isConflict(failure) || DatabaseTable.isSerializationFailure(failure)) {
                    return false;
                }
                throw failure;
            }
        });
    }

    private static SinkCheckpoint select(Connection connection, String key) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(LOAD)) {
            select.setString(1, DatabaseTable.hash(key));
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? checkpoint(row.getString(1)) : SinkCheckpoint.START;
            }
        }
    }

    private static boolean replace(Connection connection, String key, SinkCheckpoint expected, SinkCheckpoint next)
            throws SQLException {
        boolean first = expected.equals(SinkCheckpoint.START);
        Position newest = next.position().orElse(new Position(0, 0));
        try (PreparedStatement write = connection.prepareStatement(first ? FIRST : NEXT)) {
            write.setString(1, peers(next));
            write.setLong(2, newest.epoch());
            write.setLong(3, newest.sequence());
            write.setString(4, DatabaseTable.hash(key));
            write.setString(5, first ? key : peers(expected));
            return write.executeUpdate() == 1;
        }
    }

    /** The same text for equal checkpoints, because the peers are sorted. */
    private static String peers(SinkCheckpoint checkpoint) {
        SortedMap<String, long[]> peers = new TreeMap<>();
        checkpoint.peers().forEach((peer, at) -> peers.put(peer, new long[] {at.epoch(), at.sequence()}));
        return ResultJson.writePlain(peers);
    }

    private static SinkCheckpoint checkpoint(String json) throws SQLException {
        try {
            SortedMap<String, Position> peers = new TreeMap<>();
            ResultJson.readNumbers(json).forEach((peer, at) -> peers.put(peer, new Position(at[0], at[1])));
            return new SinkCheckpoint(peers);
        } catch (ResultJson.ConversionException | RuntimeException unreadable) {
            throw new SQLException(
                    "The column peers does not contain positions: " + unreadable.getMessage(), unreadable);
        }
    }
}
