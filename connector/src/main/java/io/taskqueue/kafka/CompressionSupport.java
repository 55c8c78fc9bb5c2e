package io.taskqueue.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which compression works in this process. Kafka's client fails at the first batch where a library is excluded from the class path, or
 * where its native part cannot be unpacked or loaded.
 *
 * <pre>
 *   zstd, level 1   needs its native library
 *   lz4             works without one
 *   none
 * </pre>
 */
public final class CompressionSupport {

    /** What Kafka's client uses of zstd; loading it loads the native library. */
    private static final String ZSTD = "com.github.luben.zstd.ZstdOutputStreamNoFinalizer";

    private static final String LZ4 = "net.jpountz.lz4.LZ4Factory";

    /** The level of zstd: higher ones cost more time, and save hardly anything on batches of this size. */
    private static final int ZSTD_LEVEL = 1;

    private static final Logger LOG = LoggerFactory.getLogger(CompressionSupport.class);

    private CompressionSupport() {}

    /** The properties of a producer with the best compression that works with the Kafka client of this process. */
    public static Map<String, Object> best() {
        return best(KafkaProducer.class.getClassLoader());
    }

    static Map<String, Object> best(ClassLoader libraries) {
        Map<String, Object> settings = new HashMap<>();
        if (works("zstd", ZSTD, libraries)) {
            settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
            settings.put(ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG, ZSTD_LEVEL);
        } else if (works("lz4", LZ4, libraries)) {
            settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        } else {
            settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        }
        return settings;
    }

    private static boolean works(String compression, String type, ClassLoader libraries) {
        try {
            Class.forName(type, true, libraries);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.info(
                    "Events are not compressed with {}, because its library cannot be used: {}. Add the library to the class path and"
                            + " make the temporary directory writable and executable, or set compression.type.",
                    compression,
                    e.toString());
            return false;
        }
    }
}
