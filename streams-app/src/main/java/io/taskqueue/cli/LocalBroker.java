package io.taskqueue.cli;

import io.taskqueue.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The embedded broker, where its jars are on the class path. The only class that names it in a field or a signature, so that the
 * other commands run without those jars.
 */
final class LocalBroker implements AutoCloseable {

    private final EmbeddedKafka broker;

    private LocalBroker(EmbeddedKafka broker) {
        this.broker = broker;
    }

    static LocalBroker start(Path directory, int port) {
        try {
            return new LocalBroker(EmbeddedKafka.start(directory, port));
        } catch (NoClassDefFoundError e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "The embedded broker is not on the class path (" + e.getMessage()
                            + "). Start this command with ./taskqueue, which brings it along for demo and broker only.",
                    e);
        } catch (FileSystemException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "The broker cannot keep its data in " + directory + " ("
                            + e.getClass().getSimpleName() + "). Choose a directory that you may write to.",
                    e);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    @Override
    public void close() {
        broker.close();
    }
}
