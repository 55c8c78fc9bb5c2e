package io.taskqueue.benchmarks.peers.database;

import com.zaxxer.hikari.HikariDataSource;
import io.taskqueue.benchmarks.peers.contender.Contender;
import io.taskqueue.benchmarks.peers.contender.NumberedTasks;
import io.taskqueue.benchmarks.peers.contender.TaskServer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jspecify.annotations.Nullable;

/** JobRunr with PostgreSQL. */
public final class JobRunrContender implements Contender {

    /** The shortest that it accepts. */
    private static final Duration POLL = Duration.ofSeconds(5);

    private final PostgresServer server;

    public JobRunrContender(PostgresServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "JobRunr";
    }

    @Override
    public String description() {
        return "job requests, polling every " + POLL.toSeconds() + " s, the shortest that it accepts; batches of "
                + TaskBatch.SIZE + " (alone at 200 tasks/s)";
    }

    @Override
    public String keeps() {
        return "the states of each job, for 36 hours";
    }

    @Override
    public TaskServer server() {
        return server;
    }

    @Override
    public int slowness() {
        return 50;
    }

    @Override
    public Session open(Place place) throws Exception {
        return new JobSession(server.open(place.name(), place.existing()), place);
    }

    /** A task, as JobRunr stores it. */
    public record PerformTask(String payload) implements JobRequest {

        @Override
        public Class<PerformTaskHandler> getJobRequestHandler() {
            return PerformTaskHandler.class;
        }
    }

    /** Performs tasks; created by the session, because JobRunr only knows its class. */
    public static final class PerformTaskHandler implements JobRequestHandler<PerformTask> {

        private final Work work;

        PerformTaskHandler(Work work) {
            this.work = work;
        }

        @Override
        public void run(PerformTask request) throws InterruptedException {
            work.perform(NumberedTasks.number(request.payload()));
        }
    }

    private static final class JobSession implements Session {

        private final HikariDataSource database;
        private final JobRequestScheduler scheduler;
        private final TaskBatch batch = new TaskBatch(this::insert);

        JobSession(HikariDataSource database, Place place) {
            this.database = database;
            PerformTaskHandler handler = new PerformTaskHandler(place.work());
            scheduler = JobRunr.configure()
                    .useStorageProvider(SqlStorageProviderFactory.using(database))
                    .useJobActivator(new JobActivator() {
                        @Override
                        public <T> @Nullable T activateJob(Class<T> type) {
                            return type.isInstance(handler) ? type.cast(handler) : null;
                        }
                    })
                    .useBackgroundJobServer(
                            BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                                    .andPollInterval(POLL)
                                    .andWorkerCount(place.workers()))
                    .initialize()
                    .getJobRequestScheduler();
        }

        @Override
        public void enqueue(int task, String payload, Consumer<@Nullable Throwable> confirmed) throws Exception {
            batch.add(task, payload, confirmed);
        }

        @Override
        public void flush() throws Exception {
            batch.flush();
        }

        private void insert(List<TaskBatch.Numbered> tasks) {
            if (tasks.size() == 1) {
                scheduler.enqueue(new PerformTask(tasks.get(0).payload()));
            } else {
                scheduler.enqueue(tasks.stream().map(one -> new PerformTask(one.payload())));
            }
        }

        @Override
        public void awaitEnded(int tasks) throws Exception {
            TableQuery.awaitCount(database, "select count(*) from jobrunr_jobs where state = 'SUCCEEDED'", tasks);
        }

        @Override
        public void close() {
            JobRunr.destroy();
            database.close();
        }
    }
}
