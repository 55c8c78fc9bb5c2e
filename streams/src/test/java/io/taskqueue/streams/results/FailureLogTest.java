package io.taskqueue.streams.results;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.taskqueue.event.Position;
import io.taskqueue.event.TaskError;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.store.EffectResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FailureLogTest {

    private static final EffectResult REFUSED = new EffectResult.Failed(TaskError.of("It was answered 422."));

    private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final FailureLog log = new FailureLog(nanos::get);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    private static EffectKey key(long sequence) {
        return new EffectKey("billing", 0, "orders", new Position(7, sequence), "post");
    }

    private static String line(long sequence, int more) {
        return "Effect billing/0/orders/7/" + sequence
                + "/post failed permanently, which is recorded and not attempted again (" + more
                + " more failed since the line before): It was answered 422. List recorded failures with `taskqueue results "
                + "--failed`; run them again with `taskqueue replay --mode rerun --select result=failed`";
    }

    private List<String> logged() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void firstFailureIsLoggedAtOnceAndThenOneAMinuteWithTheirNumber() {
        for (int sequence = 1; sequence <= 1_000; sequence++) {
            log.recorded(key(sequence), REFUSED);
        }
        assertThat(logged()).containsExactly(line(1, 0));

        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        log.recorded(key(1_001), REFUSED);
        log.recorded(key(1_002), REFUSED);
        assertThat(logged()).containsExactly(line(1, 0), line(1_001, 999));
    }

    @Test
    void resultsAreNotLogged() {
        log.recorded(key(1), new EffectResult.Done("int", "204"));
        assertThat(logged()).isEmpty();
    }
}
