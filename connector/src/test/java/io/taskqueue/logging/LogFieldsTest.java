package io.taskqueue.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.EventKind;
import io.taskqueue.event.Position;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.SourceMetadata;
import io.taskqueue.event.Task;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TaskId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class LogFieldsTest {

    private static final ReplicationEvent<String> EVENT = ReplicationEvent.of(
            "orders",
            new SourceMetadata(new Position(7, 3), "peer-a", null, Instant.EPOCH),
            TaskEvent.builder(
                            EventKind.ENQUEUED,
                            3,
                            Instant.EPOCH,
                            new Task<>(new TaskId("orders", 7, 2), 1, Instant.EPOCH, "x"))
                    .build());

    private final Map<String, String> seen = new HashMap<>();

    @AfterEach
    void clear() {
        MDC.clear();
    }

    @Test
    void linesOfAnEventHaveItsFieldsAndLaterOnesNot() {
        LogFields.ofSink("billing").partition(4).event(EVENT).during(this::see);

        assertThat(seen)
                .isEqualTo(Map.of(
                        "sink",
                        "billing",
                        "partition",
                        "4",
                        "queue",
                        "orders",
                        "epoch",
                        "7",
                        "sequence",
                        "3",
                        "task",
                        "orders/7/2",
                        "attempt",
                        "1"));
        assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
    }

    @Test
    void whatTheApplicationHasSetIsThereAgainAlsoAfterAFailure() {
        MDC.put("queue", "of the application");
        MDC.put("request", "r-1");
        LogFields fields = LogFields.ofQueue("orders").epoch(7);
        assertThatThrownBy(() -> fields.during(() -> {
                    see();
                    throw new IllegalStateException();
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(seen).isEqualTo(Map.of("queue", "orders", "epoch", "7", "request", "r-1"));
        assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("queue", "of the application", "request", "r-1"));
    }

    @Test
    void workOnAnotherThreadHasTheFields() throws InterruptedException {
        Thread thread = new Thread(
                LogFields.ofSink("billing").task(new TaskId("orders", 7, 2)).around(this::see));
        thread.start();
        thread.join();

        assertThat(seen).isEqualTo(Map.of("sink", "billing", "queue", "orders", "task", "orders/7/2"));
    }

    private void see() {
        seen.putAll(MDC.getCopyOfContextMap());
    }
}
