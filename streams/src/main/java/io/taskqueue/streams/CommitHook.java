package io.taskqueue.streams;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Calls back just before a task commits, inside the transaction, for whatever reason it commits: the interval, a request, a
 * revocation, a clean stop.
 *
 * <p>Kafka Streams has no such hook, but each of those flushes the record caches first, on the stream thread. So this is a store
 * of one key, cached and not logged: touching it marks it dirty, and the flush puts the key into the inner store, whose put
 * is the call. Before a commit without a touch, nothing is called.
 */
public final class CommitHook {

    /** The name of its store. */
    public static final String NAME = "commit-hook";

    private static final Bytes KEY = Bytes.wrap(new byte[] {1});
    private static final byte[] DIRTY = {1};

    private final Map<TaskId, Runnable> hooks = new ConcurrentHashMap<>();

    /** The store, to be added to the topology. */
    public StoreBuilder<KeyValueStore<Bytes, byte[]>> store() {
        return Stores.keyValueStoreBuilder(new Supplier(), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingEnabled()
                .withLoggingDisabled();
    }

    /** Calls back before the task's next commit. */
    public static void touch(KeyValueStore<Bytes, byte[]> store) {
        store.put(KEY, DIRTY);
    }

    /** Has a task's commits call the hook. By task and not by thread: a stream thread runs the tasks of several partitions. */
    public void connect(TaskId task, Runnable hook) {
        hooks.put(task, hook);
    }

    /** Ends that. */
    public void disconnect(TaskId task, Runnable hook) {
        hooks.remove(task, hook);
    }

    private final class Supplier implements KeyValueBytesStoreSupplier {

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public KeyValueStore<Bytes, byte[]> get() {
            return new Inner();
        }

        @Override
        public String metricsScope() {
            return NAME;
        }
    }

    /** Stores nothing; its put is the call. */
    private final class Inner implements KeyValueStore<Bytes, byte[]> {

        private TaskId task = new TaskId(0, 0);
        private boolean open;

        @Override
        public void init(StateStoreContext context, StateStore root) {
            task = context.taskId();
            context.register(root, (key, value) -> {});
            open = true;
        }

        @Override
        public void put(Bytes key, byte[] value) {
            Runnable hook = hooks.get(task);
            if (hook != null) {
                hook.run();
            }
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        @SuppressWarnings("deprecation") // Kafka Streams before 4.3 calls it, and has no commit to call instead
        public void flush() {}

        @Override
        public void close() {
            open = false;
        }

        @Override
        public boolean persistent() {
            return false;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        @SuppressWarnings("NullAway") // null stands for no value
        public byte[] get(Bytes key) {
            return null;
        }

        @Override
        @SuppressWarnings("NullAway") // null stands for no value
        public byte[] putIfAbsent(Bytes key, byte[] value) {
            put(key, value);
            return null;
        }

        @Override
        public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
            entries.forEach(entry -> put(entry.key, entry.value));
        }

        @Override
        @SuppressWarnings("NullAway") // null stands for no value
        public byte[] delete(Bytes key) {
            return null;
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
            throw unread();
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> all() {
            throw unread();
        }

        @Override
        public long approximateNumEntries() {
            return 0;
        }

        private UnsupportedOperationException unread() {
            return new UnsupportedOperationException(
                    "The store " + NAME + " has no entries to read. This is a defect.");
        }
    }
}
