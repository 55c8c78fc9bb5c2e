package io.taskqueue.cli.demo;

import io.taskqueue.cli.shared.CommandFailedException;
import io.taskqueue.cli.shared.ExitCode;
import io.taskqueue.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * The embedded broker, if its jars are on the class path. The only class that has it in a field or a signature, so that the other
 * commands run without those jars.
 */
final class LocalBroker implements AutoCloseable {

    private final EmbeddedKafka broker;

    private LocalBroker(EmbeddedKafka broker) {
        this.broker = broker;
    }

    /** @throws CommandFailedException if the jars are missing, or the broker cannot use the directory or the port */
    static LocalBroker start(Path directory, int port) {
        try {
            return new LocalBroker(EmbeddedKafka.start(directory, port));
        } catch (NoClassDefFoundError e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The embedded broker is not on the class path (" + e.getMessage()
                            + "). Start this command with ./taskqueue, which adds it for demo, broker and torture only.",
                    e);
        } catch (FileSystemException e) {
            throw new CommandFailedException(
                    ExitCode.FAILED,
                    "The broker cannot store its data in " + directory + " ("
                            + e.getClass().getSimpleName() + "). Choose a directory that is writable.",
                    e);
        } catch (IOException e) {
            throw new CommandFailedException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e);
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
