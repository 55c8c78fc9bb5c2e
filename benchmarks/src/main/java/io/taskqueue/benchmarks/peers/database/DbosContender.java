package io.taskqueue.benchmarks.peers.database;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.StartWorkflowOptions;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Queue;
import dev.dbos.transact.workflow.Workflow;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** DBOS Transact with PostgreSQL. */
public final class DbosContender implements Contender {

    private static final Duration POLL = Duration.ofMillis(20);

    /** Threads that enqueue, each a workflow at a time, because there is no call for several. */
    private static final int ENQUEUERS = 16;

    private final PostgresServer server;

    public DbosContender(PostgresServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "DBOS Transact";
    }

    @Override
    public String description() {
        return "a workflow without steps for each task, on a queue with a worker concurrency of 64 and polling every "
                + POLL.toMillis() + " ms; " + ENQUEUERS + " threads enqueue";
    }

    @Override
    public String keeps() {
        return "input, result and state of each workflow";
    }

    @Override
    public TaskServer server() {
        return server;
    }

    @Override
    public int slowness() {
        return 100;
    }

    @Override
    public Session open(Place place) throws Exception {
        return new WorkflowSession(server, place);
    }

    /** The interface of the workflow, of which DBOS makes a proxy. */
    public interface TaskWorkflow {
        void perform(String payload) throws InterruptedException;
    }

    /** The workflow: performs a task. */
    public static final class PerformTaskWorkflow implements TaskWorkflow {

        private final Work work;

        PerformTaskWorkflow(Work work) {
            this.work = work;
        }

        @Override
        @Workflow(name = "perform-task")
        public void perform(String payload) throws InterruptedException {
            work.perform(NumberedTasks.number(payload));
        }
    }

    private static final class WorkflowSession implements Session {

        private final HikariDataSource database;
        private final DBOS dbos;
        private final TaskWorkflow workflow;
        private final Queue queue;
        private final ExecutorService enqueuers = Executors.newFixedThreadPool(ENQUEUERS);

        WorkflowSession(PostgresServer server, Place place) throws Exception {
            database = server.open(place.name(), place.existing());
            dbos = new DBOS(DBOSConfig.defaults("peer")
                    .withDataSource(database)
                    .withAppVersion("1")
                    .withMigrate(true));
            queue = new Queue("tasks").withWorkerConcurrency(place.workers()).withPollingInterval(POLL);
            dbos.registerQueue(queue);
            workflow = dbos.registerProxy(TaskWorkflow.class, new PerformTaskWorkflow(place.work()));
            dbos.launch();
        }

        @Override
        public void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed) {
            enqueuers.execute(() -> {
                try {
                    var unused = dbos.startWorkflow(() -> workflow.perform(payload), new StartWorkflowOptions(queue));
                    confirmed.accept(null);
                } catch (RuntimeException e) {
                    confirmed.accept(e);
                }
            });
        }

        @Override
        public void flush() {}

        @Override
        public void awaitEnded(int tasks) throws Exception {
            TableQuery.awaitCount(
                    database, "select count(*) from dbos.workflow_status where status = 'SUCCESS'", tasks);
        }

        @Override
        public void close() {
            enqueuers.shutdownNow();
            dbos.close();
            database.close();
        }
    }
}
