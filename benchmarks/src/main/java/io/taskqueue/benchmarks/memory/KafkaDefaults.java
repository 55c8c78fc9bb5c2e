package io.taskqueue.benchmarks.memory;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.Options;

/** Leaves RocksDB as Kafka Streams configures it: each store has a cache and memtables of its own. */
public final class KafkaDefaults implements RocksDBConfigSetter {

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {}

    @Override
    public void close(String storeName, Options options) {}
}
