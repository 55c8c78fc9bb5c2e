package io.taskqueue.spring;

import io.taskqueue.source.CloseReport;
import io.taskqueue.source.ReplicationSource;
import io.taskqueue.source.SourceGroup;
import io.taskqueue.source.unreplicated.UnreplicatedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the sources when every bean of the application exists, and closes them when what uses their queues has stopped.
 *
 * <pre>
 *   start, by phase                                stop, in the reverse order
 *
 *   sources          {@value TaskQueueAutoConfiguration#SOURCES_PHASE}            last: queues are closed, events flushed
 *   executors        Integer.MAX_VALUE / 2         of {@literal @}Async and {@literal @}Scheduled
 *   sinks            {@value TaskQueueAutoConfiguration#SINKS_PHASE}
 *   web server       Integer.MAX_VALUE - 2048      requests in progress have ended before
 *   workers          Integer.MAX_VALUE             first: they lease no more tasks
 * </pre>
 *
 * <p>A source claims its queue when it starts, and so takes it from the instance that runs now: an instance whose beans cannot be created must
 * not do that. Called by the thread that refreshes or closes the context.
 */
final class SourcesLifecycle implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(SourcesLifecycle.class);

    private final ObjectProvider<ReplicationSource<?>> beans;
    private final ObjectProvider<SourceGroup> group;
    private final Duration closeTimeout;
    private final Optional<Path> unreplicated;
    private List<ReplicationSource<?>> sources = List.of();
    private @Nullable SourceGroup ofApplication;
    private volatile boolean running;
    private boolean stopped;

    /**
     * @param group the application's group, which is created with the first source
     * @param unreplicated the directory for events that Kafka has not acknowledged at the end
     */
    SourcesLifecycle(
            ObjectProvider<ReplicationSource<?>> beans,
            ObjectProvider<SourceGroup> group,
            Duration closeTimeout,
            Optional<Path> unreplicated) {
        this.beans = beans;
        this.group = group;
        this.closeTimeout = closeTimeout;
        this.unreplicated = unreplicated;
    }

    @Override
    public void start() {
        if (stopped) {
            throw new IllegalStateException(
                    "The sources of this application were stopped, and a closed queue does not open"
                            + " again. Close the application context and create another one.");
        }
        sources = beans.orderedStream().toList();
        ofApplication = sources.isEmpty() ? null : group.getIfUnique();
        try {
            startAll();
            running = true;
            sources.forEach(source -> LOG.info(
                    "The source of queue {} has started in epoch {}.",
                    source.queueName(),
                    source.position().epoch()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "The start of the sources was interrupted. Those that had started are closed with the application.",
                    e);
        }
    }

    /** Those of the application's group together, which is faster and starts all or none; others one by one. */
    private void startAll() throws InterruptedException {
        List<ReplicationSource<?>> ofGroup = new ArrayList<>();
        for (ReplicationSource<?> source : sources) {
            if (source.started()) {
                LOG.debug("The source of queue {} was started by the application.", source.queueName());
            } else {
                requireUnused(source);
                if (isOfGroup(source)) {
                    ofGroup.add(source);
                } else {
                    source.start();
                }
            }
        }
        if (!ofGroup.isEmpty()) {
            Objects.requireNonNull(ofApplication).startTogether(ofGroup);
        }
    }

    private static void requireUnused(ReplicationSource<?> source) {
        try {
            source.queue().requireAttachable();
        } catch (IllegalStateException e) {
            throw new TaskQueueConfigurationException(
                    e.getMessage() + " The sources of an application start when all beans are created: enqueue from an"
                            + " ApplicationRunner, from a SmartLifecycle or in a request.",
                    e);
        }
    }

    private boolean isOfGroup(ReplicationSource<?> source) {
        SourceGroup ours = ofApplication;
        return ours != null && source.isOf(ours);
    }

    @Override
    public void stop(Runnable callback) {
        Stopping.onThread("taskqueue-stop-sources", this::stop, callback);
    }

    @Override
    public void stop() {
        stopped = true;
        running = false;
        SourceGroup ours = ofApplication;
        if (ours != null) {
            ours.close(closeTimeout).forEach(this::keep); // all of them within the timeout
        }
        for (ReplicationSource<?> source : sources) {
            if (source.started() && source.closeReport().isEmpty()) {
                keep(source.queueName(), source.close(closeTimeout));
            }
        }
    }

    private void keep(String queue, CloseReport report) {
        if (report.complete() || unreplicated.isEmpty()) {
            return; // the source has logged what is lost
        }
        Path file = file(unreplicated.get(), queue, report);
        try {
            Files.createDirectories(unreplicated.get());
            UnreplicatedFile.write(file, report.unreplicated());
            LOG.warn(
                    "{} events of queue {} that Kafka had not acknowledged are in {}. Publish them with 'taskqueue resend'.",
                    report.unreplicated().count(),
                    queue,
                    file);
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "{} events of queue {} that Kafka had not acknowledged could not be written to {}: {}",
                    report.notReplicated(),
                    queue,
                    file,
                    e.toString());
        }
    }

    /** A name of its own for each run; of what may be in the name of a queue, only what every file system accepts. */
    private static Path file(Path directory, String queue, CloseReport report) {
        String name = queue.replaceAll("[^A-Za-z0-9._-]", "_");
        return directory.resolve(name + "-" + report.position().epoch() + ".unreplicated.ndjson");
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** A closed queue does not open again. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return TaskQueueAutoConfiguration.SOURCES_PHASE;
    }
}
