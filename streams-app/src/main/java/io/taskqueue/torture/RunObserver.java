package io.taskqueue.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a run every few seconds, and writes what it sees to the history: checkpoints, the memory of the processes, the size of the directory. */
final class RunObserver implements AutoCloseable {

    /** The size of the directory above which the load ends before its time. */
    static final long MAX_BYTES = 4L * 1024 * 1024 * 1024;

    /** What is stored after the load ended: the rest of what is under way, and the copy of the topic. */
    private static final long RESERVE_BYTES = 1024L * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(RunObserver.class);
    private static final int INTERVAL_SECONDS = 4;

    private final TortureCluster cluster;
    private final Path directory;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::observe, "run-observer");
    private volatile boolean full;

    private RunObserver(TortureCluster cluster, Path directory) {
        this.cluster = cluster;
        this.directory = directory;
    }

    static RunObserver start(TortureCluster cluster, Path directory) {
        RunObserver observer = new RunObserver(cluster, directory);
        observer.thread.setDaemon(true);
        observer.thread.start();
        return observer;
    }

    /** Whether the directory has become so large that the load must end. */
    boolean full() {
        return full;
    }

    private void observe() {
        try {
            while (!closed.await(INTERVAL_SECONDS, TimeUnit.SECONDS)) {
                long bytes = size();
                full = bytes > MAX_BYTES;
                cluster.recorder.measured("driver", "bytes of the run's directory", bytes, MAX_BYTES + RESERVE_BYTES);
                cluster.children.measureMemory();
                readCheckpoints();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readCheckpoints() {
        try {
            CheckpointReader.write(cluster);
        } catch (Exception e) {
            LOG.info("The checkpoints cannot be read at this moment: {}", e.toString());
        }
    }

    private long size() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(RunObserver::size).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0; // a file was deleted meanwhile
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(90));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
