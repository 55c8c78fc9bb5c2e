package io.taskqueue.cli.shared;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Keeps the exceptions with which Kafka's clients could not open a connection, while it is open. A client reports them in its log only,
 * and tries again; its requests end with a timeout that does not name them.
 */
final class ClientWarnings extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private static final String CONNECTIONS = "org.apache.kafka.clients.NetworkClient";

    private final Logger logger;
    private final @Nullable Level level;
    private final boolean additive;
    private volatile @Nullable Throwable latest;

    private ClientWarnings(Logger logger) {
        this.logger = logger;
        this.level = logger.getLevel();
        this.additive = logger.isAdditive();
    }

    /** Starts to keep them; the warnings are not printed meanwhile, unless warnings of libraries are anyway. */
    static ClientWarnings collect() {
        Logger logger = (Logger) LoggerFactory.getLogger(CONNECTIONS);
        ClientWarnings warnings = new ClientWarnings(logger);
        boolean printed = logger.isWarnEnabled();
        warnings.setContext(logger.getLoggerContext());
        warnings.start();
        logger.addAppender(warnings);
        logger.setAdditive(warnings.additive && printed);
        if (!printed) {
            logger.setLevel(Level.WARN);
        }
        return warnings;
    }

    /** The latest exception; empty if there was none. */
    Optional<Throwable> latest() {
        return Optional.ofNullable(latest);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getThrowableProxy() instanceof ThrowableProxy thrown) {
            latest = thrown.getThrowable();
        }
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(level);
        logger.setAdditive(additive);
        stop();
    }
}
