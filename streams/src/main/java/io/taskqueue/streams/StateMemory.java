package io.taskqueue.streams;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the native memory of RocksDB: all stores of a process that were given the same number of bytes share one cache of that size.
 * Kafka Streams creates one object for each store, by name.
 *
 * <pre>
 *   the cache, {@link #BYTES}
 *   +---------------------------+-----------------------------------------------+
 *   | memtables, at most half   | blocks of data, index and filters of all files |
 *   +---------------------------+-----------------------------------------------+
 * </pre>
 *
 * <p>Kafka Streams' own defaults are a cache of 50 MB and memtables of 48 MB for each store, and two stores for each partition. The bound is
 * not strict: where nothing can be evicted, because iterators hold it, the cache exceeds it instead of failing the read.
 */
public final class StateMemory implements RocksDBConfigSetter {

    /** The property that states how much memory, in bytes. */
    public static final String BYTES = "taskqueue.state.memory.bytes";

    private static final Logger LOG = LoggerFactory.getLogger(StateMemory.class);

    /** So many stores may fill a memtable each before the shared bound makes them flush. */
    private static final long STORES = 32;

    private static final long LARGEST_MEMTABLE = 16L * 1024 * 1024;
    private static final long SMALLEST_MEMTABLE = 256L * 1024;

    /** In use, by their number of bytes. */
    private static final Map<Long, Shared> SHARED = new HashMap<>();

    private long bytes;
    private @Nullable Shared used;

    /** What several stores share. RocksDB itself keeps it until the last of them has closed. */
    private static final class Shared {

        private final Cache cache;
        private final WriteBufferManager memtables;
        private int stores;

        private Shared(long bytes) {
            cache = new LRUCache(bytes);
            memtables = new WriteBufferManager(bytes / 2, cache);
        }
    }

    /**
     * Loads RocksDB's native library on a thread of its own, because that takes a part of a second that the start can spend with
     * Kafka. A library that cannot be loaded is reported by the first store.
     */
    static Thread loadLibrary(String sink) {
        Thread loading = new Thread(
                () -> {
                    try {
                        RocksDB.loadLibrary();
                    } catch (RuntimeException | Error e) {
                        LOG.debug("RocksDB cannot be loaded", e);
                    }
                },
                sink + "-load");
        loading.setDaemon(true);
        loading.start();
        return loading;
    }

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> properties) {
        bytes = Long.parseLong(String.valueOf(properties.get(BYTES)));
        Shared shared = acquire(bytes);
        used = shared;
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(shared.cache);
        table.setCacheIndexAndFilterBlocks(true);
        table.setCacheIndexAndFilterBlocksWithHighPriority(true);
        table.setPinTopLevelIndexAndFilter(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(shared.memtables);
        options.setWriteBufferSize(Math.max(SMALLEST_MEMTABLE, Math.min(LARGEST_MEMTABLE, bytes / 2 / STORES)));
    }

    @Override
    public void close(String storeName, Options options) {
        if (used != null) {
            used = null;
            release(bytes);
        }
    }

    /** The memory in use of the stores that were given a number of bytes, in bytes; 0 where there is none. */
    static long usage(long bytes) {
        synchronized (SHARED) {
            Shared shared = SHARED.get(bytes);
            return shared == null ? 0 : shared.cache.getUsage();
        }
    }

    /** The number of open stores that were given a number of bytes. */
    static int stores(long bytes) {
        synchronized (SHARED) {
            Shared shared = SHARED.get(bytes);
            return shared == null ? 0 : shared.stores;
        }
    }

    private static Shared acquire(long bytes) {
        synchronized (SHARED) {
            Shared shared = SHARED.computeIfAbsent(bytes, Shared::new);
            shared.stores++;
            return shared;
        }
    }

    private static void release(long bytes) {
        synchronized (SHARED) {
            Shared shared = SHARED.get(bytes);
            if (shared != null && --shared.stores == 0) {
                SHARED.remove(bytes);
                shared.memtables.close();
                shared.cache.close();
            }
        }
    }
}
