package io.taskqueue.sinks;

import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client of a target: recreated where the files of its certificates have changed. The one before is closed when its last request is
 * complete. Thread-safe.
 */
final class TargetClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TargetClient.class);

    /** A client, and the version of the files that it was created from, or that could not be used in its place. */
    private static final class Current {

        private final HttpTransport transport;
        private List<String> version;
        private int requests;
        private boolean replaced;

        private Current(HttpTransport transport, List<String> version) {
            this.transport = transport;
            this.version = version;
        }
    }

    private final TlsStores stores;
    private final HttpTransport.Factory transports;
    private Current current;

    /** @throws IOException if a file cannot be used */
    TargetClient(TlsStores stores, HttpTransport.Factory transports) throws IOException {
        this.stores = stores;
        this.transports = transports;
        this.current = created(stores.version());
    }

    /** Sends a request, with the certificates that the files contain now; with those before, where these cannot be used. */
    HttpTransport.Response post(HttpTransport.Request request, byte[] body) throws IOException, InterruptedException {
        Current used = begin(stores.any() ? stores.version() : List.of());
        try {
            return used.transport.post(request, body);
        } finally {
            end(used);
        }
    }

    private synchronized Current begin(List<String> version) {
        if (stores.any() && !version.equals(current.version)) {
            reload(version);
        }
        current.requests++;
        return current;
    }

    private void reload(List<String> version) {
        try {
            Current before = current;
            current = created(version);
            before.replaced = true;
            closeIfUnused(before);
            LOG.info("The certificates for the target were read again, because a file changed");
        } catch (IOException unusable) {
            current.version = version;
            LOG.warn(
                    "Requests continue with the certificates read before, because the changed ones cannot be used. {}",
                    unusable.getMessage());
        }
    }

    private synchronized void end(Current used) {
        used.requests--;
        closeIfUnused(used);
    }

    private static void closeIfUnused(Current client) {
        if (client.replaced && client.requests == 0) {
            client.transport.close();
        }
    }

    private Current created(List<String> version) throws IOException {
        return new Current(transports.create(stores.any() ? stores.context() : null), version);
    }

    /** Closes the client when its last request is complete. */
    @Override
    public synchronized void close() {
        current.replaced = true;
        closeIfUnused(current);
    }
}
