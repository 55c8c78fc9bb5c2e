package io.taskqueue.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * One node of a cluster of several processes: a broker or a controller, as its settings state. Its caller decides all of its settings,
 * ports too, so that it can be killed and started again as the same node.
 *
 * <p>Arguments: directory, and Kafka settings as {@code name=value}, {@code node.id}, {@code process.roles} and
 * {@code listeners} at least. Prints {@code READY} when it serves requests. It runs until it is killed, or its standard input ends,
 * which it does when the process that started it ends.
 */
public final class NodeMain {

    private NodeMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        haltWithParent();
        Path directory = Path.of(arguments[0]);
        Properties settings = new Properties();
        settings.put("log.dirs", directory.toAbsolutePath().toString());
        Arrays.stream(arguments)
                .skip(1)
                .map(setting -> setting.split("=", 2))
                .forEach(setting -> settings.put(setting[0], setting[1]));
        Files.createDirectories(directory);
        LogDirectory.format(directory, settings);
        new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM).startup();
        System.out.println("READY");
        new CountDownLatch(1).await();
    }

    private static void haltWithParent() {
        Thread watch = new Thread(
                () -> {
                    try (InputStream input = System.in) {
                        while (input.read() >= 0) {}
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } finally {
                        Runtime.getRuntime().halt(0);
                    }
                },
                "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
