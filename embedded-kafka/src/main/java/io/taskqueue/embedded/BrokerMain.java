package io.taskqueue.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * Runs the embedded broker in a process of its own, so that a test can kill it and a benchmark does not share its JVM.
 *
 * <p>Arguments: directory, port, and optionally broker settings as {@code name=value}. Prints {@code READY host:port} when the
 * broker accepts requests, and runs until it is killed or interrupted.
 */
public final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        EmbeddedKafka broker =
                EmbeddedKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]), settings(arguments));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-stop"));
        System.out.println("READY " + broker.bootstrapServers());
        new CountDownLatch(1).await();
    }

    private static Map<String, String> settings(String[] arguments) {
        return Arrays.stream(arguments)
                .skip(2)
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    }
}
