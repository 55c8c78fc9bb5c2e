package io.taskqueue.cli.demo;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskqueue.cli.demo.TrafficQueue.Behavior;
import io.taskqueue.cli.demo.TrafficQueue.Failure;
import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.cli.shared.ThreadFailures;
import io.taskqueue.event.TaskError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Traffic that continues after the demo, so that there is something to look at:
 *
 * <pre>
 *   orders       quick
 *   thumbnails   more tasks than its workers can do: the oldest one waits longer and longer
 *   emails       some attempts fail twice and then succeed; some tasks never succeed and are dead
 *   payments     completed ones are charged by the sink billing, which parks some of them
 *   reports      a burst every few minutes, after which the sink search-index lags for a while
 * </pre>
 */
final class Traffic implements AutoCloseable {

    private static final List<Behavior> QUEUES = List.of(
            new Behavior("orders", 4, Duration.ofMillis(80), Duration.ofMillis(200), 1, Traffic::succeed),
            new Behavior("thumbnails", 2, Duration.ofMillis(1_200), Duration.ofMillis(500), 1, Traffic::succeed),
            new Behavior("emails", 4, Duration.ofMillis(150), Duration.ofMillis(500), 1, Traffic::deliver),
            new Behavior("payments", 2, Duration.ofMillis(100), Duration.ofMillis(500), 1, Traffic::succeed),
            new Behavior("reports", 8, Duration.ofMillis(5), Duration.ofMinutes(4), 2_000, Traffic::succeed));

    private final List<AutoCloseable> running = new ArrayList<>();
    private final List<TrafficQueue> queues = new ArrayList<>();
    private final ThreadFailures failures;

    private Traffic(ThreadFailures failures) {
        this.failures = failures;
    }

    /**
     * Starts all queues and sinks.
     *
     * @param partitions of the event topic
     * @param directory of the local state of the sinks
     */
    static Traffic start(Map<String, Object> kafka, int partitions, Path directory, MeterRegistry meters)
            throws InterruptedException {
        Traffic traffic = new Traffic(ThreadFailures.listen());
        try {
            for (Behavior behavior : QUEUES) {
                TrafficQueue queue = TrafficQueue.start(behavior, kafka, partitions, meters, traffic.failures);
                traffic.running.add(queue);
                traffic.queues.add(queue);
            }
            traffic.running.add(TrafficSinks.start(kafka, directory.resolve("traffic")));
            return traffic;
        } catch (RuntimeException | InterruptedException e) {
            traffic.close();
            throw e;
        }
    }

    private static Optional<Failure> succeed(long task, int attempt) {
        return Optional.empty();
    }

    /** Of ten tasks, two fail twice; of fifty, one has an address that does not exist. */
    private static Optional<Failure> deliver(long task, int attempt) {
        if (task % 50 == 7) {
            return Optional.of(new Failure(
                    TaskError.of("smtp.550", "550 5.1.1 The address does not exist: no-such-user@example.org"), false));
        }
        if (task % 5 == 3 && attempt <= 2) {
            return Optional.of(new Failure(
                    TaskError.of("smtp.421", "421 4.7.0 mail.example.org is too busy, try again later"), true));
        }
        return Optional.empty();
    }

    /** @throws CommandFailedException if a queue or one of its threads has stopped */
    void requireRunning() {
        failures.requireNone();
        for (TrafficQueue queue : queues) {
            queue.failure().ifPresent(reason -> {
                throw new CommandFailedException(ExitCode.FAILED, reason);
            });
        }
    }

    /** Stops the sinks and the queues, at the same time. */
    @Override
    public void close() {
        ConcurrentClose.all(running);
        failures.close();
    }
}
