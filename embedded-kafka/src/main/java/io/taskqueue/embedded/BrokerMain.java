package io.taskqueue.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The embedded broker as a process of its own, so that a test or a benchmark can kill it or measure beside it.
 *
 * <p>Arguments: directory, port. Prints {@code READY host:port} when it answers; ends when it is killed or interrupted.
 */
public final class BrokerMain {

    private BrokerMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        EmbeddedKafka broker = EmbeddedKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-stop"));
        System.out.println("READY " + broker.bootstrapServers());
        new CountDownLatch(1).await();
    }
}
