package io.taskqueue.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.serde.PayloadCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.apache.kafka.streams.state.Stores;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;

class StateMemoryIsBoundedTest {

    @Test
    void allStoresOfAProcessShareOneBoundedCacheUntilTheLastHasClosed() throws Exception {
        long bytes = 9L * 1024 * 1024; // no other test has this number
        try (SinkTestCluster cluster = new SinkTestCluster(4)) {
            SinkService one = cluster.start(
                    cluster.sink("frugal", cluster.calling(Duration.ZERO)).stateMemory(bytes));
            SinkService two = cluster.start(
                    cluster.sink("thrifty", cluster.calling(Duration.ZERO)).stateMemory(bytes));
            Awaitility.await().atMost(SinkTestCluster.PATIENCE).until(() -> StateMemory.stores(bytes) == 2 * 2 * 4);
            cluster.source("orders", 1).open().tasks(0, 500);
            cluster.awaitCaughtUp("frugal", one);
            cluster.awaitCaughtUp("thrifty", two);
            assertThat(StateMemory.usage(bytes)).isPositive().isLessThanOrEqualTo(bytes);

            one.close();
            assertThat(StateMemory.stores(bytes)).isEqualTo(2 * 4);
            two.close();
            assertThat(StateMemory.stores(bytes)).isZero();
        }
    }

    @Test
    void aStoreThatIsMuchLargerThanItsMemoryStaysWithinIt(@TempDir Path directory) {
        long bytes = 10L * 1024 * 1024;
        Properties properties = new Properties();
        properties.putAll(StreamsProperties.of(
                builder().stateMemory(bytes).stateDirectory(directory).settings(), Uuid.ZERO_UUID, 0));
        Topology topology = new Topology()
                .addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "input")
                .addProcessor("processor", Nothing::new, "source")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                        Stores.persistentKeyValueStore("large"), Serdes.Integer(), Serdes.ByteArray())
                                .withLoggingDisabled(),
                        "processor");
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, properties)) {
            KeyValueStore<Integer, byte[]> store = driver.getKeyValueStore("large");
            Random random = new Random(7);
            long most = 0;
            for (int key = 0; key < 50_000; key++) {
                byte[] value = new byte[1024];
                random.nextBytes(value); // 50 MB that cannot be compressed
                store.put(key, value);
                most = key % 100 == 0 ? Math.max(most, StateMemory.usage(bytes)) : most;
            }
            for (int key = 0; key < 50_000; key += 3) {
                assertThat(store.get(key)).hasSize(1024);
                most = key % 100 == 0 ? Math.max(most, StateMemory.usage(bytes)) : most;
            }
            assertThat(most).isBetween(bytes / 2, bytes + bytes / 4);
        }
        assertThat(StateMemory.stores(bytes)).isZero();
    }

    private static final class Nothing implements Processor<byte[], byte[], byte[], byte[]> {
        @Override
        public void process(Record<byte[], byte[]> record) {}
    }

    @Test
    void tooLittleMemoryIsRefused() {
        assertThatThrownBy(() -> builder().stateMemory(1_000).settings())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Sink s needs at least 8388608 bytes of memory for its state, but stateMemory is 1000. Raise it.");
    }

    @Test
    void aConfigurationOfRocksDbByTheHostTakesItsPlace() {
        Map<String, Object> properties = StreamsProperties.of(
                builder()
                        .kafka(Map.of(
                                "bootstrap.servers",
                                "127.0.0.1:1",
                                "streams.rocksdb.config.setter",
                                HostsSetter.class.getName()))
                        .settings(),
                Uuid.ZERO_UUID,
                0);
        assertThat(new StreamsConfig(properties).getClass(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG))
                .isEqualTo(HostsSetter.class);
        assertThat(StreamsProperties.of(builder().settings(), Uuid.ZERO_UUID, 0))
                .containsEntry("rocksdb.config.setter", StateMemory.class)
                .containsEntry(StateMemory.BYTES, 128L * 1024 * 1024);
    }

    /** A configuration of a user. */
    public static final class HostsSetter implements RocksDBConfigSetter {
        @Override
        public void setConfig(String storeName, Options options, Map<String, Object> configs) {}

        @Override
        public void close(String storeName, Options options) {}
    }

    private static SinkService.Builder<String> builder() {
        return SinkService.builder("s", (event, effects) -> {}, PayloadCodec.utf8())
                .kafka(Map.of("bootstrap.servers", "127.0.0.1:1"));
    }
}
