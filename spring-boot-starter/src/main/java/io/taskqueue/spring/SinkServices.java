package io.taskqueue.spring;

import io.taskqueue.streams.SinkService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The sinks of the application: each bean {@link io.taskqueue.sink.ReplicationSink} runs as a {@link SinkService} while the context runs.
 * A bean for code that asks for the status of a sink, or for its parked events.
 *
 * <p>They start after the sources, before the web server, whether Kafka can be reached or not: until then they are not ready, which their
 * health states. All stop at the same time, each within its drain timeout. Thread-safe.
 */
public final class SinkServices implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(SinkServices.class);

    private final Map<String, SinkBean> sinks;
    private volatile Map<String, SinkService> services = Map.of();

    SinkServices(List<SinkBean> sinks) {
        Map<String, SinkBean> byName = new LinkedHashMap<>();
        for (SinkBean sink : sinks) {
            SinkBean other = byName.put(sink.name(), sink);
            if (other != null) {
                throw new TaskQueueConfigurationException("The beans " + other.bean() + " and " + sink.bean()
                        + " are both the sink " + sink.name() + ". Give one of them another name with taskqueue.sinks."
                        + sink.bean() + ".name.");
            }
        }
        this.sinks = byName;
    }

    /** The names of the sinks of this application, running or not. */
    public Set<String> names() {
        return Set.copyOf(sinks.keySet());
    }

    /** The sink of that name, if it was started. */
    public Optional<SinkService> find(String name) {
        return Optional.ofNullable(services.get(name));
    }

    /** Starts every sink; all of them, or none. */
    @Override
    public void start() {
        Map<String, SinkService> started = new LinkedHashMap<>();
        boolean complete = false;
        try {
            sinks.forEach((name, sink) -> started.put(name, sink.start()));
            complete = true;
        } finally {
            if (complete) {
                services = Map.copyOf(started);
                started.keySet()
                        .forEach(name -> LOG.info(
                                "Sink {} has started. It applies events as soon as it reaches Kafka and the event topic.",
                                name));
            } else {
                closeAll(started);
            }
        }
    }

    @Override
    public void stop(Runnable callback) {
        Stopping.onThread("taskqueue-stop-sinks", this::stop, callback);
    }

    @Override
    public void stop() {
        Map<String, SinkService> running = services;
        services = Map.of();
        closeAll(running);
    }

    /** Each takes up to its drain timeout. */
    private static void closeAll(Map<String, SinkService> running) {
        CountDownLatch open = new CountDownLatch(running.size());
        List<String> names = new ArrayList<>(running.keySet());
        names.forEach(name -> Stopping.onThread(
                "taskqueue-stop-sink-" + name, Objects.requireNonNull(running.get(name))::close, open::countDown));
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("The shutdown did not wait until the sinks {} had stopped.", names);
        }
    }

    @Override
    public boolean isRunning() {
        return !services.isEmpty();
    }

    @Override
    public int getPhase() {
        return TaskQueueAutoConfiguration.SINKS_PHASE;
    }
}
