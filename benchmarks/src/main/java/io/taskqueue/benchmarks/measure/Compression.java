package io.taskqueue.benchmarks.measure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * A compression to be measured.
 *
 * @param text the producer's property {@code compression.type} and, after a colon, its level; {@code default} for that of the source
 */
public record Compression(String text) {

    /** That of the source, whichever that is. */
    public static final Compression DEFAULT = new Compression("default");

    /** The form of the operand of an option, for {@link #list}. */
    public static final String LIST = "[a-z0-9]+(:[0-9]{1,2})?(,[a-z0-9]+(:[0-9]{1,2})?)*";

    /** The compressions of an operand. */
    public static List<Compression> list(String operand) {
        return Stream.of(operand.split(",", -1)).map(Compression::new).toList();
    }

    /** The properties of a producer by which it compresses so. */
    public Map<String, Object> producer() {
        if (equals(DEFAULT)) {
            return Map.of();
        }
        String[] parts = text.split(":", -1);
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, parts[0]);
        if (parts.length > 1) {
            settings.put("compression." + parts[0] + ".level", parts[1]);
        }
        return settings;
    }
}
