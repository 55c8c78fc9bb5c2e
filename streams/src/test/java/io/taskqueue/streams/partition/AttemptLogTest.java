package io.taskqueue.streams.partition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AttemptLogTest {

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final AtomicLong now = new AtomicLong();
    private final AttemptLog log = new AttemptLog("billing", now::get);

    @BeforeEach
    void listen() {
        lines.start();
        logger().addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger().detachAppender(lines);
    }

    @Test
    void singleFailureIsNotLogged() {
        failed(1);
        assertThat(messages()).isEmpty();
    }

    @Test
    void repeatedFailuresAreLoggedOnceAMinuteWithTheirNumber() {
        failed(2);
        failed(3);
        failed(4);
        now.addAndGet(Duration.ofMinutes(1).toNanos());
        failed(5);
        assertThat(messages())
                .containsExactly(
                        "Sink billing: attempt 2 of 10 at event 1/7 failed and is repeated after 300ms"
                                + " (0 more failed since the last such line): HTTP 404",
                        "Sink billing: attempt 5 of 10 at event 1/7 failed and is repeated after 300ms"
                                + " (2 more failed since the last such line): HTTP 404");
    }

    private void failed(int attempts) {
        log.failed("event 1/7", attempts, 10, Duration.ofMillis(300), new IOException("HTTP 404"));
    }

    private List<String> messages() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(AttemptLog.class);
    }
}
