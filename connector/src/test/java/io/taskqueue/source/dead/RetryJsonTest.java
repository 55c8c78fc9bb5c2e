package io.taskqueue.source.dead;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskqueue.event.Position;
import io.taskqueue.event.TaskId;
import io.taskqueue.source.dead.RetryJson.Executed;
import io.taskqueue.source.dead.RetryJson.Ordered;
import io.taskqueue.source.dead.RetryOrder.OrderedTask;
import io.taskqueue.source.dead.RetryOrder.ReadUpTo;
import io.taskqueue.source.dead.RetryResult.Refused;
import io.taskqueue.source.dead.RetryResult.Restored;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The records of orders and results are public API: fields are only ever added. */
class RetryJsonTest {

    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-00000000000a");
    private static final Instant AT = Instant.parse("2026-11-01T10:00:00Z");
    private static final TaskId TASK = new TaskId("orders/old", 3, 42);
    private static final RetryOrder ORDER = new RetryOrder(
            ID,
            "orders",
            new ReadUpTo("events", 4, 900, new Position(7, 99)),
            List.of(new OrderedTask(TASK, new Position(7, 12), 800)),
            "anna",
            AT);
    private static final String ORDER_JSON =
            """
            {"orderId":"00000000-0000-0000-0000-00000000000a","queueName":"orders","topic":"events","partition":4,"offset":900,\
            "position":"7/99","orderedBy":"anna","orderedAt":"2026-11-01T10:00:00Z",\
            "tasks":[{"task":"orders/old/3/42","position":"7/12","offset":800}]}""";
    private static final RetryResult RESULT = new RetryResult(
            ID,
            "orders",
            "dispatcher-a",
            7,
            AT,
            List.of(new Restored(TASK, new Position(7, 100)), new Refused(new TaskId("orders", 7, 1), "Because.")));
    private static final String RESULT_JSON =
            """
            {"orderId":"00000000-0000-0000-0000-00000000000a","queueName":"orders","executedBy":"dispatcher-a","epoch":7,\
            "executedAt":"2026-11-01T10:00:00Z","tasks":[{"task":"orders/old/3/42","restored":"7/100"},\
            {"task":"orders/7/1","refused":"Because."}]}""";

    @Test
    void anOrderIsReadAsItWasWritten() {
        assertThat(new String(RetryJson.of(ORDER), UTF_8)).isEqualTo(ORDER_JSON);
        assertThat(RetryJson.read(ORDER_JSON.getBytes(UTF_8))).isEqualTo(new Ordered(ORDER));
    }

    @Test
    void aResultIsReadAsItWasWritten() {
        assertThat(new String(RetryJson.of(RESULT), UTF_8)).isEqualTo(RESULT_JSON);
        assertThat(RetryJson.read(RESULT_JSON.getBytes(UTF_8))).isEqualTo(new Executed(RESULT));
    }

    @Test
    void fieldsOfANewerVersionAreIgnored() {
        String newer = ORDER_JSON.replaceFirst("\\{", "{\"invented\":[1],");

        assertThat(RetryJson.read(newer.getBytes(UTF_8))).isEqualTo(new Ordered(ORDER));
    }

    @Test
    void whatIsNeitherIsRefusedWithTheReason() {
        assertRefused(ORDER_JSON.replace("7/99", "7"), "its position is '7'");
        assertRefused(ORDER_JSON.replace("orders/old/3/42", "42"), "its task is '42'");
        assertRefused(ORDER_JSON.replace("0000000a", "x"), "its orderId is '00000000-0000-0000-0000-0000x'");
        assertRefused("{", "Unexpected end-of-input");
        assertRefused("[]", "its orderId is ''");
    }

    @Test
    void anOrderHasABoundedNumberOfTasks() {
        List<OrderedTask> tooMany = Collections.nCopies(501, ORDER.tasks().get(0));

        assertThatThrownBy(() -> new RetryOrder(ID, "orders", ORDER.readUpTo(), tooMany, "anna", AT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "An order to retry dead tasks contains 1 to 500 of them, but this one of queue orders has 501."
                                + " Order the others separately.");
    }

    private static void assertRefused(String json, String reason) {
        assertThatThrownBy(() -> RetryJson.read(json.getBytes(UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
