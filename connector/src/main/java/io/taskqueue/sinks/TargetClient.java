package io.taskqueue.sinks;

import java.io.IOException;
import java.net.http.HttpClient;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP client of a target: recreated where the files of its certificates have changed. Thread-safe. */
final class TargetClient {

    private static final Logger LOG = LoggerFactory.getLogger(TargetClient.class);

    /** @param version of the files that it was created from, or that could not be used in its place */
    private record Current(HttpClient client, List<String> version) {}

    private final TlsStores stores;
    private volatile Current current;

    /** @throws IOException if a file cannot be used */
    TargetClient(TlsStores stores) throws IOException {
        this.stores = stores;
        this.current = created(stores.version());
    }

    /** A client with the certificates that the files contain now; with those before, where these cannot be used. */
    HttpClient get() {
        return stores.any() && !stores.version().equals(current.version()) ? reloaded() : current.client();
    }

    private synchronized HttpClient reloaded() {
        List<String> version = stores.version();
        if (!version.equals(current.version())) {
            try {
                current = created(version);
                LOG.info("The certificates for the target were read again, because a file changed");
            } catch (IOException unusable) {
                current = new Current(current.client(), version);
                LOG.warn(
                        "Requests continue with the certificates read before, because the changed ones cannot be used. {}",
                        unusable.getMessage());
            }
        }
        return current.client();
    }

    private Current created(List<String> version) throws IOException {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
        if (stores.any()) {
            builder.sslContext(stores.context());
        }
        return new Current(builder.build(), version);
    }
}
