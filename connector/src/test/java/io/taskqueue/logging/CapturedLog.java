package io.taskqueue.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a class, or all loggers whose names begin alike, log while this is open. */
public final class CapturedLog implements AutoCloseable {

    private final Logger logger;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private CapturedLog(String logger, Level level) {
        this.logger = (Logger) LoggerFactory.getLogger(logger);
        lines.start();
        this.logger.addAppender(lines);
        this.logger.setLevel(level);
    }

    /** What a class logs, from INFO on. */
    public static CapturedLog of(Class<?> source) {
        return new CapturedLog(source.getName(), Level.INFO);
    }

    /** What the clients of Kafka in this process warn of. */
    public static CapturedLog warningsOfKafkaClients() {
        return new CapturedLog("org.apache.kafka.clients", Level.WARN);
    }

    /** The lines with their levels. */
    public List<String> lines() {
        return List.copyOf(lines.list).stream()
                .map(line -> line.getLevel() + " " + line.getFormattedMessage())
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }
}
