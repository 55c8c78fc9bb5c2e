package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskqueue.queue.Lease;
import io.taskqueue.queue.QueueClosedException;
import io.taskqueue.queue.TaskQueue;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.source.ReplicationSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An owner of a queue in a child process, to be suspended while another one takes the queue over. It holds one lease, and enqueues,
 * leases and completes tasks until its queue is stopped. Then it writes three lines: the error that stopped it, the error of
 * completing the lease that it held, and how many leases it was granted after it had been suspended.
 */
final class SuspendedOwner {

    private static final String MARK = "owner: ";

    /** A call that took longer was interrupted by the suspension. */
    private static final long SUSPENSION_NANOS = TimeUnit.SECONDS.toNanos(1);

    private SuspendedOwner() {}

    /** Starts one; it writes a line once it holds its lease. */
    static Process start(SinkTestCluster cluster, String queue, Optional<Duration> ownershipStrict) throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SuspendedOwner.class.getName(),
                queue,
                SinkTestCluster.bootstrap(),
                cluster.topic,
                ownershipStrict.map(Duration::toString).orElse(""));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** @param args queue, bootstrap servers, topic, the limit of ownershipStrict or nothing */
    public static void main(String[] args) throws Exception {
        TaskQueue<String> queue = TaskQueue.<String>builder(args[0])
                .leaseDuration(Duration.ofMinutes(5))
                .capacity(100_000)
                .build();
        ReplicationSource.Builder<String> builder = ReplicationSource.builder(queue, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", args[1]))
                .topic(args[2])
                .registryTopic(args[2] + "-registry")
                .sourcePeer("suspended");
        if (!args[3].isEmpty()) {
            builder.ownershipStrict(Duration.parse(args[3]));
        }
        try (queue;
                ReplicationSource<String> source = builder.start()) {
            queue.enqueue("held");
            Lease<String> held = queue.lease();
            source.replicated().get(30, TimeUnit.SECONDS);
            say("running");
            Work work = new Work(queue);
            say(work.untilStopped());
            try {
                held.complete();
                say("The lease was completed.");
            } catch (QueueClosedException e) {
                say(e.getMessage());
            }
            say(work.leasesAfterSuspension);
        }
    }

    private static void say(Object line) {
        System.out.println(MARK + line);
    }

    /** The next line that the child writes, without what it logs. */
    static String next(BufferedReader output) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith(MARK)) {
            line = output.readLine();
        }
        assertThat(line).as("a line of the child").isNotNull();
        return line.substring(MARK.length());
    }

    private static final class Work {

        private final TaskQueue<String> queue;
        private long lastNanos = System.nanoTime();
        private boolean suspended;
        private int leasesAfterSuspension;

        Work(TaskQueue<String> queue) {
            this.queue = queue;
        }

        String untilStopped() throws InterruptedException {
            try {
                while (true) {
                    queue.enqueue("task");
                    boolean before = suspended();
                    Optional<Lease<String>> lease = queue.tryLease();
                    leasesAfterSuspension += before && lease.isPresent() ? 1 : 0;
                    lease.ifPresent(Lease::complete);
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
                }
            } catch (QueueClosedException e) {
                return String.valueOf(e.getMessage());
            }
        }

        /** Whether the process was suspended before now. */
        private boolean suspended() {
            long now = System.nanoTime();
            suspended |= now - lastNanos > SUSPENSION_NANOS;
            lastNanos = now;
            return suspended;
        }
    }
}
