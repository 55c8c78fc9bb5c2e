package com.example.shop;

import io.taskqueue.testkit.Crash;
import io.taskqueue.testkit.RecordedEvents;
import io.taskqueue.testkit.RecordedTask;
import io.taskqueue.testkit.SinkTester;
import org.junit.jupiter.api.Test;

class BillingSinkTest {

    private final RecordedEvents<Order> events = RecordedEvents.of("orders", Order.class);
    private final SinkTester<Order> tester = SinkTester.of("billing", new BillingSink(new Payments()));

    @Test
    void aCompletedOrderIsChargedAndMailedOnce() {
        tester.apply(events.enqueued(new Order("A-17", 4_200)).leased().completed())
                .isApplied()
                .hasRun("charge", "mail")
                .hasResult("charge", new Payments.Receipt("R-A-17"));

        tester.replay().hasRunNothing();
    }

    @Test
    void afterACrashTheOrderIsChargedUnderTheSameKey() {
        RecordedTask<Order> task = events.completed(new Order("A-17", 4_200));

        tester.apply(task, Crash.after("charge")).hasKey("charge", "billing/0/orders/1/3/charge");
        tester.apply(task).hasRun("charge", "mail").hasKey("charge", "billing/0/orders/1/3/charge");
    }
}
