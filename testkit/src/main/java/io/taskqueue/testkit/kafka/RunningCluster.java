package io.taskqueue.testkit.kafka;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/**
 * A cluster that an extension started. JUnit's store of a test class or of the whole run keeps it, and closes it when that ends.
 *
 * <p>Before JUnit 5.13, a store closes values of type CloseableResource only, which later versions deprecate.
 */
@SuppressWarnings("deprecation")
final class RunningCluster implements Store.CloseableResource, AutoCloseable {

    /** Starts a cluster. */
    @FunctionalInterface
    interface Start {
        RunningCluster run() throws Exception;
    }

    /** Ends a cluster. */
    @FunctionalInterface
    interface Stop {
        void run() throws IOException;
    }

    private static final Namespace NAMESPACE = Namespace.create(RunningCluster.class);
    private static final Object STARTING = new Object();

    private final TestKafka kafka;
    private final Stop stop;
    private final AtomicBoolean closed = new AtomicBoolean();

    RunningCluster(TestKafka kafka, Stop stop) {
        this.kafka = kafka;
        this.stop = stop;
    }

    /**
     * Provides the cluster of a test class, started if it is not running, with its topics.
     *
     * @param kind which clusters may be shared: those of an equal kind
     */
    static void provide(ExtensionContext context, List<Object> kind, Sharing sharing, String[] topics, Start start)
            throws Exception {
        List<TopicSpec> specs = Arrays.stream(topics).map(TopicSpec::parse).toList();
        Store store = (sharing == Sharing.SUITE ? context.getRoot() : context).getStore(NAMESPACE);
        RunningCluster cluster;
        synchronized (STARTING) {
            cluster = store.get(kind, RunningCluster.class);
            if (cluster == null) {
                cluster = start.run();
                store.put(kind, cluster);
            }
        }
        context.getStore(NAMESPACE).put(TestKafka.class, cluster.kafka);
        for (TopicSpec spec : specs) {
            cluster.kafka.createTopic(spec.name(), spec.partitions());
        }
    }

    /** Whether a parameter is for the cluster of its test class. */
    static boolean supports(ParameterContext parameter) {
        return parameter.getParameter().getType() == TestKafka.class;
    }

    /** The cluster of a test class. */
    static TestKafka of(ExtensionContext context) {
        TestKafka kafka = context.getStore(NAMESPACE).get(TestKafka.class, TestKafka.class);
        if (kafka == null) {
            throw new ParameterResolutionException("No cluster was started for " + context.getDisplayName()
                    + ". Annotate the class with @UseEmbeddedKafka or @UseKafkaContainer.");
        }
        return kafka;
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            stop.run();
        }
    }
}
