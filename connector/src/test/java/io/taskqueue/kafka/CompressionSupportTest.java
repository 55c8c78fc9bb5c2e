package io.taskqueue.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;

class CompressionSupportTest {

    /** The class path without the packages of some libraries. */
    private static ClassLoader without(String... prefixes) {
        return new ClassLoader(KafkaProducer.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (Set.of(prefixes).stream().anyMatch(name::startsWith)) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };
    }

    /** A library whose native part cannot be loaded. */
    private static ClassLoader withoutNativePartOf(String prefix) {
        return new ClassLoader(KafkaProducer.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith(prefix)) {
                    throw new UnsatisfiedLinkError("no native library");
                }
                return super.loadClass(name, resolve);
            }
        };
    }

    @Test
    void zstdIsUsedWhereItWorks() {
        assertThat(CompressionSupport.best())
                .containsEntry("compression.type", "zstd")
                .containsEntry("compression.zstd.level", 1);
    }

    @Test
    void lz4IsUsedWhereTheNativeLibraryOfZstdCannotBeLoaded() {
        assertThat(CompressionSupport.best(withoutNativePartOf("com.github.luben.zstd")))
                .containsEntry("compression.type", "lz4")
                .doesNotContainKey("compression.zstd.level");
    }

    @Test
    void nothingIsCompressedWhereTheLibrariesAreExcluded() {
        assertThat(CompressionSupport.best(without("com.github.luben.zstd", "net.jpountz.lz4")))
                .containsEntry("compression.type", "none");
    }
}
