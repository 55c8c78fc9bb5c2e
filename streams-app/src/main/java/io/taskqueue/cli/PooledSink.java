package io.taskqueue.cli;

import com.zaxxer.hikari.HikariDataSource;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.sink.Effects;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.jdbc.JdbcSink;

/** A sink and the connections that are its own. */
record PooledSink(JdbcSink<String> sink, HikariDataSource pool) implements ReplicationSink<String>, AutoCloseable {

    @Override
    public void apply(ReplicationEvent<String> event, Effects effects) throws Exception {
        sink.apply(event, effects);
    }

    /** Closes the connections; what still runs on one is cut off, and rolled back by the database. */
    @Override
    public void close() {
        pool.close();
    }
}
