package io.taskqueue.benchmarks.peers.database;

import com.zaxxer.hikari.HikariDataSource;
import io.taskqueue.benchmarks.measure.Stopwatch;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.PeerThreads;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A table in PostgreSQL, whose rows workers take with {@code FOR UPDATE SKIP LOCKED} and delete in the same transaction. */
public final class LockedTableContender implements Contender {

    private static final int ROWS = 10;
    private static final Duration IDLE = Duration.ofMillis(50);

    private final PostgresServer server;

    public LockedTableContender(PostgresServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "a table, SKIP LOCKED";
    }

    @Override
    public String description() {
        return "a worker is a thread with a connection that takes " + ROWS
                + " rows with FOR UPDATE SKIP LOCKED, performs them, deletes"
                + " them and commits; inserts in batches of " + TaskBatch.SIZE
                + " (alone at 200 tasks/s); an idle worker polls every "
                + IDLE.toMillis() + " ms";
    }

    @Override
    public String keeps() {
        return "nothing: rows are deleted";
    }

    @Override
    public TaskServer server() {
        return server;
    }

    @Override
    public int slowness() {
        return 4;
    }

    @Override
    public Session open(Place place) throws Exception {
        return new TableSession(server.open(place.name(), place.existing()), place);
    }

    private static final class TableSession implements Session {

        private static final String TAKE = "delete from tasks where id in (select id from tasks order by id limit "
                + ROWS + " for update skip locked) returning payload";

        private final HikariDataSource database;
        private final Place place;
        private final TaskBatch batch = new TaskBatch(this::insert);
        private final PeerThreads workers;
        private volatile boolean closed;

        TableSession(HikariDataSource database, Place place) throws SQLException {
            this.database = database;
            this.place = place;
            TableQuery.execute(
                    database,
                    "create table if not exists tasks (id bigint generated always as identity primary key, payload text not null)");
            workers = PeerThreads.start("worker", place.workers(), this::perform);
        }

        private void perform() {
            try (Connection connection = database.getConnection();
                    PreparedStatement take = connection.prepareStatement(TAKE)) {
                connection.setAutoCommit(false);
                while (!closed) {
                    boolean found = performTaken(take);
                    connection.commit();
                    if (!found) {
                        Stopwatch.pause(IDLE);
                    }
                }
            } catch (SQLException e) {
                if (!closed) {
                    throw new IllegalStateException("A worker cannot take rows.", e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private boolean performTaken(PreparedStatement take) throws SQLException, InterruptedException {
            boolean found = false;
            try (ResultSet rows = take.executeQuery()) {
                while (rows.next()) {
                    found = true;
                    place.work().perform(NumberedTasks.number(rows.getString(1)));
                }
            }
            return found;
        }

        @Override
        public void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed) throws Exception {
            batch.add(task, payload, confirmed);
        }

        @Override
        public void flush() throws Exception {
            batch.flush();
        }

        private void insert(List<TaskBatch.Numbered> tasks) throws SQLException {
            try (Connection connection = database.getConnection();
                    PreparedStatement insert =
                            connection.prepareStatement("insert into tasks (payload) select unnest(?::text[])")) {
                insert.setArray(
                        1,
                        connection.createArrayOf(
                                "text",
                                tasks.stream().map(TaskBatch.Numbered::payload).toArray()));
                insert.executeUpdate();
            }
        }

        @Override
        public void awaitEnded(int tasks) throws Exception {
            TableQuery.awaitCount(database, "select count(*) from tasks", 0);
        }

        @Override
        public void close() {
            closed = true;
            workers.join();
            database.close();
        }
    }
}
