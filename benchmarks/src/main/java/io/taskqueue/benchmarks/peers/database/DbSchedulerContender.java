package io.taskqueue.benchmarks.peers.database;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** db-scheduler with PostgreSQL. */
public final class DbSchedulerContender implements Contender {

    private static final Duration POLL = Duration.ofMillis(100);

    private final PostgresServer server;

    public DbSchedulerContender(PostgresServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "db-scheduler";
    }

    @Override
    public String description() {
        return "one-time tasks, lock-and-fetch (1.0, 4.0), immediate execution, polling every " + POLL.toMillis()
                + " ms, batches of " + TaskBatch.SIZE + " (alone at 200 tasks/s)";
    }

    @Override
    public String keeps() {
        return "nothing: tasks are deleted";
    }

    @Override
    public TaskServer server() {
        return server;
    }

    @Override
    public int slowness() {
        return 10;
    }

    @Override
    public Session open(Place place) throws Exception {
        return new SchedulerSession(server.open(place.name(), place.existing()), place);
    }

    private static final class SchedulerSession implements Session {

        private static final String TABLE =
                """
                create table if not exists scheduled_tasks (
                  task_name text not null, task_instance text not null, task_data bytea,
                  execution_time timestamp with time zone not null, picked boolean not null, picked_by text,
                  last_success timestamp with time zone, last_failure timestamp with time zone, consecutive_failures int,
                  last_heartbeat timestamp with time zone, version bigint not null, priority smallint,
                  primary key (task_name, task_instance));
                create index if not exists execution_time_idx on scheduled_tasks (execution_time);
                create index if not exists last_heartbeat_idx on scheduled_tasks (last_heartbeat);
                """;

        private final HikariDataSource database;
        private final OneTimeTask<String> task;
        private final Scheduler scheduler;
        private final TaskBatch batch = new TaskBatch(this::insert);

        SchedulerSession(HikariDataSource database, Place place) throws Exception {
            this.database = database;
            TableQuery.execute(database, TABLE);
            task = Tasks.oneTime("task", String.class).execute((instance, context) -> {
                try {
                    place.work().perform(NumberedTasks.number(instance.getData()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("The scheduler ends while a task is performed.", e);
                }
            });
            scheduler = Scheduler.create(database, task)
                    .threads(place.workers())
                    .pollUsingLockAndFetch(1.0, 4.0)
                    .pollingInterval(POLL)
                    .enableImmediateExecution()
                    .build();
            scheduler.start();
        }

        @Override
        public void enqueue(int number, String payload, Consumer<@Nullable Throwable> confirmed) throws Exception {
            batch.add(number, payload, confirmed);
        }

        @Override
        public void flush() throws Exception {
            batch.flush();
        }

        private void insert(List<TaskBatch.Numbered> tasks) {
            List<TaskInstance<?>> instances = new ArrayList<>();
            tasks.forEach(one -> instances.add(task.instance(String.valueOf(one.task()), one.payload())));
            scheduler.scheduleBatch(instances, Clock.systemUTC().instant());
        }

        @Override
        public void awaitEnded(int tasks) throws Exception {
            TableQuery.awaitCount(database, "select count(*) from scheduled_tasks", 0);
        }

        @Override
        public void close() {
            scheduler.stop();
            database.close();
        }
    }
}
