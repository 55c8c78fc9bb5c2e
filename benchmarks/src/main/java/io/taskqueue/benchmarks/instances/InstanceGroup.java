package io.taskqueue.benchmarks.instances;

import io.taskqueue.benchmarks.measure.ChildJvm;
import io.taskqueue.benchmarks.measure.Stopwatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/** The instances of one sink, each a process with its own state directory. For one thread. */
final class InstanceGroup implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final List<String> FLAGS = List.of("-Xms256m", "-Xmx256m");

    private final Deque<ChildJvm> processes = new ArrayDeque<>();
    private final Admin admin;
    private final String servers;
    private final Sink sink;
    private final Path states;
    private int started;

    /**
     * What each instance runs.
     *
     * @param call how long an effect takes
     * @param standbys of each partition
     * @param prints whether each call is reported to the reader of the instance's lines
     */
    record Sink(String name, GrowingTopic topic, Duration call, int standbys, boolean prints) {}

    InstanceGroup(Admin admin, String servers, Sink sink, Path states) {
        this.admin = admin;
        this.servers = servers;
        this.sink = sink;
        this.states = states;
    }

    /** Starts one more instance. */
    void start(Consumer<String> lines) throws IOException {
        ChildJvm process = ChildJvm.start(
                MeasuredInstance.class,
                FLAGS,
                servers,
                sink.name(),
                sink.topic().name(),
                states.resolve(sink.name() + "-" + ++started).toString(),
                sink.call().toString(),
                String.valueOf(sink.standbys()),
                String.valueOf(sink.prints()));
        process.forEachLine(lines);
        processes.add(process);
    }

    /** From now on, the effects of all instances wait. */
    void hold() throws IOException {
        for (ChildJvm process : processes) {
            process.send(MeasuredInstance.HOLD);
        }
    }

    /** The effects that wait go on. */
    void release() throws IOException {
        for (ChildJvm process : processes) {
            process.send(MeasuredInstance.RELEASE);
        }
    }

    /** Asks the oldest instance to close its sink. */
    void stopOldest() throws IOException {
        processes.remove().closeInput();
    }

    /** Kills the oldest instance (SIGKILL). */
    void killOldest() {
        processes.remove().close();
    }

    /** Returns once the instances share the partitions equally. */
    void awaitShared() throws InterruptedException, ExecutionException {
        Stopwatch waited = new Stopwatch();
        while (!shared()) {
            if (waited.elapsed().compareTo(TIMEOUT) > 0) {
                throw new IllegalStateException("The " + processes.size() + " instances of " + sink.name()
                        + " did not share the partitions equally within " + TIMEOUT.toMinutes() + " minutes.");
            }
            Stopwatch.pause(PAUSE);
        }
    }

    private boolean shared() throws InterruptedException, ExecutionException {
        ConsumerGroupDescription group;
        try {
            group = admin.describeConsumerGroups(List.of(sink.name()))
                    .all()
                    .get()
                    .get(sink.name());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false; // the first instance has not joined yet
            }
            throw e;
        }
        return group != null
                && group.groupState() == GroupState.STABLE
                && group.members().size() == processes.size()
                && group.members().stream()
                        .allMatch(member -> member.assignment().topicPartitions().stream()
                                        .filter(partition -> partition
                                                .topic()
                                                .equals(sink.topic().name()))
                                        .count()
                                == sink.topic().partitions() / processes.size());
    }

    /** The number of records that the group has committed, in all partitions. */
    long committed() throws InterruptedException, ExecutionException {
        return admin.listConsumerGroupOffsets(sink.name()).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(entry -> entry.getValue() != null
                        && entry.getKey().topic().equals(sink.topic().name()))
                .map(Map.Entry::getValue)
                .mapToLong(OffsetAndMetadata::offset)
                .sum();
    }

    /** Returns once the group has committed the ends of all partitions, and how many records that are. */
    long awaitCommitted() throws InterruptedException, ExecutionException {
        long end = end();
        Stopwatch waited = new Stopwatch();
        while (committed() < end) {
            if (waited.elapsed().compareTo(TIMEOUT) > 0) {
                throw new IllegalStateException("The group " + sink.name() + " has committed " + committed() + " of "
                        + end + " records after " + TIMEOUT.toMinutes() + " minutes.");
            }
            Stopwatch.pause(PAUSE);
        }
        return end;
    }

    private long end() throws InterruptedException, ExecutionException {
        long end = 0;
        for (int partition = 0; partition < sink.topic().partitions(); partition++) {
            TopicPartition place = new TopicPartition(sink.topic().name(), partition);
            end += admin.listOffsets(Map.of(place, OffsetSpec.latest()))
                    .partitionResult(place)
                    .get()
                    .offset();
        }
        return end;
    }

    @Override
    public void close() {
        processes.forEach(ChildJvm::close);
    }
}
