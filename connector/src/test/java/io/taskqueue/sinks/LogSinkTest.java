package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.local.RunReceipt;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogSinkTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(LogSink.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void eachEventIsOneLineWithoutItsPayload() throws Exception {
        LocalSinkRunner.builder("log", new LogSinkFactory().create(Map.of()))
                .build()
                .run(List.of(Events.enqueued("orders", 3, 1), Events.enqueued("a\r\nb\u2028\u0000", 3, 2)));
        assertThat(lines.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly(
                        "event 3/1 of queue orders (Enqueued #1 of task orders/3/1, attempt 1)",
                        "event 3/2 of queue a\\u000d\\u000ab\\u2028\\u0000 (Enqueued #2 of task "
                                + "a\\u000d\\u000ab\\u2028\\u0000/3/2, attempt 1)");
    }

    @Test
    void otherKindsAreNotLogged() throws Exception {
        LocalSinkRunner.builder("log", new LogSinkFactory().create(Map.of("kinds", "Completed, DeadLettered")))
                .build()
                .run(Events.sequence("orders", 3));
        assertThat(lines.list).isEmpty();
    }

    @Test
    void replayDoesNotRepeatALine() throws Exception {
        var store = new MemoryEffectStore();
        LocalSinkRunner.builder("log", new LogSink<String>())
                .effects(store)
                .build()
                .run(Events.sequence("orders", 3));
        RunReceipt receipt = LocalSinkRunner.builder("log", new LogSink<String>())
                .effects(store)
                .mode(EffectMode.RECORDED_ONLY)
                .build()
                .run(Events.sequence("orders", 3));
        assertThat(lines.list).hasSize(3);
        assertThat(receipt.effects().reused()).isEqualTo(3);
    }
}
